import type { UserGroup } from '@strongroom/contract';
import { keys, queries } from '../../lib/query.ts';

/** Puts a changed group into what is kept, and has its members, the lists and who is signed in ask again. */
export async function keepGroup(group: UserGroup): Promise<void> {
  queries.setQueryData(keys.userGroup(group.id), group);
  await Promise.all(
    [
      [...keys.userGroup(group.id), 'members'],
      [...keys.userGroup(group.id), 'others'],
      keys.userGroups,
      keys.users,
      keys.me,
    ].map((queryKey) => queries.invalidateQueries({ queryKey })),
  );
}
