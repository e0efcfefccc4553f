import { keys } from '../../lib/query.ts';

/** Under which the templates of schedules are kept. */
export const templatesKey = [...keys.schedules, 'templates'] as const;
