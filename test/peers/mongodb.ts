import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Binary, type Document } from 'bson';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import {
  credentialsFor,
  Exchange,
  isPasswordOf,
  makeUser,
  type MongoMechanism,
  type MongoUser,
} from './mongodb-users.ts';
import { serve, type Asked } from './mongodb-wire.ts';
import type { Peer } from './peer.ts';

/** What the simulated mongod offers beside the contract of all peers. */
export interface MongodbPeer extends Peer {
  /** In clear text. */
  readonly plainPort: number;
  /** Makes a user of another database, or with other mechanisms. */
  make(database: string, name: string, password: string, kinds: readonly MongoMechanism[]): void;
  /** Asks as servers before 4.4 do: an empty third round of signing in. */
  old(on: boolean): void;
  /** Names of the commands that came, in order. */
  readonly commands: readonly string[];
}

const admin = { username: 'pam', password: 'Pam-Word-0' };
const modern = ['SCRAM-SHA-1', 'SCRAM-SHA-256'] as const;

/**
 * A stand-in for mongod with --auth --tlsMode requireTLS, which is not in Debian. It keeps users and lets them in by SCRAM;
 * an administrator may set passwords, everybody else their own. What it says are the codes and words of MongoDB 7.0.
 * Source: MongoDB Wire Protocol; Driver Authentication specification; MongoDB Manual, updateUser, usersInfo, Error Codes.
 * MongoDB's own client signs in to it and gives commands (test/drivers/mongodb.test.ts); a real server it has not been compared with.
 */
export async function startPeer(): Promise<MongodbPeer> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'db.example.lan', ip: ['127.0.0.1'], by: authority });
  const users: MongoUser[] = [makeUser('admin', admin.username, admin.password, modern, true)];
  const commands: string[] = [];
  const open = new Set<Socket>();
  const state = { cutting: false, old: false };
  const find = (database: string, name: string) =>
    users.find((user) => user.database === database && user.name === name);

  const attend = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const session = new Session(state, find, users);
    serve(socket, (asked) => {
      commands.push(Object.keys(asked.command)[0] ?? '');
      return session.answer(asked);
    });
  };
  const secured = createTlsServer({ cert: pair.cert, key: pair.key }, attend);
  const plain = createServer(attend);
  const listen = async (server: Server): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  secured.on('tlsClientError', () => undefined);
  const [port, plainPort] = [await listen(secured), await listen(plain)];
  let made = 0;
  return {
    host: '127.0.0.1',
    settings: { port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin,
    plainPort,
    commands,
    make: (database, name, password, kinds) => void users.push(makeUser(database, name, password, kinds)),
    old: (on) => {
      state.old = on;
    },
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const [username, password] = [`u${String(made)}`, `First-Word-${String(made)}`];
          users.push(makeUser('admin', username, password, modern));
          return { username, password };
        }),
      ),
    isPassword(username, password) {
      const user = find('admin', username);
      return Promise.resolve(user !== undefined && isPasswordOf(user, password));
    },
    failures: (username) => Promise.resolve(find('admin', username)?.failures ?? 0),
    cutAfterSetting(on) {
      state.cutting = on;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await Promise.all([secured, plain].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

const failed = (code: number, codeName: string, errmsg: string): Document => ({ ok: 0, errmsg, code, codeName });
const authenticationFailed = failed(18, 'AuthenticationFailed', 'Authentication failed.');
const textOf = (payload: unknown): string =>
  payload instanceof Binary ? Buffer.from(payload.buffer).toString('utf8') : '';

/** One connection: who is signed in, and which exchange is under way. */
class Session {
  readonly #state: { readonly cutting: boolean; readonly old: boolean };
  readonly #find: (database: string, name: string) => MongoUser | undefined;
  readonly #users: readonly MongoUser[];
  #user: MongoUser | undefined;
  #exchange: { readonly with: Exchange; readonly skipEmpty: boolean; round: number } | undefined;

  constructor(
    state: { readonly cutting: boolean; readonly old: boolean },
    find: (database: string, name: string) => MongoUser | undefined,
    users: readonly MongoUser[],
  ) {
    this.#state = state;
    this.#find = find;
    this.#users = users;
  }

  /** Undefined: the line is cut. */
  answer({ database, command }: Asked): Document | undefined {
    switch ((Object.keys(command)[0] ?? '').toLowerCase()) {
      case 'hello':
      case 'ismaster':
        return this.#hello(command);
      case 'saslstart':
        return this.#start(database, command);
      case 'saslcontinue':
        return this.#continue(command);
      case 'updateuser':
        return this.#update(database, command);
      case 'usersinfo':
        return this.#list(database);
      case 'ping':
      case 'endsessions':
        return { ok: 1 };
      default:
        return failed(59, 'CommandNotFound', 'no such command');
    }
  }

  #hello(command: Document): Document {
    const [, database = '', name = ''] = /^([^.]*)\.(.*)$/s.exec(String(command['saslSupportedMechs'] ?? '')) ?? [];
    const user = this.#find(database, name);
    return {
      ...{ helloOk: true, isWritablePrimary: true, ismaster: true, readOnly: false, ok: 1 },
      ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
      ...{ minWireVersion: 0, maxWireVersion: 21, localTime: new Date(), logicalSessionTimeoutMinutes: 30 },
      ...(user === undefined ? {} : { saslSupportedMechs: Object.keys(user.credentials) }),
    };
  }

  #start(database: string, command: Document): Document {
    const { mechanism, options } = command as { mechanism?: unknown; options?: { skipEmptyExchange?: unknown } };
    if (mechanism !== 'SCRAM-SHA-1' && mechanism !== 'SCRAM-SHA-256')
      return failed(334, 'MechanismUnavailable', 'Received authentication for mechanism which is not enabled');
    const exchange = new Exchange(mechanism, (name) => this.#find(database, name));
    const first = exchange.first(textOf(command['payload']));
    if (first === undefined) return authenticationFailed;
    const skipEmpty = options?.skipEmptyExchange === true && !this.#state.old;
    this.#exchange = { with: exchange, skipEmpty, round: 1 };
    return { conversationId: 1, done: false, payload: new Binary(Buffer.from(first)), ok: 1 };
  }

  #continue(command: Document): Document {
    const current = this.#exchange;
    if (current === undefined || command['conversationId'] !== 1)
      return failed(17, 'ProtocolError', 'No SASL session state found');
    current.round += 1;
    const payload = textOf(command['payload']);
    const final = current.round === 2 ? current.with.final(payload) : payload === '' ? '' : undefined;
    if (final === undefined) {
      this.#exchange = undefined;
      return authenticationFailed;
    }
    const done = current.round === 3 || current.skipEmpty;
    if (done) this.#user = current.with.user;
    return { conversationId: 1, done, payload: new Binary(Buffer.from(final)), ok: 1 };
  }

  #update(database: string, command: Document): Document | undefined {
    const [name, pwd] = [command['updateUser'] as unknown, command['pwd'] as unknown];
    const own = this.#user?.database === database && this.#user.name === name;
    if (this.#user === undefined) return failed(13, 'Unauthorized', 'Command updateUser requires authentication');
    if (!own && !this.#user.administrator)
      return failed(
        13,
        'Unauthorized',
        `not authorized on ${database} to execute command { updateUser: "${String(name)}", pwd: "xxx" }`,
      );
    const user = typeof name === 'string' ? this.#find(database, name) : undefined;
    if (user === undefined) return failed(11, 'UserNotFound', `User '${String(name)}@${database}' not found`);
    if (typeof pwd !== 'string' || pwd === '') return failed(2, 'BadValue', 'Password cannot be empty');
    // Stands in for SASLprep, which takes printable ASCII as it is.
    if (/[^\x20-\x7e]/.test(pwd)) return failed(2, 'BadValue', 'Error normalizing the password');
    user.credentials = credentialsFor(user.name, pwd, Object.keys(user.credentials) as MongoMechanism[]);
    return this.#state.cutting ? undefined : { ok: 1 };
  }

  #list(database: string): Document {
    if (this.#user?.administrator !== true)
      return failed(13, 'Unauthorized', `not authorized on ${database} to execute command { usersInfo: 1 }`);
    const users = this.#users
      .filter((user) => user.database === database)
      .map(({ name, administrator }) => ({
        ...{ _id: `${database}.${name}`, user: name, db: database },
        roles: administrator ? [{ role: 'userAdminAnyDatabase', db: 'admin' }] : [{ role: 'read', db: database }],
      }));
    return { users, ok: 1 };
  }
}
