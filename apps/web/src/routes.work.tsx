import type { PageRoute } from './routes.ts';

const resource = () => import('./pages/resource/index.tsx');

/** The pages of daily work: passwords and resources. */
export const workRoutes: readonly PageRoute[] = [
  { path: '/home', load: () => import('./pages/home/index.tsx') },
  { path: '/resources', load: () => import('./pages/resources/index.tsx') },
  {
    path: '/resources/import',
    load: () => import('./pages/import/index.tsx').then((page) => ({ default: page.ResourceImport })),
  },
  { path: '/tasks', load: () => import('./pages/tasks/index.tsx') },
  { path: '/tasks/$taskId', load: () => import('./pages/tasks/TaskPage.tsx') },
  { path: '/requests', load: () => import('./pages/requests/index.tsx') },
  { path: '/requests/approve', load: () => import('./pages/requests/LinkPage.tsx') },
  { path: '/runs', load: () => import('./pages/runs/index.tsx') },
  { path: '/runs/$runId', load: () => import('./pages/runs/RunPage.tsx') },
  { path: '/resources/new', load: () => import('./pages/resource-new/index.tsx') },
  { path: '/resources/groups', load: () => import('./pages/groups/index.tsx') },
  { path: '/resources/groups/new', load: () => import('./pages/groups/NewGroup.tsx') },
  { path: '/resources/groups/tree', load: () => import('./pages/groups/Arrange.tsx') },
  { path: '/resources/groups/$groupId/{-$tab}', load: () => import('./pages/groups/GroupPage.tsx') },
  { path: '/resources/keys', load: () => import('./pages/keys/index.tsx') },
  { path: '/resources/schedules', load: () => import('./pages/schedules/index.tsx') },
  { path: '/resources/$id/{-$tab}', load: resource },
  { path: '/resources/$id/edit', load: () => import('./pages/resource-edit/index.tsx') },
];
