import type { ComponentType } from 'react';
import { programs } from '../../lib/messages/programs.ts';
import { sshCommandLine } from '../../lib/messages/ssh-command-line.ts';
import { xmlRpc } from '../../lib/messages/xml-rpc.ts';

/** One tab of the page: its part of the address, its name, and what shows it. */
export interface Section {
  readonly id: string;
  readonly label: string;
  /** True for a list that fills the page. */
  readonly table?: boolean;
  /** The action that one must be able to make to see it. */
  readonly can: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}

/** The tabs in their order. */
export const sections: readonly Section[] = [
  {
    id: 'webhooks',
    label: programs('tab-webhooks'),
    table: true,
    can: 'webhook.list',
    load: () => import('./WebhooksTab.tsx').then((part) => ({ default: part.WebhooksTab })),
  },
  {
    id: 'deliveries',
    label: programs('tab-deliveries'),
    table: true,
    can: 'webhook.list',
    load: () => import('./DeliveriesTab.tsx').then((part) => ({ default: part.DeliveriesTab })),
  },
  {
    id: 'ssh',
    label: sshCommandLine('tab'),
    can: 'ssh-command-line.read',
    load: () => import('./SshSection.tsx').then((part) => ({ default: part.SshSection })),
  },
  {
    id: 'xml-rpc',
    label: xmlRpc('tab'),
    can: 'xml-rpc.read',
    load: () => import('./XmlRpcSection.tsx').then((part) => ({ default: part.XmlRpcSection })),
  },
];
