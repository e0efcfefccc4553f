import { createResource, explainAccess } from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { policy, type Action } from '../authorise/index.ts';

let w: World;
let users: Person[];
let objects: string[];

beforeAll(async () => {
  w = await world();
  const { boss, admin, privileged, keeper, nobody, auditor } = w.people;
  const states = ['invited', 'disabled', 'active', 'active'] as const;
  const more = await Promise.all(
    states.map((_, i) => w.add({ username: `extra-${i}`, role: 'password-administrator' })),
  );
  for (const [i, state] of states.entries())
    await w.sql(`update strongroom.app_user set state = $2, must_change_password = $3 where id = $1`, [
      more[i]?.id,
      state,
      i === 2,
    ]);
  users = [boss, admin, privileged, keeper, nobody, auditor, ...more];
  for (const [i, owner] of [keeper, admin, more[2], more[3]].entries()) {
    if (!owner) continue;
    await w.sql('update strongroom.app_user set must_change_password = false where id = $1', [owner.id]);
    await w.invoke(createResource, await owner.actor(), {
      name: `host-${i}`,
      type: 'Linux',
      accounts: [{ username: 'root' }, { username: 'busy' }],
    });
  }
  await w.sql('update strongroom.app_user set must_change_password = true where id = $1', [more[2]?.id]);
  // One account of each resource has an unfinished rotation.
  await w.sql(`insert into strongroom.secret (organisation_id, account_id, version, state, sealed, origin, changed_by)
    select organisation_id, id, 2, 'candidate', '\\x00', 'rotated', 'x' from strongroom.account where username = 'busy'`);
  await w.sql(`insert into strongroom.rotation_attempt (id, organisation_id, account_id, base_version, next_version, requested_by)
    select gen_random_uuid(), organisation_id, id, 1, 2, 'x' from strongroom.account where username = 'busy'`);
  const rows = await w.sql<{ id: string }>(
    `select id from strongroom.resource union all select id from strongroom.account union all select id from strongroom.rotation_attempt`,
  );
  objects = [
    ...rows.map((row) => row.id),
    ...users.map((user) => user.id),
    w.people.foreign.id,
    w.organisationId,
    w.otherOrganisationId,
    '01990000-0000-7000-8000-000000000001',
  ];
});
afterAll(() => w.close());

class Reached extends Error {}

/** What would happen, without it happening: the work undoes itself as soon as it is reached. */
async function decide(user: Person, action: Action, objectId: string): Promise<string> {
  const actor = await user.actor();
  const ask = { actor, action, objectId, reason: 'because', ticket: 'T-1' } as const;
  try {
    await w.perform(ask, () => Promise.reject(new Reached()));
  } catch (error) {
    if (error instanceof Reached) return 'allowed';
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  throw new Error('the work did not run');
}

describe('explain', () => {
  it('says exactly what the live decision does, for any user, action and object', { timeout: 120_000 }, async () => {
    const asker = await w.people.boss.actor();
    let [allowed, refused] = [0, 0];
    const settings = fc.record({
      reasonToReveal: fc.boolean(),
      ticketToReveal: fc.boolean(),
      ticketAsked: fc.constant([]),
      ticketVerdict: fc.constant('unneeded' as const),
      reasonToChange: fc.boolean(),
    });
    const actions = fc.constantFrom(...(Object.keys(policy) as Action[]));
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.array(fc.tuple(fc.nat(), actions, fc.nat()), { minLength: 8, maxLength: 8 }),
        async (set, asks) => {
          await w.sql('delete from strongroom.setting');
          for (const [name, value] of Object.entries(set))
            await w.sql('insert into strongroom.setting (organisation_id, name, value) values ($1, $2, $3)', [
              w.organisationId,
              name,
              JSON.stringify(value),
            ]);
          for (const [u, action, o] of asks) {
            const [user, objectId] = [users[u % users.length], objects[o % objects.length]];
            if (!user || objectId === undefined) throw new Error('an empty world');
            const explained = await w.invoke(explainAccess, asker, { userId: user.id as never, action, objectId });
            const decided = await decide(user, action, objectId);
            const first = explained.rules.find((rule) => !rule.holds)?.refusal ?? 'allowed';
            expect([user.username, action, objectId, first, explained.allowed]).toEqual([
              user.username,
              action,
              objectId,
              decided,
              decided === 'allowed',
            ]);
            if (decided === 'allowed') allowed++;
            else refused++;
          }
        },
      ),
      { numRuns: 40 },
    );
    // Both answers came up often enough to mean something.
    expect(Math.min(allowed, refused)).toBeGreaterThan(20);
  });

  it('tells of its own organisation only, and only to who may see what others reach', async () => {
    const ask = { action: 'account.reveal', objectId: objects[0] ?? '' };
    await expect(
      w.invoke(explainAccess, await w.people.boss.actor(), { ...ask, userId: w.people.foreign.id as never }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      w.invoke(explainAccess, await w.people.keeper.actor(), { ...ask, userId: w.people.nobody.id as never }),
    ).rejects.toMatchObject({ code: 'not-your-role' });
    await expect(
      w.invoke(explainAccess, await w.people.boss.actor(), {
        ...ask,
        action: 'account.steal',
        userId: w.people.nobody.id as never,
      }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
