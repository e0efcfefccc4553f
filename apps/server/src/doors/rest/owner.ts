import { deleteResource, listPrincipals, transferResource } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import type { Ask } from './ask.ts';
import { given } from './input-data.ts';

/**
 * The id of the user whose log-in name, in any case, stands under OWNERNAME; undefined when none does. To be asked before anything is made, so that a name
 * that is nobody's makes nothing. Throws `input-invalid` for such a name, `not-your-role` for whoever may share nothing.
 */
export async function ownerNamed(ask: Ask): Promise<string | undefined> {
  const name = given(ask.details, 'OWNERNAME')?.trim();
  if (name === undefined) return undefined;
  const found =
    name === '' || name.length > 200
      ? undefined
      : (await ask.invoke(listPrincipals, { kind: 'user', exactly: name })).items[0];
  if (!found) throw new Problem('input-invalid', { detail: 'OWNERNAME names no user.' });
  return found.id;
}

/** Gives a resource to another owner; the asker loses it with that, unless it is shared with them. Throws Problem. */
export async function giveTo(ask: Ask, resourceId: string, ownerId: string): Promise<void> {
  await ask.invoke(transferResource, { resourceId, toUserId: ownerId });
}

/**
 * The same for one that the asker just made. Where the new owner cannot have it, it is taken away again: a client that is told of a failure tries once more,
 * and would then find that it exists and belongs to another than it wished for. Throws Problem.
 */
export async function giveNewTo(ask: Ask, resourceId: string, ownerId: string): Promise<void> {
  try {
    await giveTo(ask, resourceId, ownerId);
  } catch (error) {
    await ask.invoke(deleteResource, { resourceId });
    throw error;
  }
}
