import type { PageRoute } from './routes.ts';

/** Pages without the frame, for those who are not signed in. */
export const outsideRoutes: readonly PageRoute[] = [
  { path: '/login', load: () => import('./pages/login/index.tsx') },
  { path: '/setup', load: () => import('./pages/setup/index.tsx') },
  { path: '/link', load: () => import('./pages/link/index.tsx') },
];

/** Pages within the frame: audit, administration, one's own account, help. */
export const entryRoutes: readonly PageRoute[] = [
  {
    path: '/audit/resources',
    load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.ResourceTrail })),
  },
  { path: '/audit/users', load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.UserTrail })) },
  { path: '/audit/tasks', load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.TaskTrail })) },
  { path: '/admin', load: () => import('./pages/settings/AdminIndex.tsx') },
  { path: '/admin/settings', load: () => import('./pages/settings/index.tsx') },
  { path: '/admin/fields', load: () => import('./pages/customise/Fields.tsx') },
  { path: '/admin/tags', load: () => import('./pages/customise/Tags.tsx') },
  { path: '/admin/resource-types', load: () => import('./pages/customise/Types.tsx') },
  { path: '/admin/rotation-templates', load: () => import('./pages/schedules/Templates.tsx') },
  { path: '/admin/mail/{-$tab}', load: () => import('./pages/mail/index.tsx') },
  { path: '/admin/reset-listeners', load: () => import('./pages/listeners/index.tsx') },
  {
    path: '/admin/reset-listeners/runs',
    load: () => import('./pages/listeners/index.tsx').then((page) => ({ default: page.ListenerRuns })),
  },
  { path: '/admin/reset-listeners/$listenerId', load: () => import('./pages/listeners/ListenerPage.tsx') },
  { path: '/admin/api/{-$tab}', load: () => import('./pages/programs/index.tsx') },
  { path: '/admin/ticketing', load: () => import('./pages/ticketing/index.tsx') },
  { path: '/admin/ticketing/module', load: () => import('./pages/ticketing/ModulePage.tsx') },
  { path: '/admin/approvals', load: () => import('./pages/listeners/Approvals.tsx') },
  { path: '/admin/certificates', load: () => import('./pages/settings/Certificates.tsx') },
  { path: '/admin/users', load: () => import('./pages/users/index.tsx').then((page) => ({ default: page.People })) },
  {
    path: '/admin/users/import',
    load: () => import('./pages/import/index.tsx').then((page) => ({ default: page.UserImport })),
  },
  { path: '/admin/users/new', load: () => import('./pages/users/NewUser.tsx') },
  { path: '/admin/users/$userId/{-$tab}', load: () => import('./pages/users/UserPage.tsx') },
  { path: '/admin/access/{-$tab}', load: () => import('./pages/access/index.tsx') },
  { path: '/admin/roles', load: () => import('./pages/roles/index.tsx') },
  { path: '/admin/policies', load: () => import('./pages/policies/index.tsx') },
  { path: '/admin/super-administrators', load: () => import('./pages/users/SuperAdministrators.tsx') },
  { path: '/admin/user-groups', load: () => import('./pages/user-groups/index.tsx') },
  { path: '/admin/user-groups/$userGroupId/{-$tab}', load: () => import('./pages/user-groups/UserGroupPage.tsx') },
  {
    path: '/admin/api-users',
    load: () => import('./pages/users/index.tsx').then((page) => ({ default: page.ApiUsers })),
  },
  { path: '/admin/api-users/new', load: () => import('./pages/users/NewApiUser.tsx') },
  { path: '/me/profile', load: () => import('./pages/me/Profile.tsx') },
  { path: '/me/security', load: () => import('./pages/me/Security.tsx') },
  { path: '/me/preferences', load: () => import('./pages/me/Preferences.tsx') },
  { path: '/help/api', load: () => import('./pages/reference/index.tsx') },
];
