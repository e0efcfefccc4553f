import type { Me } from '@strongroom/contract';
import { administration } from '../../lib/messages/administration.ts';

/** One place of the administration: a page, or a setting on one. */
export interface Entry {
  readonly id: string;
  readonly group: 'people' | 'organisation' | 'server';
  readonly label: string;
  readonly says: string;
  readonly to: string;
  /** The setting's anchor on its page; absent for a page. */
  readonly anchor?: string;
}

/** The pages of the administration that this person may use, in their order. */
export function adminPages(me: Me): readonly Entry[] {
  const users: Entry[] = [
    {
      id: 'users',
      group: 'people',
      label: administration('nav.users'),
      says: administration('admin.users.says'),
      to: '/admin/users',
    },
    {
      id: 'api-users',
      group: 'people',
      label: administration('nav.apiUsers'),
      says: administration('admin.apiUsers.says'),
      to: '/admin/api-users',
    },
    {
      id: 'user-groups',
      group: 'people',
      label: administration('nav.userGroups'),
      says: administration('admin.userGroups.says'),
      to: '/admin/user-groups',
    },
    {
      id: 'super-administrators',
      group: 'people',
      label: administration('nav.superAdministrators'),
      says: administration('admin.superAdministrators.says'),
      to: '/admin/super-administrators',
    },
  ];
  const roles: Entry[] = [
    {
      id: 'roles',
      group: 'people',
      label: administration('nav.roles'),
      says: administration('admin.roles.says'),
      to: '/admin/roles',
    },
  ];
  const access: Entry[] = [
    {
      id: 'access',
      group: 'people',
      label: administration('nav.access'),
      says: administration('admin.access.says'),
      to: '/admin/access',
    },
  ];
  const organisation: Entry[] = [
    {
      id: 'settings',
      group: 'organisation',
      label: administration('nav.settings'),
      says: administration('admin.settings.says'),
      to: '/admin/settings',
    },
  ];
  const passwords: Entry[] = [
    {
      id: 'policies',
      group: 'organisation',
      label: administration('nav.policies'),
      says: administration('admin.policies.says'),
      to: '/admin/policies',
    },
  ];
  const custom: Entry[] = (['fields', 'tags', 'types'] as const).map((page) => ({
    id: page,
    group: 'organisation',
    label: administration(`nav.${page}`),
    says: administration(`admin.${page}.says`),
    to: page === 'types' ? '/admin/resource-types' : `/admin/${page}`,
  }));
  const mail: Entry[] = [
    {
      id: 'mail',
      group: 'server',
      label: administration('nav.mail'),
      says: administration('admin.mail.says'),
      to: '/admin/mail',
    },
  ];
  const templates: Entry[] = [
    {
      id: 'rotation-templates',
      group: 'organisation',
      label: administration('nav.rotationTemplates'),
      says: administration('admin.rotationTemplates.says'),
      to: '/admin/rotation-templates',
    },
  ];
  const followers: Entry[] = [
    {
      id: 'reset-listeners',
      group: 'organisation',
      label: administration('nav.resetListeners'),
      says: administration('admin.resetListeners.says'),
      to: '/admin/reset-listeners',
    },
    {
      id: 'approvals',
      group: 'organisation',
      label: administration('nav.approvals'),
      says: administration('admin.approvals.says'),
      to: '/admin/approvals',
    },
  ];
  const tickets: Entry[] = [
    {
      id: 'ticketing',
      group: 'organisation',
      label: administration('nav.ticketing'),
      says: administration('admin.ticketing.says'),
      to: '/admin/ticketing',
    },
  ];
  // Who may write modules and no settings has no page above it.
  const ticketModule: Entry[] = [
    {
      id: 'ticketing-module',
      group: 'organisation',
      label: administration('nav.ticketingModule'),
      says: administration('admin.ticketingModule.says'),
      to: '/admin/ticketing/module',
    },
  ];
  const programs: Entry[] = [
    {
      id: 'programs',
      group: 'organisation',
      label: administration('nav.programs'),
      says: administration('admin.programs.says'),
      to: '/admin/api',
    },
  ];
  const server: Entry[] = [
    {
      id: 'certificates',
      group: 'server',
      label: administration('nav.certificates'),
      says: administration('admin.certificates.says'),
      to: '/admin/certificates',
    },
  ];
  return [
    ...(me.can.includes('user.list') ? users : []),
    ...(me.can.includes('user.list') || me.can.includes('role.create') ? roles : []),
    ...(me.can.includes('access.who') ? access : []),
    ...(me.can.includes('setting.update') ? organisation : []),
    ...(me.can.includes('policy.create') ? passwords : []),
    ...(me.can.includes('field.create') ? custom : []),
    ...(me.can.includes('mail.list') ? mail : []),
    ...(me.can.includes('schedule-template.list') ? templates : []),
    ...(me.can.includes('listener.list') ? followers : []),
    ...(me.can.includes('ticketing.update') ? tickets : me.can.includes('ticketing.modules') ? ticketModule : []),
    ...(me.can.includes('webhook.list') ? programs : []),
    ...(me.can.includes('certificate.install') ? server : []),
  ];
}

/** Entries whose words hold every word that was typed, whatever their case. */
export function search(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const inside = `${entry.label} ${entry.says}`.toLowerCase();
    return words.every((word) => inside.includes(word));
  });
}
