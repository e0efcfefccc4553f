import { listResources, readAccount, readResource, createResource } from '@strongroom/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { origin, world, type World } from '../../test/world.ts';
import { reveal } from '../passwords/index.ts';
import type { Secret } from '../platform/secret.ts';
import { system } from './index.ts';

let w: World;
let accountId: string;
let resourceId: string;

beforeAll(async () => {
  w = await world();
  const keeper = await w.people.keeper.actor();
  const resource = await w.invoke(createResource, keeper, {
    name: 'db-1',
    type: 'Linux',
    accounts: [{ username: 'root', password: 'first-Password-77' }],
  });
  resourceId = resource.id;
  const rows = await w.sql<{ id: string }>('select id from strongroom.account');
  accountId = rows[0]?.id ?? '';
});
afterAll(() => w.close());

const open = async (name: keyof World['people'], reason?: string) =>
  w.perform(
    { actor: await w.people[name].actor(), action: 'account.reveal', objectId: accountId, reason },
    (grant, _facts, sealed) => reveal(grant, w.vault, sealed, 'show'),
  );

describe('perform', () => {
  it('works and records who, what, on what, from where and why in the same transaction', async () => {
    const { password } = await open('keeper', 'disk full');
    expect(password.expose()).toBe('first-Password-77');
    const rows = await w.audit('account.reveal');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      actor_name: 'keeper',
      actor_id: w.people.keeper.id,
      object_id: accountId,
      object_name: 'root on db-1',
      outcome: 'done',
      reason: 'disk full',
      address: '192.0.2.7',
      client: 'test',
      trail: 'resource',
      details: { purpose: 'show', version: '1' },
    });
  });

  it('refuses and records the refusal, in the words of one who cannot see the object', async () => {
    const before = (await w.audit('account.reveal')).length;
    for (const name of ['admin', 'privileged', 'nobody', 'auditor'] as const)
      await expect(open(name)).rejects.toMatchObject({ code: 'not-found' });
    await expect(open('foreign')).rejects.toMatchObject({ code: 'not-found' });
    const rows = (await w.audit('account.reveal')).slice(before);
    expect(rows.map((row) => [row.outcome, row.details.code])).toEqual(Array(5).fill(['refused', 'not-found']));
  });

  it('rolls the work back and records a failure when the work throws', async () => {
    const ask = { actor: await w.people.keeper.actor(), action: 'resource.update', objectId: resourceId } as const;
    const failing = w.perform(ask, async (grant) => {
      await grant.db.updateTable('resource').set({ name: 'broken' }).where('id', '=', resourceId).execute();
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect((await w.invoke(readResource, ask.actor, { resourceId: resourceId as never })).name).toBe('db-1');
    expect((await w.audit('resource.update')).at(-1)).toMatchObject({
      outcome: 'failed',
      details: { code: 'internal' },
    });
  });

  it('gives and changes nothing when the audit row cannot be written', async () => {
    await w.sql('revoke insert on strongroom.audit_event from strongroom_app');
    try {
      await expect(open('keeper')).rejects.toThrow('could not be audited');
      // A refusal that cannot be recorded is not told either.
      await expect(open('nobody')).rejects.toThrow('could not be audited');
      const ask = { actor: await w.people.keeper.actor(), action: 'resource.update', objectId: resourceId } as const;
      const change = w.perform(ask, async (grant) => {
        await grant.db.updateTable('resource').set({ name: 'unrecorded' }).where('id', '=', resourceId).execute();
      });
      await expect(change).rejects.toThrow('could not be audited');
    } finally {
      await w.sql('grant insert on strongroom.audit_event to strongroom_app');
    }
    expect(await w.sql('select name from strongroom.resource where id = $1', [resourceId])).toEqual([{ name: 'db-1' }]);
  });

  it('works for the product itself only where the line says so', async () => {
    const ask = { actor: system(w.organisationId), action: 'account.reveal', objectId: accountId } as const;
    await expect(w.perform(ask, () => Promise.resolve())).rejects.toMatchObject({ code: 'signed-out' });
    const forged = { actor: await w.people.boss.actor(), action: 'account.record-proof', objectId: accountId } as const;
    await expect(w.perform(forged, () => Promise.resolve())).rejects.toMatchObject({ code: 'not-your-role' });
  });

  it('does not believe an actor about their organisation: the session must be of the same one', async () => {
    const { foreign } = w.people;
    const session = await foreign.session();
    const forged = { ...session.actor, organisationId: w.organisationId, origin };
    await expect(w.invoke(readAccount, forged, { accountId: accountId as never })).rejects.toMatchObject({
      code: 'signed-out',
    });
  });

  it('ends with the session, the token and the user, at the very next call', async () => {
    const user = await w.add({ username: 'leaver', role: 'password-administrator' });
    const [session, token] = [await user.session(), await user.token(['read'])];
    const list = (actor: typeof session.actor) => w.invoke(listResources, actor, {});
    await list(session.actor);
    await list(token.actor);
    await w.sql('update strongroom.api_token set revoked_at = now() where id = $1', [token.id]);
    await expect(list(token.actor)).rejects.toMatchObject({ code: 'signed-out' });
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [user.id]);
    await expect(list(session.actor)).rejects.toMatchObject({ code: 'signed-out' });
    await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [user.id]);
    await list(session.actor);
    await w.sql('delete from strongroom_local.session where id = $1', [session.id]);
    await expect(list(session.actor)).rejects.toMatchObject({ code: 'signed-out' });
  });
});

describe('reveals that come at once', () => {
  const many = (names: readonly (keyof World['people'])[], reasons: readonly string[]) =>
    Promise.allSettled(reasons.map((reason, i) => open(names[i % names.length] as keyof World['people'], reason)));
  const passwords = (outcomes: PromiseSettledResult<{ password: Secret }>[]): (string | null)[] =>
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.password.expose() : null));
  const events = (start: string) =>
    w.sql<{ reason: string; outcome: string; name: string; tx: string }>(
      `select reason, outcome, actor_name as name, tx::text as tx from strongroom.audit_event where action = 'account.reveal' and reason like $1
       order by reason`,
      [`${start} %`],
    );
  const reasonsOf = (start: string, n: number): string[] =>
    Array.from({ length: n }, (_, i) => `${start} ${String(i).padStart(2, '0')}`);

  it('share transactions; each is decided by itself and has an event of its own', async () => {
    const reasons = reasonsOf('share', 48);
    const outcomes = await many(['keeper', 'nobody', 'foreign'], reasons);
    expect(passwords(outcomes)).toEqual(reasons.map((_, i) => (i % 3 === 0 ? 'first-Password-77' : null)));
    const rows = await events('share');
    expect(rows.map(({ reason, outcome, name }) => [reason, outcome, name])).toEqual(
      reasons.map((reason, i) => [
        reason,
        i % 3 === 0 ? 'done' : 'refused',
        w.people[(['keeper', 'nobody', 'foreign'] as const)[i % 3] ?? 'keeper'].username,
      ]),
    );
    const done = rows.filter(({ outcome }) => outcome === 'done');
    expect(new Set(done.map(({ tx }) => tx)).size).toBeLessThan(done.length / 2);
  });

  it('suffer nothing from one of them whose event cannot be written', async () => {
    await w.sql(`create function strongroom.spoil() returns trigger language plpgsql as $$ begin
      if new.reason = 'spoil 03' and new.outcome = 'done' then raise exception 'not this one'; end if; return new; end $$`);
    await w.sql(
      `create trigger spoil before insert on strongroom.audit_event for each row execute function strongroom.spoil()`,
    );
    try {
      const reasons = reasonsOf('spoil', 12);
      const outcomes = await many(['keeper'], reasons);
      expect(passwords(outcomes)).toEqual(reasons.map((_, i) => (i === 3 ? null : 'first-Password-77')));
      expect((await events('spoil')).map(({ reason, outcome }) => [reason, outcome])).toEqual(
        reasons.map((reason, i) => [reason, i === 3 ? 'failed' : 'done']),
      );
    } finally {
      await w.sql('drop trigger spoil on strongroom.audit_event; drop function strongroom.spoil()');
    }
  });

  it('give nothing when the connection is lost before the commit, and are never recorded twice', async () => {
    const holder = await w.connection();
    try {
      // Whoever would record waits, and is cut off while waiting.
      await holder.query('begin; lock table strongroom.audit_event in exclusive mode');
      const reasons = reasonsOf('lost', 12);
      const all = many(['keeper'], reasons);
      const waiting = `select l.pid from pg_locks l where l.relation = 'strongroom.audit_event'::regclass and not l.granted`;
      await expect.poll(async () => (await holder.query(waiting)).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
      await holder.query(`select pg_terminate_backend(pid) from (${waiting} limit 1) w`);
      await holder.query('commit');
      const given = passwords(await all);
      expect(given).toContain(null);
      const rows = await events('lost');
      expect(rows.map(({ reason, outcome }) => [reason, outcome])).toEqual(
        reasons.map((reason, i) => [reason, given[i] === null ? 'failed' : 'done']),
      );
    } finally {
      await holder.end();
    }
  });

  it('may only read: a statement that changes something is not even sent', async () => {
    const ask = { actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: accountId } as const;
    const changing = [
      w.perform(ask, (grant) =>
        grant.db.updateTable('account').set({ username: 'x' }).where('id', '=', accountId).execute(),
      ),
      w.perform(ask, (grant) => sql`delete from account`.execute(grant.db)),
      w.perform(ask, (grant) => sql`with gone as (delete from account returning 1) select 1`.execute(grant.db)),
    ];
    for (const outcome of await Promise.allSettled(changing))
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: 'work that shares its transaction only reads' },
      });
    expect((await open('keeper')).username).toBe('root');
  });
});

describe('row-level security', () => {
  it('hides another organisation even from a query that forgets it, for every table that carries one', async () => {
    const tables = await w.sql<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.columns
       where column_name = 'organisation_id' and table_schema like 'strongroom%' order by 1`,
    );
    expect(tables.length).toBeGreaterThan(20);
    await w.invoke(listResources, await w.people.foreign.actor(), {});
    await w.database.asOrganisation(w.otherOrganisationId, async (db) => {
      for (const { name } of tables) {
        const { rows } = await sql<{
          n: number;
        }>`select count(*)::int as n from ${sql.raw(name)} where organisation_id <> ${w.otherOrganisationId}`.execute(
          db,
        );
        expect([name, rows[0]?.n]).toEqual([name, 0]);
      }
      const { rows } = await sql<{ id: string }>`select id from strongroom.organisation`.execute(db);
      expect(rows).toEqual([{ id: w.otherOrganisationId }]);
    });
    // There was something to hide.
    const [hidden] = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom.app_user where organisation_id = $1',
      [w.organisationId],
    );
    expect(hidden?.n).toBeGreaterThan(5);
  });

  it('lets nothing be written into another organisation', async () => {
    const write = w.database.asOrganisation(w.otherOrganisationId, (db) =>
      db
        .insertInto('setting')
        .values({ organisationId: w.organisationId, name: 'inactivityMinutes', value: '1' })
        .execute(),
    );
    await expect(write).rejects.toThrow('row-level security');
    const changed = await w.database.asOrganisation(w.otherOrganisationId, (db) =>
      db.updateTable('resource').set({ name: 'taken over' }).where('id', '=', resourceId).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(0n);
  });

  it('shows nothing to who names no organisation', async () => {
    for (const table of ['app_user', 'resource', 'secret', 'audit_event']) {
      const { rows } = await sql<{
        n: number;
      }>`select count(*)::int as n from ${sql.table(`strongroom.${table}`)}`.execute(w.database.anyone);
      expect([table, rows[0]?.n]).toEqual([table, 0]);
    }
  });
});

describe('the compiler', () => {
  it('refuses work without the right grant', () => {
    // Never called: the compiler is the test. An @ts-expect-error that is not needed fails the type check.
    const never = async (): Promise<void> => {
      const made = { action: 'account.reveal', actor: await w.people.keeper.actor(), objectId: '' } as const;
      // @ts-expect-error a look-alike is not a Grant
      void reveal(made, w.vault, undefined, 'show');
      void w.perform({ ...made, action: 'account.read' }, async (grant) => {
        // @ts-expect-error a grant to read does not reveal
        await reveal(grant, w.vault, undefined, 'show');
        // @ts-expect-error nor does it open the vault
        await w.vault.open(grant, Buffer.alloc(0), { column: 'secret.sealed', rowId: '', version: 1 });
        // @ts-expect-error a Secret does not fit in the audit event
        grant.note({ password: {} as Secret });
      });
      void w.perform({ ...made, action: 'account.reveal' }, async (grant) => {
        // @ts-expect-error a data key is opened by the vault alone
        await w.vault.open(grant, Buffer.alloc(0), { column: 'data_key.wrapped', rowId: '', version: 1 });
      });
      // @ts-expect-error an action without a line in the policy is no action
      void w.perform({ ...made, action: 'account.destroy' }, () => Promise.resolve());
    };
    expect(typeof never).toBe('function');
  });
});
