import type { UserDetail } from '@strongroom/contract';
import { keys, queries } from '../../lib/query.ts';

/** Puts a changed user into what is kept, and has the lists, and who is signed in, ask again. */
export async function keepUser(user: UserDetail): Promise<void> {
  queries.setQueryData(keys.user(user.id), user);
  await Promise.all([keys.users, keys.roles, keys.me].map((queryKey) => queries.invalidateQueries({ queryKey })));
}
