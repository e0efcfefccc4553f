import type { PageRoute } from './routes.ts';

/** Pages without the frame, for those who are not signed in. */
export const outsideRoutes: readonly PageRoute[] = [
  { path: '/login', load: () => import('./pages/login/index.tsx') },
  { path: '/setup', load: () => import('./pages/setup/index.tsx') },
  { path: '/link', load: () => import('./pages/link/index.tsx') },
];

/** Pages within the frame: audit, administration, one's own account, help. */
export const entryRoutes: readonly PageRoute[] = [
  { path: '/audit/resources', load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.ResourceTrail })) },
  { path: '/audit/users', load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.UserTrail })) },
  { path: '/audit/tasks', load: () => import('./pages/audit/index.tsx').then((page) => ({ default: page.TaskTrail })) },
];
