import { listUsers } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { permits, type Actor, type Facts } from '../authorise/index.ts';
import { addUsers } from './users.bulk.ts';

let w: World;
let admin: Actor;

beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
});
afterAll(() => w.close());

describe('many users at once', () => {
  const facts: Facts = {
    actorKind: 'user', live: true, mustChangePassword: false, role: 'administrator', permits: permits.filter((one) => one !== 'manage-security'),
    superAdministrator: false, scopes: null, relation: 'view', self: false, reasonGiven: false, ticketGiven: false, reasonToReveal: false,
    reasonToChange: false, ticketToReveal: false, attemptOpen: false, byCriteria: false, mayShareCriteria: false,
  }; // prettier-ignore
  const row = (username: string, more = {}) => ({
    kind: 'person' as const, username, fullName: 'Of A List', email: 'l@example.org', role: 'password-user', superAdministrator: false, state: 'invited' as const, ...more,
  }); // prettier-ignore

  it('are added by the rules of one, each told what became of it, ten thousand in a fraction of a minute', async () => {
    const ask = { actor: admin, action: 'user.import', objectId: w.organisationId } as const;
    const rows = [
      row('bulk.good', { department: 'Böckerei', role: 'privileged-administrator' }),
      row('BULK.good'),
      row('bulk.super', { superAdministrator: true }),
      row('bulk.role', { role: '01990000-0000-7000-8000-000000000001' }),
      row(w.people.keeper.username),
      row('bulk.key', { kind: 'api', sshKey: 'nonsense', state: 'active' }),
    ];
    const outcomes = await w.perform(ask, (grant) => addUsers(grant, rows, facts));
    expect(outcomes.map((one) => ('id' in one ? 'added' : one.code))).toEqual([
      'added', 'name-taken', 'input-invalid', 'not-found', 'name-taken', 'input-invalid',
    ]); // prettier-ignore
    const made = await w.invoke(listUsers, admin, { search: 'bulk.' });
    expect(made.items).toMatchObject([
      { username: 'bulk.good', department: 'Böckerei', role: 'privileged-administrator', state: 'invited' },
    ]);
    expect((await w.audit('user.import')).map((one) => one.object_id)).toContain(made.items[0]?.id);
    await expect(
      w.perform(ask, (grant) => addUsers(grant, [row('bulk.no')], { ...facts, permits: ['view-passwords'] })),
    ).rejects.toMatchObject({ code: 'not-your-role' });

    const many = Array.from({ length: 10_000 }, (_, i) => row(`crowd.${i}`));
    const started = performance.now();
    const crowd = await w.perform(ask, (grant) => addUsers(grant, many, facts));
    expect(crowd.every((one) => 'id' in one)).toBe(true);
    expect(performance.now() - started).toBeLessThan(60_000);
    const numbers = await w.sql<{ n: number }>(
      'select count(distinct number)::int as n from strongroom.app_user where organisation_id = $1',
      [w.organisationId],
    );
    const users = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom.app_user where organisation_id = $1',
      [w.organisationId],
    );
    expect(numbers).toEqual(users);
  });
});
