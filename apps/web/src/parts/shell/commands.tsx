import {
  IconCalendarRepeat,
  IconAlertTriangle,
  IconFileUpload,
  IconFolders,
  IconAdjustments,
  IconApi,
  IconInbox,
  IconKey,
  IconKeyboard,
  IconListCheck,
  IconRotateClockwise,
  IconListSearch,
  IconLogout,
  IconMoon,
  IconPlus,
  IconServer,
  IconShieldLock,
  IconStar,
  IconSun,
  IconUser,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import type { Me } from '@strongroom/contract';
import type { ReactNode } from 'react';
import { palette } from '../../lib/messages/palette.ts';

/** A line of the palette that is not found by the server. */
export interface Command {
  readonly id: string;
  readonly group: 'commands' | 'goTo';
  readonly label: string;
  readonly icon: ReactNode;
  readonly hint?: string;
  readonly to?: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly does?: () => void;
}

/** Every command and page that this person may use. */
export function commandsFor(
  me: Me,
  does: { readonly dark: boolean; readonly theme: () => void; readonly keys: () => void; readonly signOut: () => void },
): readonly Command[] {
  const may = (action: string) => me.can.includes(action);
  const all: (Command | false)[] = [
    may('resource.create') && {
      id: 'add-resource',
      group: 'commands',
      label: palette('addResource'),
      icon: <IconPlus size={16} />,
      hint: 'N R',
      to: '/resources/new',
    },
    may('resource.import') && {
      id: 'import-resources',
      group: 'commands',
      label: palette('importResources'),
      icon: <IconFileUpload size={16} />,
      to: '/resources/import',
    },
    may('user.import') && {
      id: 'import-users',
      group: 'commands',
      label: palette('importUsers'),
      icon: <IconFileUpload size={16} />,
      to: '/admin/users/import',
    },
    {
      id: 'tasks',
      group: 'goTo',
      label: palette('tasks'),
      icon: <IconListCheck size={16} />,
      to: '/tasks',
    },
    {
      id: 'requests',
      group: 'goTo',
      label: palette('requests'),
      icon: <IconInbox size={16} />,
      hint: 'G Q',
      to: '/requests',
    },
    {
      id: 'runs',
      group: 'goTo',
      label: palette('runs'),
      icon: <IconRotateClockwise size={16} />,
      to: '/runs',
    },
    may('user.create') && {
      id: 'add-user',
      group: 'commands',
      label: palette('addUser'),
      icon: <IconUserPlus size={16} />,
      hint: 'N U',
      to: '/admin/users/new',
    },
    {
      id: 'theme',
      group: 'commands',
      label: palette(does.dark ? 'toLight' : 'toDark'),
      icon: does.dark ? <IconSun size={16} /> : <IconMoon size={16} />,
      does: does.theme,
    },
    {
      id: 'keys',
      group: 'commands',
      label: palette('shortcuts'),
      icon: <IconKeyboard size={16} />,
      hint: '?',
      does: does.keys,
    },
    {
      id: 'sign-out',
      group: 'commands',
      label: palette('signOut'),
      icon: <IconLogout size={16} />,
      does: does.signOut,
    },
    {
      id: 'all',
      group: 'goTo',
      label: palette('allPasswords'),
      icon: <IconKey size={16} />,
      hint: 'G H',
      to: '/home',
      search: { view: 'all' },
    },
    {
      id: 'favourites',
      group: 'goTo',
      label: palette('favourites'),
      icon: <IconStar size={16} />,
      to: '/home',
      search: { view: 'favourite' },
    },
    {
      id: 'out-of-sync',
      group: 'goTo',
      label: palette('outOfSync'),
      icon: <IconAlertTriangle size={16} />,
      to: '/home',
      search: { view: 'all', health: 'out-of-sync' },
    },
    {
      id: 'resource-groups',
      group: 'goTo',
      label: palette('resourceGroups'),
      icon: <IconFolders size={16} />,
      to: '/resources/groups',
    },
    {
      id: 'schedules',
      group: 'goTo',
      label: palette('schedules'),
      icon: <IconCalendarRepeat size={16} />,
      to: '/resources/schedules',
    },
    may('resource-group.create') && {
      id: 'add-group',
      group: 'commands',
      label: palette('addGroup'),
      icon: <IconFolders size={16} />,
      to: '/resources/groups/new',
    },
    {
      id: 'resources',
      group: 'goTo',
      label: palette('resources'),
      icon: <IconServer size={16} />,
      hint: 'G R',
      to: '/resources',
    },
    may('audit.list') && {
      id: 'audit-resources',
      group: 'goTo',
      label: palette('auditResources'),
      icon: <IconListSearch size={16} />,
      hint: 'G A',
      to: '/audit/resources',
    },
    may('audit.list') && {
      id: 'audit-users',
      group: 'goTo',
      label: palette('auditUsers'),
      icon: <IconListSearch size={16} />,
      to: '/audit/users',
    },
    may('audit.list') && {
      id: 'audit-tasks',
      group: 'goTo',
      label: palette('auditTasks'),
      icon: <IconListSearch size={16} />,
      to: '/audit/tasks',
    },
    may('user.list') && {
      id: 'users',
      group: 'goTo',
      label: palette('users'),
      icon: <IconUsers size={16} />,
      to: '/admin/users',
    },
    may('user.list') && {
      id: 'api-users',
      group: 'goTo',
      label: palette('apiUsers'),
      icon: <IconApi size={16} />,
      to: '/admin/api-users',
    },
    may('setting.update') && {
      id: 'settings',
      group: 'goTo',
      label: palette('settings'),
      icon: <IconAdjustments size={16} />,
      to: '/admin/settings',
    },
    { id: 'profile', group: 'goTo', label: palette('profile'), icon: <IconUser size={16} />, to: '/me/profile' },
    {
      id: 'security',
      group: 'goTo',
      label: palette('security'),
      icon: <IconShieldLock size={16} />,
      to: '/me/security',
    },
    { id: 'reference', group: 'goTo', label: palette('reference'), icon: <IconApi size={16} />, to: '/help/api' },
  ];
  return all.filter((command) => command !== false);
}
