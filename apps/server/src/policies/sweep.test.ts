import {
  changeGroupMembers,
  changePassword,
  createPolicy,
  createResource,
  createResourceGroup,
  deleteResourceGroup,
  listAccounts,
  listEvaluations,
  listPolicies,
  setDefaultPolicy,
  updateAccount,
  updatePolicy,
  updateResource,
  updateResourceGroup,
  type Policy,
} from '@strongroom/contract';
import { faults } from '@strongroom/password-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeAll } from '../../test/sweeps.ts';
import { world, type World } from '../../test/world.ts';
import { system, type Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  admin = await w.people.admin.actor();
});
afterAll(() => w.close());

const sketch = (name: string, minLength: number, maxAgeDays: number, more = {}) => ({
  name,
  minLength,
  maxLength: 64,
  mixedCase: false,
  digits: 0,
  specials: 0,
  specialCharacters: '',
  startsWithLetter: false,
  loginNameAllowed: false,
  dictionaryWordsAllowed: true,
  words: 0,
  historyDepth: 0,
  maxAgeDays,
  ...more,
});

/** Everything that is stored of accounts against what it should be, told a second time: from opened passwords and rules alone. */
async function disagreements(): Promise<unknown[]> {
  const policies = new Map((await w.invoke(listPolicies, admin, {})).items.map((one) => [one.id as string, one]));
  const strictest = (ids: readonly string[]): string | undefined =>
    ids
      .flatMap((id) => policies.get(id) ?? [])
      .sort(
        (a, b) =>
          b.minLength - a.minLength ||
          b.digits + b.specials - a.digits - a.specials ||
          Number(b.mixedCase) - Number(a.mixedCase) ||
          Number(a.loginNameAllowed) - Number(b.loginNameAllowed) ||
          b.historyDepth - a.historyDepth ||
          (a.id < b.id ? -1 : 1),
      )[0]?.id;
  const rows = await w.sql<{
    id: string;
    username: string;
    own: string | null;
    of_resource: string | null;
    of_groups: string[];
    compliance: string;
    why: string[];
    expires_at: Date | null;
    changed_at: Date;
    version: number;
    sealed: Buffer;
  }>(
    `select a.id, a.username, a.policy_id as own, r.policy_id as of_resource, a.compliance, a.compliance_why as why, a.expires_at, a.changed_at, s.version, s.sealed,
       array(select g.policy_id::text from strongroom.resource_group_member m join strongroom.resource_group g on g.id = m.group_id where m.resource_id = r.id and g.policy_id is not null) as of_groups
     from strongroom.account a join strongroom.resource r on r.id = a.resource_id join strongroom.secret s on s.account_id = a.id and s.state = 'current' where a.organisation_id = $1`,
    [w.organisationId],
  );
  const found: unknown[] = [];
  for (const row of rows) {
    const policy =
      policies.get(row.own ?? row.of_resource ?? strictest(row.of_groups) ?? '') ??
      [...policies.values()].find((one) => one.isDefault);
    const place = { column: 'secret.sealed', rowId: row.id, version: row.version } as const;
    const password = await w.perform(
      { actor: system(w.organisationId), action: 'policy.evaluate', objectId: w.organisationId },
      (grant) => w.vault.open(grant, row.sealed, place),
    );
    const why = faults(policy as Policy, password.expose(), row.username);
    const days = row.expires_at === null ? 0 : (row.expires_at.getTime() - row.changed_at.getTime()) / 86_400_000;
    const is = [row.compliance, row.why, Math.round(days)];
    const should = [why.length === 0 ? 'compliant' : 'violating', why, policy?.maxAgeDays];
    if (JSON.stringify(is) !== JSON.stringify(should)) found.push({ policy: policy?.name, is, should });
  }
  expect(rows.length).toBeGreaterThan(0);
  return found;
}

describe('judging anew', () => {
  it(
    'ends with every account told as the rules say, whatever is changed meanwhile, and by whom, and however often it is cut off',
    { timeout: 60_000 },
    async () => {
      const ids = await Promise.all(
        [sketch('P8', 8, 10), sketch('P12', 12, 20), sketch('P16', 16, 0, { digits: 2 }), sketch('P20', 20, 40)].map(
          async (one) => (await w.invoke(createPolicy, admin, one)).id,
        ),
      );
      const any = <T>(items: readonly T[]): T => items[Math.floor(chance() * items.length)] as T;
      let state = 4;
      /** Chance that is the same every time: only how the work interleaves is not. */
      const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const resources: string[] = [];
      const accounts: string[] = [];
      const make = async () => {
        const made = await w.invoke(createResource, keeper, {
          name: newId(),
          type: 'Linux',
          location: any(['here', 'there']),
          accounts: [{ username: 'root', password: 'x'.repeat(8 + Math.floor(chance() * 14)) }, { username: 'adm' }],
        });
        resources.push(made.id);
        const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
        accounts.push(...items.map((one) => one.id));
      };
      for (let i = 0; i < 12; i++) await make();
      const groups = [
        await w.invoke(createResourceGroup, keeper, {
          name: newId(),
          policyId: ids[1] ?? null,
          resourceIds: resources.slice(0, 3) as never,
        }),
        await w.invoke(createResourceGroup, keeper, {
          name: newId(),
          kind: 'criteria',
          criteria: [{ field: 'location', operator: 'equals', value: 'here' }],
          policyId: ids[3] ?? null,
        }),
      ];
      const policyOrNone = () => any([...ids, null]);
      const steps: (() => Promise<unknown>)[] = [
        () =>
          w.invoke(updatePolicy, admin, {
            policyId: any(ids),
            minLength: 8 + Math.floor(chance() * 14),
            maxAgeDays: any([0, 5, 50]),
          }),
        () => w.invoke(updatePolicy, admin, { policyId: any(ids), maxAgeDays: any([0, 5, 50, 70]) }),
        () => w.invoke(setDefaultPolicy, admin, { policyId: any(ids) }),
        () => w.invoke(updateResource, keeper, { resourceId: any(resources) as never, policyId: policyOrNone() }),
        () =>
          w.invoke(updateResource, keeper, { resourceId: any(resources) as never, location: any(['here', 'there']) }),
        () => w.invoke(updateAccount, keeper, { accountId: any(accounts) as never, policyId: policyOrNone() }),
        () => w.invoke(updateResourceGroup, keeper, { groupId: any(groups).id, policyId: policyOrNone() }),
        () => w.invoke(changeGroupMembers, keeper, { groupId: groups[0]?.id as never, add: [any(resources) as never] }),
        () =>
          w.invoke(changeGroupMembers, keeper, { groupId: groups[0]?.id as never, remove: [any(resources) as never] }),
        () =>
          w.invoke(changePassword, keeper, {
            accountId: any(accounts) as never,
            password: newId().slice(0, 8 + Math.floor(chance() * 14)),
          }),
        make,
      ];
      const refusedFor = ['password-weak', 'password-reused', 'input-invalid'];
      for (let round = 0; round < 4; round++) {
        const work = Array.from({ length: 18 }, () => any(steps)());
        const judging = judgeAll(w);
        for (const done of await Promise.allSettled(work))
          if (done.status === 'rejected') expect(refusedFor).toContain((done.reason as { code: string }).code);
        await judging;
        // One that was left in the middle, as by a server that died: it goes on where it was.
        await w.sql(
          `update strongroom.policy_sweep set state = 'running', ended_at = null where id = (select id from strongroom.policy_sweep where state = 'done' order by random() limit 1)`,
        );
        await judgeAll(w);
        expect(await disagreements()).toEqual([]);
      }
      await w.invoke(updateResourceGroup, keeper, { groupId: groups[1]?.id as never, policyId: ids[3] ?? null });
      await judgeAll(w);
      await w.invoke(deleteResourceGroup, keeper, { groupId: groups[1]?.id as never });
      await judgeAll(w);
      expect(await disagreements()).toEqual([]);
    },
  );

  it('opens passwords for the product alone, leaves nothing of them anywhere, and one event for each batch', async () => {
    for (const who of ['boss', 'admin', 'privileged', 'keeper'] as const)
      await expect(
        w.perform({ actor: await w.people[who].actor(), action: 'policy.evaluate', objectId: w.organisationId }, () =>
          Promise.resolve(),
        ),
      ).rejects.toMatchObject({ code: 'not-your-role' });
    const password = `zebra${newId()}quagga`;
    const made = await w.invoke(createResource, keeper, {
      name: newId(),
      type: 'Linux',
      accounts: [{ username: 'root', password }],
    });
    const own = await w.invoke(
      createPolicy,
      admin,
      sketch('Leaks', 10, 10, { mixedCase: true, digits: 20, minLength: 60 }),
    );
    await judgeAll(w);
    const before = (await w.audit('policy.evaluate')).length;
    await w.invoke(updateResource, keeper, { resourceId: made.id, policyId: own.id });
    await judgeAll(w);
    const events = (await w.audit('policy.evaluate')).slice(before);
    expect(
      events.map((event) => [event.actor_name, event.outcome, event.details['opened'], event.details['changed']]),
    ).toEqual([['Strongroom', 'done', '1', '1']]);
    const tables = await w.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('strongroom', 'strongroom_standby', 'strongroom_local', 'graphile_worker')`,
    );
    for (const { name } of tables)
      for (const part of [password, 'zebra', 'quagga'])
        expect([name, await w.sql(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${part}%`])]).toEqual([
          name,
          [],
        ]);
    expect(w.logLines.join()).not.toContain('zebra');
  });

  it('goes on past a secret that was damaged, and says that it could not be read', async () => {
    const names = ['one', 'two', 'three'];
    const made = await w.invoke(createResource, keeper, {
      name: newId(),
      type: 'Linux',
      accounts: names.map((username) => ({ username, password: 'Long-Enough-For-All-11-!!' })),
    });
    const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id, sort: 'username' });
    await w.sql(
      `update strongroom.secret set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where account_id = $1`,
      [items[1]?.id],
    );
    const own = await w.invoke(createPolicy, admin, sketch('Damaged', 60, 10));
    await w.invoke(updateResource, keeper, { resourceId: made.id, policyId: own.id });
    await judgeAll(w);
    const after = await w.invoke(listAccounts, keeper, { resourceId: made.id, sort: 'username' });
    expect(after.items.map((one) => one.compliance)).toEqual(['violating', 'unknown', 'violating']);
    expect((await w.audit('policy.evaluate')).at(-1)?.details).toMatchObject({
      judged: '3',
      opened: '2',
      unopened: '1',
    });
    await w.sql('delete from strongroom.account where id = $1', [items[1]?.id]);
  });

  it('does not overwrite the verdict on a password that was changed meanwhile', async () => {
    const made = await w.invoke(createResource, keeper, {
      name: newId(),
      type: 'Linux',
      accounts: [{ username: 'root', password: 'x1'.repeat(8) }],
    });
    const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
    const own = await w.invoke(createPolicy, admin, sketch('Meanwhile', 30, 10));
    await w.invoke(updateResource, keeper, { resourceId: made.id, policyId: own.id });
    const [sweep] = await w.sql<{ id: string }>(
      `select id from strongroom.policy_sweep where state = 'waiting' order by created_at desc limit 1`,
    );
    // Somebody is changing the password and holds its account: the sweep waits for them, and leaves their verdict alone.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let holding = (): void => undefined;
    const holds = new Promise<void>((resolve) => (holding = resolve));
    const changing = w.perform(
      { actor: keeper, action: 'account.change-password', objectId: items[0]?.id ?? '' },
      async (grant) => {
        const { changeLocally } = await import('../passwords/index.ts');
        await changeLocally(grant, w.vault, new Secret('y2'.repeat(20)), 'changed');
        holding();
        await held;
      },
    );
    await holds;
    const sweeping = w.composed.jobs.judge(
      { organisationId: w.organisationId, sweepId: sweep?.id ?? '' },
      new AbortController().signal,
    );
    release();
    await Promise.all([changing, sweeping]);
    await judgeAll(w);
    const after = await w.invoke(listAccounts, keeper, { resourceId: made.id });
    expect(after.items[0]).toMatchObject({ compliance: 'compliant', secretVersion: 2 });
    expect(await disagreements()).toEqual([]);
  });

  it('tells how far it is, and lets a later sweep of the same take over', async () => {
    const own = await w.invoke(createPolicy, admin, sketch('Twice', 12, 10));
    await w.invoke(updatePolicy, admin, { policyId: own.id, minLength: 13 });
    await w.invoke(updatePolicy, admin, { policyId: own.id, minLength: 14 });
    const mine = async () => (await w.invoke(listEvaluations, admin, {})).items.filter((one) => one.name === 'Twice');
    expect((await mine()).map((one) => one.state)).toEqual(['waiting', 'superseded']);
    await judgeAll(w);
    const [done] = await mine();
    expect(done).toMatchObject({ because: 'policy', state: 'done', opens: true, judged: 0 });
    expect(done?.seen).toBe(done?.total);
    await expect(w.invoke(listEvaluations, keeper, {})).rejects.toMatchObject({ code: 'not-your-role' });
  });
});
