import type { PageRoute } from './routes.ts';

/** The pages of daily work: passwords and resources. */
export const workRoutes: readonly PageRoute[] = [];
