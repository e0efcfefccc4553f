import type { Me } from '@strongroom/contract';
import { customise } from '../../lib/messages/customise.ts';
import { settings } from '../../lib/messages/settings.ts';
import { sections } from './fields.ts';

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
      label: settings('nav.users'),
      says: settings('admin.users.says'),
      to: '/admin/users',
    },
    {
      id: 'api-users',
      group: 'people',
      label: settings('nav.apiUsers'),
      says: settings('admin.apiUsers.says'),
      to: '/admin/api-users',
    },
    {
      id: 'user-groups',
      group: 'people',
      label: settings('nav.userGroups'),
      says: settings('admin.userGroups.says'),
      to: '/admin/user-groups',
    },
    {
      id: 'super-administrators',
      group: 'people',
      label: settings('nav.superAdministrators'),
      says: settings('admin.superAdministrators.says'),
      to: '/admin/super-administrators',
    },
  ];
  const roles: Entry[] = [
    {
      id: 'roles',
      group: 'people',
      label: settings('nav.roles'),
      says: settings('admin.roles.says'),
      to: '/admin/roles',
    },
  ];
  const access: Entry[] = [
    {
      id: 'access',
      group: 'people',
      label: settings('nav.access'),
      says: settings('admin.access.says'),
      to: '/admin/access',
    },
  ];
  const organisation: Entry[] = [
    {
      id: 'settings',
      group: 'organisation',
      label: settings('nav.settings'),
      says: settings('admin.settings.says'),
      to: '/admin/settings',
    },
  ];
  const passwords: Entry[] = [
    {
      id: 'policies',
      group: 'organisation',
      label: settings('nav.policies'),
      says: settings('admin.policies.says'),
      to: '/admin/policies',
    },
  ];
  const custom: Entry[] = (['fields', 'tags', 'types'] as const).map((page) => ({
    id: page,
    group: 'organisation',
    label: customise(`${page}.title`),
    says: customise(`${page}.says`),
    to: page === 'types' ? '/admin/resource-types' : `/admin/${page}`,
  }));
  const mail: Entry[] = [
    {
      id: 'mail',
      group: 'server',
      label: settings('nav.mail'),
      says: settings('admin.mail.says'),
      to: '/admin/mail',
    },
  ];
  const templates: Entry[] = [
    {
      id: 'rotation-templates',
      group: 'organisation',
      label: settings('nav.rotationTemplates'),
      says: settings('admin.rotationTemplates.says'),
      to: '/admin/rotation-templates',
    },
  ];
  const followers: Entry[] = [
    {
      id: 'reset-listeners',
      group: 'organisation',
      label: settings('nav.resetListeners'),
      says: settings('admin.resetListeners.says'),
      to: '/admin/reset-listeners',
    },
    {
      id: 'approvals',
      group: 'organisation',
      label: settings('nav.approvals'),
      says: settings('admin.approvals.says'),
      to: '/admin/approvals',
    },
  ];
  const tickets: Entry[] = [
    {
      id: 'ticketing',
      group: 'organisation',
      label: settings('nav.ticketing'),
      says: settings('admin.ticketing.says'),
      to: '/admin/ticketing',
    },
  ];
  // Who may write modules and no settings has no page above it.
  const ticketModule: Entry[] = [
    {
      id: 'ticketing-module',
      group: 'organisation',
      label: settings('nav.ticketingModule'),
      says: settings('admin.ticketingModule.says'),
      to: '/admin/ticketing/module',
    },
  ];
  const programs: Entry[] = [
    {
      id: 'programs',
      group: 'organisation',
      label: settings('nav.programs'),
      says: settings('admin.programs.says'),
      to: '/admin/api',
    },
  ];
  const server: Entry[] = [
    {
      id: 'certificates',
      group: 'server',
      label: settings('nav.certificates'),
      says: settings('admin.certificates.says'),
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

/** Every setting as a place of its own, for the search. */
export function adminSettings(me: Me): readonly Entry[] {
  if (!me.can.includes('setting.update')) return [];
  const fields = sections.flatMap((section) =>
    section.fields.map((field): Entry => ({
      id: field.name,
      group: 'organisation',
      label: settings(field.name),
      says: settings(`${field.name}.says`),
      to: '/admin/settings',
      anchor: field.name,
    })),
  );
  return fields;
}

/** Entries whose words hold every word that was typed, whatever their case. */
export function search(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const inside = `${entry.label} ${entry.says}`.toLowerCase();
    return words.every((word) => inside.includes(word));
  });
}
