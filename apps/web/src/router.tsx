import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { NotFound } from './parts/NotFound.tsx';
import { PageError } from './parts/PageError.tsx';
import { PageSkeleton } from './parts/PageSkeleton.tsx';
import { Shell } from './parts/shell/Shell.tsx';
import { entryRoutes, outsideRoutes } from './routes.entry.tsx';
import { workRoutes } from './routes.work.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });
const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- the router's own way to say: go there instead
    throw redirect({ to: '/home' });
  },
});

const outsidePages = outsideRoutes.map(({ path, load }) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) }),
);
const insidePages = [...workRoutes, ...entryRoutes].map(({ path, load }) =>
  createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load) }),
);
// An address nobody knows is answered within the frame, so that one can go on from there.
const unknown = createRoute({ getParentRoute: () => inside, path: '/$', component: NotFound });

/** The console's router. Every page is a chunk of its own; the frame paints before the page's chunk is there. */
export const router = createRouter({
  routeTree: root.addChildren([start, ...outsidePages, inside.addChildren([...insidePages, unknown])]),
  defaultPreload: 'intent',
  defaultPendingMs: 0,
  defaultPendingMinMs: 0,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: PageError,
  // Filters are plain text in the address: `?health=stale`, not JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(
      Object.entries(search).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return text ? `?${text}` : '';
  },
});
