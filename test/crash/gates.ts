import pg from 'pg';

/**
 * Points in the database at which a rotation can be made to stand still: `job` before a worker takes the job, `take-up`
 * before the attempt is `applying`, `note` before it is `applied`, `settle` in the commit of its end.
 */
export type Gate = 'job' | 'take-up' | 'note' | 'settle';

// A gate waits on an advisory lock that the test holds, so that it opens by itself when the test's connection is gone.
const definition = `
  create schema crash;
  create table crash.hold (account_id uuid, gate text, primary key (account_id, gate));
  create function crash.wait_at(account uuid, at text) returns void language plpgsql security definer as $$ begin
    if exists (select from crash.hold h where h.account_id = account and h.gate = at) then
      perform pg_advisory_xact_lock_shared(hashtext(account::text), hashtext(at));
    end if;
  end $$;
  create function crash.on_attempt() returns trigger language plpgsql security definer as $$ begin
    if old.state = 'prepared' and new.state = 'applying' then perform crash.wait_at(new.account_id, 'take-up'); end if;
    if old.state = 'applying' and new.state = 'applied' then perform crash.wait_at(new.account_id, 'note'); end if;
    return new;
  end $$;
  create trigger crash before update on strongroom.rotation_attempt for each row execute function crash.on_attempt();
  create function crash.on_end() returns trigger language plpgsql security definer as $$ begin
    if new.ended_at is not null then perform crash.wait_at(new.account_id, 'settle'); end if;
    return null;
  end $$;
  create constraint trigger crash_end after update on strongroom.rotation_attempt
    deferrable initially deferred for each row execute function crash.on_end();
  create function crash.on_job() returns trigger language plpgsql security definer as $$ begin
    if old.locked_at is null and new.locked_at is not null then
      perform crash.wait_at(t.account_id, 'job') from strongroom.rotation_attempt t
        where t.id = (new.payload ->> 'attemptId')::uuid;
    end if;
    return new;
  end $$;
  create trigger crash before update on graphile_worker._private_jobs for each row execute function crash.on_job();`;

/** The gates of one running database. After a crash open() them anew: what stood there is gone. */
export interface Gates {
  /** From now on the account's rotation stands still at the gate. */
  shut(accountId: string, gate: Gate): Promise<void>;
  /** Accounts that stand at a gate now, those without an open attempt that had one, and those whose attempt waits for its time. */
  look(): Promise<{ standing: ReadonlySet<string>; ended: ReadonlySet<string>; resting: ReadonlySet<string> }>;
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** Connects as the superuser, and makes the gates where there are none. All are open then. */
export async function openGates(url: string): Promise<Gates> {
  const client = new pg.Client({ connectionString: url });
  // It is killed with the database, as everything else.
  client.on('error', () => undefined);
  await client.connect();
  const { rowCount } = await client.query(`select from pg_namespace where nspname = 'crash'`);
  await client.query(rowCount === 0 ? definition : 'delete from crash.hold');
  // One after the other, as a connection has it.
  let last: Promise<unknown> = Promise.resolve();
  const ask = <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> => {
    const asked = last.then(async () => (await client.query<T>(text, values)).rows);
    last = asked.catch(() => undefined);
    return asked;
  };
  return {
    async shut(accountId, gate) {
      await ask(
        `with held as materialized (select pg_advisory_lock(hashtext($1::text), hashtext($2)))
        insert into crash.hold select $1::uuid, $2 from held`,
        [accountId, gate],
      );
    },
    async look() {
      const standing = await ask<{ id: string }>(
        `select h.account_id as id from crash.hold h join pg_locks l on l.locktype = 'advisory' and not l.granted
          and l.classid::bigint = hashtext(h.account_id::text)::bigint & 4294967295 and l.objid::bigint = hashtext(h.gate)::bigint & 4294967295`,
      );
      const ended = await ask<{ id: string }>(
        `select a.id from strongroom.account a where exists (select from strongroom.rotation_attempt t where t.account_id = a.id)
          and not exists (select from strongroom.rotation_attempt t where t.account_id = a.id and t.ended_at is null)`,
      );
      const resting = await ask<{ id: string }>(
        `select t.account_id as id from strongroom.rotation_attempt t
          join graphile_worker.jobs j on j.key = 'attempt:' || t.id and j.locked_at is null and j.run_at > now() + interval '2 s'
          where t.ended_at is null`,
      );
      const ids = (rows: readonly { id: string }[]): Set<string> => new Set(rows.map(({ id }) => id));
      return { standing: ids(standing), ended: ids(ended), resting: ids(resting) };
    },
    query: ask,
    close: () => client.end().catch(() => undefined),
  };
}
