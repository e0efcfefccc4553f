import { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import {
  CamelCasePlugin,
  CompiledQuery,
  Kysely,
  type Compilable,
  PostgresDialect,
  type PostgresPoolClient,
} from 'kysely';
import pg from 'pg';
import { shared, type Transaction } from './read-together.ts';
import type { Tables } from './tables.ts';

// Counters and sizes stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A transaction that sees one organisation's rows only: row-level security hides the rest. */
export type OrganisationDb = Kysely<Tables>;

export interface Database {
  /**
   * Runs `work` in one transaction that sees the organisation's rows only. Commits when it resolves, rolls back when it rejects.
   * Statements that nobody waits for may be handed to `last`: they travel together with the commit, and stand or fall with it.
   */
  readonly asOrganisation: Transaction<OrganisationDb>;
  /**
   * The same for work that only reads and leaves nothing behind but what it hands to `last`: what comes at once shares a
   * transaction. A statement that is no `select` is refused before it is sent.
   */
  readonly readTogether: Transaction<OrganisationDb>;
  /** The few questions asked before an organisation is known: security-definer functions only. */
  readonly anyone: OrganisationDb;
  /** Connections in use; who waits for one, or to share a transaction; connections open. */
  load(): { busy: number; waiting: number; open: number };
  close(): Promise<void>;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Distinct statements that are prepared per connection; the rest are sent unnamed, so that lists with odd filters do not fill the server's memory. */
const preparedLimit = 400;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= preparedLimit) return undefined;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}

/** A statement as it is sent: by its name where it is one of those that are prepared. */
function configOf(text: string, values: readonly unknown[]): pg.QueryConfig {
  const name = nameOf(text);
  return name === undefined ? { text, values: [...values] } : { text, values: [...values], name };
}

/** Lets nothing through but a `select`: see `readTogether`. */
const readingOnly = (client: pg.PoolClient): Pick<pg.PoolClient, 'query'> => ({
  query: ((config: pg.QueryConfig) => {
    if (!/^\s*select\s/.test(config.text)) throw new Error('work that shares its transaction only reads');
    return client.query(config);
  }) as pg.PoolClient['query'],
});

/** Sends Kysely's statements as named ones: PostgreSQL parses and plans each once per connection. */
function named(client: Pick<pg.PoolClient, 'query'>, release: () => void): PostgresPoolClient {
  return {
    query(text: unknown, values?: unknown): never {
      if (typeof text !== 'string') throw new TypeError('cursors are not used here');
      return client.query(configOf(text, values as unknown[])) as never;
    },
    release,
  } as PostgresPoolClient;
}

/**
 * A statement of the hot path, written as SQL with `$1` and so on: compiled once for the program's life, where the query
 * builder would compile it for each use. The text is a constant of the program; values only ever travel as parameters.
 */
export interface Statement<Row> {
  run(db: OrganisationDb, parameters: readonly unknown[]): Promise<Row[]>;
  /** With its parameters, for `last`. */
  with(parameters: readonly unknown[]): Compilable;
}

export function statement<Row>(text: string): Statement<Row> {
  const compiled = (parameters: readonly unknown[]): CompiledQuery<Row> =>
    CompiledQuery.raw(text, [...parameters]) as CompiledQuery<Row>;
  let columns: readonly (readonly [string, string])[] | undefined;
  return {
    async run(db, parameters) {
      const client = clientOf.get(db);
      if (!client) return (await db.executeQuery(compiled(parameters))).rows;
      // Past the query builder, which would look at every name of every row anew.
      const { rows, fields } = await client.query<Record<string, unknown>>(configOf(text, parameters));
      columns ??= fields.map(({ name }) => [name, camelCase(name)]);
      const names = columns;
      return rows.map((row) => Object.fromEntries(names.map(([column, name]) => [name, row[column]]))) as Row[];
    },
    with: (parameters) => ({ compile: () => compiled(parameters) }),
  };
}

/** The connection of a transaction. */
const clientOf = new WeakMap<OrganisationDb, Pick<pg.PoolClient, 'query'>>();
const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const kyselyOn = (connect: () => Promise<PostgresPoolClient>): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect, end: () => Promise.resolve() } as never }),
    // Only columns are renamed: what lies inside jsonb is kept as it was written.
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });

/**
 * A socket that gathers what is written in one turn of the event loop into one write: every write of its own costs a system call and wakes the backend once
 * more. What waits here waits for code that is already running, never for time to pass.
 */
function gatheringSocket(): Socket {
  const socket = new Socket();
  let held = false;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  // Only now, because connect() puts the usual method back.
  socket.once('connect', () => {
    socket.write = (...args: unknown[]) => {
      if (!held) {
        held = true;
        socket.cork();
        process.nextTick(() => {
          held = false;
          socket.uncork();
        });
      }
      return write(...args);
    };
  });
  return socket;
}

/**
 * Connections of one process. A transaction here is short and never waits for the network, so a few of them keep every core
 * of a database busy; more only take turns. Measured on two cores: 20 gave no more reveals a second than 8.
 */
const connectionsAtOnce = Math.max(8, 2 * availableParallelism() + 4);
/** Transactions at once of those that are shared: fewer leave cores idle, more find less company. Measured on two cores: 3 of 1 to 4. */
const sharedAtOnce = availableParallelism() + 1;
/** How many share one: more gain little, and each waits for the slowest. */
const mostShare = 16;

export interface ConnectOptions {
  /** Most connections this process opens. */
  readonly max?: number;
  /** Told of every lost connection; the pool opens new ones by itself. */
  onError?(error: Error): void;
}

/**
 * Opens a pool on the database. Every connection takes on the application's role, so that row-level security applies
 * and the audit trail cannot be changed, whatever the login role may do.
 * Throws nothing here: the first statement does when the database is away.
 */
export function connect(connectionString: string, options: ConnectOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? connectionsAtOnce,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 15_000,
    pipeline: true,
    stream: gatheringSocket,
  } as pg.PoolConfig);
  let closing = false;
  // The pool is done with a connection before its socket is closed; the database may cut it first.
  const onError = (error: Error): void => {
    if (!closing) options.onError?.(error);
  };
  pool.on('error', onError);
  const perClient = new WeakMap<pg.PoolClient, { readonly all: OrganisationDb; readonly reading: OrganisationDb }>();
  pool.on('connect', (client) => {
    client.on('error', onError);
    // Queued before anything else on this connection; a failure surfaces in the first statement.
    client
      .query(
        `set role strongroom_app; set search_path to strongroom, strongroom_standby, strongroom_local; set timezone to 'UTC'`,
      )
      .catch(onError);
  });
  const dbOn = (client: Pick<pg.PoolClient, 'query'>): OrganisationDb => {
    const connection = named(client, () => undefined);
    const db = kyselyOn(() => Promise.resolve(connection));
    clientOf.set(db, client);
    return db;
  };
  const dbsOf = (client: pg.PoolClient) => {
    let dbs = perClient.get(client);
    if (!dbs) {
      dbs = { all: dbOn(client), reading: dbOn(readingOnly(client)) };
      perClient.set(client, dbs);
    }
    return dbs;
  };
  const anyone = kyselyOn(async () => {
    const client = await pool.connect();
    return named(client, () => {
      client.release();
    });
  });

  const transaction =
    (may: 'all' | 'reading'): Transaction<OrganisationDb> =>
    async (organisationId, work) => {
      if (!uuid.test(organisationId)) throw new TypeError('an organisation id is a UUID');
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        // Both travel with the work's first statement: nobody waits for a round trip of their own.
        // One message, which takes no parameters: the id holds nothing but hexadecimal digits and hyphens, as checked above.
        const opened = client.query(`begin; set local app.organisation_id = '${organisationId}'`);
        opened.catch(() => undefined);
        const last: Compilable[] = [];
        const result = await work(dbsOf(client)[may], (statement) => last.push(statement));
        await opened;
        // Handed to the connection in one breath, so that nothing comes between them and the commit.
        const written = last.map((statement) => {
          const { sql: text, parameters } = statement.compile();
          const sent = client.query(configOf(text, parameters));
          sent.catch(() => undefined);
          return sent;
        });
        const commit = client.query({ name: 'commit', text: 'commit' });
        commit.catch(() => undefined);
        await Promise.all(written);
        if ((await commit).command !== 'COMMIT') throw new RolledBack();
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    };

  const together = shared(transaction('reading'), {
    lanes: sharedAtOnce,
    most: mostShare,
    undone: (error) => error instanceof RolledBack || (error instanceof pg.DatabaseError && !isUnavailable(error)),
  });

  return {
    anyone,
    asOrganisation: transaction('all'),
    readTogether: together.transaction,
    load: () => ({
      busy: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount + together.waiting(),
      open: pool.totalCount,
    }),
    async close() {
      closing = true;
      await pool.end();
    },
  };
}

/** A commit that the database answered with a rollback: a statement before it had failed. */
class RolledBack extends Error {
  constructor() {
    super('the transaction was rolled back by the database');
  }
}

/** True when the database was away, rather than unwilling: worth another try later. */
export function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (
    /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|53300)$/.test(code) ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
        error.message,
      ))
  );
}

/** True when a unique index refused the row; `constraint` names it. */
export function isDuplicate(error: unknown, constraint?: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '23505' &&
    (constraint === undefined || ('constraint' in error && error.constraint === constraint))
  );
}

/** True for a row that another one still points at, or one that points at nothing any more. */
export const breaksReference = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503';
