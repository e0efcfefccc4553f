import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { noteSigner, originOf, type NoteSigner } from '@strongroom/audit-proof';
import type { Call, Scope } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { makeKeyPair, readPrivateKey } from '@strongroom/reach';
import pg from 'pg';
import type { z } from 'zod';
import { exportTrail, sealNew } from '../src/audit/index.ts';
import {
  performer,
  stranger,
  type Action,
  type Actor,
  type Door,
  type Endpoint,
  type Perform,
} from '../src/authorise/index.ts';
import { compose, type Composed } from '../src/compose.ts';
import { httpServer } from '../src/doors/index.ts';
import { addUser, createPasswordHasher, type NewUser } from '../src/identity/index.ts';
import type { Mailer } from '../src/mail/index.ts';
import { addBuiltInPolicies } from '../src/policies/index.ts';
import { connect, type Database } from '../src/platform/db.ts';
import { createLog } from '../src/platform/log.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { prepareHome } from '../src/platform/paths.ts';
import { hashToken, newId, newToken } from '../src/platform/random.ts';
import { Secret } from '../src/platform/secret.ts';
import type { Outpost, WorkerParts } from '../src/rotation/index.ts';
import { loadTls, type Tls } from '../src/platform/tls.ts';
import { createMasterKey, createVault, type MasterKey, type Vault } from '../src/vault/index.ts';
import { freshDatabase } from './database.ts';

/** The log-in password of every person in the world. */
export const loginPassword = 'quiet-harbour-lantern-42';
let knownHash: Promise<string> | undefined;

/** A user of the world: who they are, and the actor of a session that is open. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly organisationId: string;
  /** A session of theirs; each call makes a new one. */
  session(): Promise<{ token: string; csrf: string; id: string; actor: Actor; headers: Record<string, string> }>;
  /** A token of theirs with these scopes. */
  token(scopes: readonly Scope[]): Promise<{ text: string; id: string; actor: Actor }>;
  /** The actor of one session, made at its first use. */
  actor(): Promise<Actor>;
}

/** A row of the trail, as a superuser reads it. */
export interface AuditRow {
  readonly action: string;
  readonly outcome: string;
  readonly actor_name: string;
  readonly object_id: string | null;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly details: Record<string, string> & { readonly code?: string };
}

/** The server's parts over a database of their own, with two organisations and a user of every kind. */
export interface World {
  readonly database: Database;
  readonly url: string;
  readonly perform: Perform;
  readonly vault: Vault;
  readonly key: MasterKey;
  readonly endpoints: readonly Endpoint[];
  /** All of it, as the server has it: streams and jobs too. */
  readonly composed: Composed;
  readonly organisationId: string;
  readonly otherOrganisationId: string;
  /** By log-in name: `boss` (super administrator), `admin`, `privileged`, `keeper`, `nobody`, `auditor`; `foreign` is super administrator elsewhere. */
  readonly people: Readonly<Record<Name, Person>>;
  /** The certificate of the world's server. */
  readonly tls: Tls;
  /** Its state directory. */
  readonly home: string;
  readonly mails: { to: string; subject: string; text: string }[];
  readonly logLines: string[];
  signerOf(organisationId: string): NoteSigner;
  add(user: Partial<NewUser> & { username: string }, organisationId?: string): Promise<Person>;
  /** Makes a call of the contract as an actor, as a door does. */
  invoke<I extends z.ZodType, R extends z.ZodType>(
    call: Call<string, I, R>,
    actor: Actor,
    input: z.input<I>,
  ): Promise<z.output<R>>;
  /** The HTTP server with every door, not yet listening: use `inject`. `perform`: one that stands in for the world’s. */
  app(serving?: TlsOptions, perform?: Perform): FastifyInstance;
  /** As a superuser, past every wall. */
  sql<Row extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A superuser's connection of its own, for what is held while others wait. Whoever asks for it ends it. */
  connection(): Promise<pg.Client>;
  /** Audit rows of an action, oldest first. */
  audit(action: Action): Promise<AuditRow[]>;
  /** Waits until all that has happened is the past for every reader of the trail: transactions of other tests on the same cluster may hold it back. */
  past(): Promise<void>;
  /** Seals the trail to its end and gives the last checkpoint. */
  seal(organisationId?: string): Promise<string>;
  close(): Promise<void>;
}

const names = ['boss', 'admin', 'privileged', 'keeper', 'nobody', 'auditor', 'foreign'] as const;
type Name = (typeof names)[number];
const kinds: Record<Name, Pick<NewUser, 'role' | 'superAdministrator'>> = {
  boss: { role: 'administrator', superAdministrator: true },
  admin: { role: 'administrator', superAdministrator: false },
  privileged: { role: 'privileged-administrator', superAdministrator: false },
  keeper: { role: 'password-administrator', superAdministrator: false },
  nobody: { role: 'password-user', superAdministrator: false },
  auditor: { role: 'password-auditor', superAdministrator: false },
  foreign: { role: 'administrator', superAdministrator: true },
};

export const origin = { requestId: null, address: '192.0.2.7', client: 'test' } as const;
const noDoor: Door = { startSession: () => undefined, endSession: () => undefined };

/** No target can be reached. Keys are made and read as by the real one. */
export const noOutpost: Outpost = {
  verify: () => Promise.resolve({ said: 'unreachable', offered: undefined }),
  reset: () => Promise.resolve({ said: { is: 'unreachable' }, offered: undefined }),
  rehearse: () => Promise.resolve({ said: { lines: [], ended: 'unreachable', why: 'no target' }, offered: undefined }),
  authorise: () => Promise.resolve({ said: { is: 'unreachable' }, offered: undefined }),
  makeKey: async (kind) => {
    const { privateKey, ...made } = await makeKeyPair(kind);
    return { ...made, privateKey: new Secret(privateKey) };
  },
  readKey: (text, passphrase) => {
    const read = readPrivateKey(text.expose(), passphrase?.expose());
    return Promise.resolve(read && { ...read, privateKey: new Secret(read.privateKey) });
  },
  stop: () => Promise.resolve(),
};

/** Builds a world. Takes about half a second. */
export async function world(
  options: { mailFails?: boolean; mailer?: Mailer; hashesInLine?: number; outpost?: Outpost } = {},
): Promise<World> {
  const place = await freshDatabase();
  const database = connect(place.url, { max: 8 });
  const owner = new pg.Pool({ connectionString: place.adminUrl, max: 2 });
  owner.on('error', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'sr-world-'));
  const key = createMasterKey(join(folder, 'master.key'));
  const vault = createVault(key);
  const perform = performer(database);
  const hasher = createPasswordHasher(options.hashesInLine === undefined ? {} : { waiting: options.hashesInLine });
  const passwordHash = await (knownHash ??= hasher.hash(new Secret(loginPassword)));
  const mails: World['mails'] = [];
  const logLines: string[] = [];
  const seed = randomBytes(32);
  const signerOf = (organisationId: string): NoteSigner => noteSigner(originOf(organisationId), seed);
  const sql = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(text, values)).rows;

  const mailer: Mailer = {
    open: () => ({
      send: (mail) => {
        if (options.mailFails) return Promise.reject(new Error('the mail server is away'));
        mails.push(mail);
        return Promise.resolve('250 taken');
      },
      close: () => undefined,
    }),
  };
  prepareHome(folder);
  const tls = await loadTls({ home: folder, tls: undefined, host: undefined, publicUrl: undefined });
  const worker: WorkerParts = {
    perform,
    vault,
    // No target can be reached from here: what talks to targets is shown on real ones.
    outpost: options.outpost ?? noOutpost,
    onHostKeyChanged: () => undefined,
    renewLease: () => Promise.resolve(),
  };
  const composed = compose({
    database,
    perform,
    vault,
    hasher,
    mailer: options.mailer ?? mailer,
    tls,
    worker,
    signerOf,
    publicUrl: () => 'https://vault.example',
    onMailFailure: () => undefined,
    onStreamFailure: () => undefined,
    listeners: { runAs: { is: 'self' }, onAltered: () => undefined },
    setup: {
      version: 'test',
      host: 'test',
      keyFile: () => join(folder, 'master.key'),
      moveKeyFile: () => undefined,
      onSetUp: () => undefined,
    },
  });
  const { endpoints } = composed;
  const byName = new Map(endpoints.map((endpoint) => [endpoint.call.name as string, endpoint]));
  const apps: FastifyInstance[] = [];

  function person(id: string, username: string, organisationId: string): Person {
    let actor: Promise<Actor> | undefined;
    const made: Person = {
      id,
      username,
      organisationId,
      async session() {
        const [token, csrf, sessionId] = [newToken(), newToken(), newId()];
        await sql(
          `insert into strongroom_local.session (hash, id, organisation_id, user_id, csrf_token, address, client) values ($1, $2, $3, $4, $5, '192.0.2.7', 'test')`,
          [hashToken(token), sessionId, organisationId, id, csrf],
        );
        return {
          token,
          csrf,
          id: sessionId,
          actor: { kind: 'user', organisationId, userId: id, sessionId, origin },
          headers: { cookie: `__Host-strongroom=${token}`, 'x-csrf-token': csrf },
        };
      },
      async token(scopes) {
        const [text, tokenId] = [`srt_${newToken()}`, newId()];
        await sql(
          `insert into strongroom.api_token (id, organisation_id, user_id, name, hash, hint, scopes) values ($1, $2, $3, 'test', $4, '', $5)`,
          [tokenId, organisationId, id, hashToken(text), [...scopes]],
        );
        return {
          text,
          id: tokenId,
          actor: { kind: 'user', organisationId, userId: id, token: { id: tokenId, scopes }, origin },
        };
      },
      actor: () => (actor ??= made.session().then((session) => session.actor)),
    };
    return made;
  }

  /** Adds users to an organisation by the product's own functions, under the one grant that may: set-up. */
  async function addTo(
    organisationId: string,
    users: readonly (Partial<NewUser> & { username: string })[],
    first: string | undefined,
  ): Promise<Person[]> {
    const ask = {
      actor: stranger(organisationId, origin),
      action: 'setup.complete',
      objectId: organisationId,
    } as const;
    return perform(ask, async (grant) => {
      if (first !== undefined) {
        await grant.db.insertInto('organisation').values({ id: organisationId, name: first }).execute();
        await vault.createDataKey(grant.db, organisationId);
        await addBuiltInPolicies(grant);
      }
      const added: Person[] = [];
      for (const user of users) {
        const id = await addUser(grant, {
          kind: 'person',
          fullName: `The ${user.username}`,
          email: `${user.username}@example.org`,
          role: 'password-user',
          superAdministrator: false,
          state: 'active',
          passwordHash: user.kind === 'api' ? null : passwordHash,
          ...user,
        });
        added.push(person(id, user.username, organisationId));
      }
      return added;
    });
  }

  const [organisationId, otherOrganisationId] = [newId(), newId()];
  const users = names.map((username) => ({ username, ...kinds[username] }));
  const here = await addTo(organisationId, users.slice(0, -1), 'Here');
  const there = await addTo(otherOrganisationId, users.slice(-1), 'There');
  const people = Object.fromEntries([...here, ...there].map((one) => [one.username, one])) as Record<Name, Person>;

  return {
    database,
    url: place.url,
    perform,
    vault,
    key,
    endpoints,
    composed,
    organisationId,
    otherOrganisationId,
    people,
    mails,
    tls,
    home: folder,
    logLines,
    signerOf,
    sql,
    async connection() {
      const client = new pg.Client({ connectionString: place.adminUrl });
      await client.connect();
      return client;
    },
    async add(user, organisation = organisationId) {
      const [added] = await addTo(organisation, [user], undefined);
      if (!added) throw new Error('nobody was added');
      return added;
    },
    async invoke(call, actor, input) {
      const endpoint = byName.get(call.name);
      if (!endpoint) throw new Error(`no endpoint ${call.name}`);
      return (await endpoint.handle(perform, actor, input, noDoor)) as never;
    },
    app(serving = {}, performing = perform) {
      const app = httpServer({
        database,
        perform: performing,
        endpoints,
        streams: composed.streams,
        log: createLog({ level: 'debug', sink: { write: (line) => void logLines.push(line) } }),
        metrics: createMetrics(),
        tls: serving,
        version: 'test',
        consoleFolder: join(folder, 'none'),
        organisationId: () => Promise.resolve(organisationId),
        notReady: () => Promise.resolve(undefined),
        exportAudit: (id) => exportTrail(database, id),
      });
      apps.push(app);
      return app;
    },
    async past() {
      const [now] = await sql<{ tx: string }>('select pg_current_xact_id()::text as tx');
      for (const deadline = Date.now() + 20_000; ;) {
        const [row] = await sql<{ past: boolean }>(
          'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > $1::bigint as past',
          [now?.tx],
        );
        if (row?.past === true) return;
        if (Date.now() > deadline) throw new Error('a transaction of another test stays open');
      }
    },
    audit: (action) => sql<AuditRow>('select * from strongroom.audit_event where action = $1 order by id', [action]),
    async seal(organisation = organisationId) {
      // A transaction of another test on the same cluster may be older than our events: they wait for it.
      for (const deadline = Date.now() + 20_000; ;) {
        await sealNew(database, organisation, signerOf(organisation));
        const [left] = await sql<{ n: number }>(
          'select count(*)::int as n from strongroom.audit_event e where organisation_id = $1 and not exists (select 1 from strongroom.audit_leaf l where l.event_id = e.id)',
          [organisation],
        );
        if (left?.n === 0) break;
        if (Date.now() > deadline) throw new Error('the trail is not sealed to its end');
      }
      const [last] = await sql<{ note: string }>(
        'select note from strongroom.audit_checkpoint where organisation_id = $1 order by size desc limit 1',
        [organisation],
      );
      if (!last) throw new Error('nothing was sealed');
      return last.note;
    },
    async close() {
      composed.endStreams();
      for (const app of apps) await app.close();
      await database.close();
      await owner.end();
      await place.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
