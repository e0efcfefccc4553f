import {
  IconHome2,
  IconInbox,
  IconListSearch,
  IconRotateClockwise,
  IconServer,
  IconSettings,
  type Icon,
} from '@tabler/icons-react';
import type { Me } from '@strongroom/contract';
import { frame } from '../../lib/messages/frame.ts';

/** An entry of the sidebar. */
export interface Entry {
  readonly to: string;
  /** The first word of the address: the entry is lit on every page below it. */
  readonly area: string;
  readonly label: string;
  readonly icon: Icon;
}

/** The entries a person may use, in the order that never changes. What one may not use is absent, not grey. */
export function entriesFor(me: Me): {
  readonly work: readonly Entry[];
  readonly oversight: readonly Entry[];
  readonly admin: readonly Entry[];
} {
  const may = (...actions: readonly string[]) => actions.some((action) => me.can.includes(action));
  return {
    work: [
      { to: '/home', area: 'home', label: frame('home'), icon: IconHome2 },
      { to: '/resources', area: 'resources', label: frame('resources'), icon: IconServer },
      { to: '/requests', area: 'requests', label: frame('requests'), icon: IconInbox },
      { to: '/runs', area: 'runs', label: frame('runs'), icon: IconRotateClockwise },
    ],
    oversight: may('audit.list')
      ? [{ to: '/audit/resources', area: 'audit', label: frame('audit'), icon: IconListSearch }]
      : [],
    admin: may('user.list', 'role.create', 'setting.update', 'access.who', 'listener.list')
      ? [{ to: '/admin', area: 'admin', label: frame('admin'), icon: IconSettings }]
      : [],
  };
}
