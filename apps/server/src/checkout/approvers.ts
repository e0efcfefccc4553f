import { sql, type RawBuilder } from 'kysely';
import { canApproveText } from '../authorise/index.ts';

/** Whether the user of the table named by `u` can approve at this moment: active, and of a role that may ‘manage-passwords’. */
export const canApprove = (u: string): RawBuilder<boolean> => sql.raw<boolean>(canApproveText(u));

/** Whether the user `u` can be named as deputy by somebody: another person, no program, who can approve. */
export const canDeputise = (userId: string | null): RawBuilder<boolean> =>
  sql<boolean>`(u.kind = 'person' and u.id is distinct from ${userId}::uuid and ${canApprove('u')})`;
