import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { ntlmChallenge, ntlmSignedIn } from './mssql-ntlm.ts';
import { MssqlServer, type MssqlAccount, type MssqlError, type MssqlState } from './mssql-server.ts';
import * as token from './mssql-tokens.ts';
import type { Peer } from './peer.ts';
import { hearTds, tdsReply, tlsWithinTds } from './tds.ts';

/** What the simulated SQL Server offers beside the contract of all peers. */
export interface MssqlPeer extends Peer {
  /** A server without TLS, over the same accounts. */
  readonly plainPort: number;
  /** An administrator of Windows, as CORP\name. */
  readonly domainAdmin: { readonly username: string; readonly password: string };
  /** Makes a log-in, or a user of the database `contained`. */
  make(name: string, password: string, database?: string): void;
  put(name: string, state: MssqlState): void;
  exists(name: string): boolean;
  /** Sends whoever signs in to another server, as gateways do. */
  routeTo(port: number | undefined): void;
  /** Every batch that came, in order. */
  readonly batches: readonly string[];
  /** How many connections came. */
  readonly connections: () => number;
}

const admin = { username: 'sa', password: 'Lab-Word-0' };
const domainAdmin = { username: 'CORP\\dba', password: 'Domain-Word-0' };
const requestType = { batch: 1, login: 16, sspi: 17, prelogin: 18 } as const;

/**
 * A stand-in for SQL Server 2019 with Force Encryption, which is not in Debian. It keeps log-ins and contained users, lets them in over TDS 7.4,
 * judges passwords as Windows does by default, and reads statements word by word, several in a batch: what leaves its quotes is run.
 * Source: MS-TDS, MS-NLMP, and the documentation cited in its parts. Microsoft's protocol is spoken to it by two clients that are not ours, tedious and FreeTDS; a real server it has not been compared with.
 */
export async function startPeer(): Promise<MssqlPeer> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'db.example.lan', ip: ['127.0.0.1'], by: authority });
  const server = new MssqlServer();
  const state = { cutting: false, route: undefined as number | undefined, connections: 0 };
  const make = (name: string, password: string, database?: string, administrator = false): void =>
    void server.accounts.push({ name, password, database, administrator, state: 'open', failures: 0 });
  make(admin.username, admin.password, undefined, true);
  make(domainAdmin.username, domainAdmin.password, undefined, true);
  const open = new Set<Socket>();

  const attend = (socket: Socket, secured: boolean): void => {
    open.add(socket);
    state.connections += 1;
    socket.on('close', () => open.delete(socket));
    hearTds(socket, ({ type, body }) => {
      if (type !== requestType.prelogin) {
        socket.destroy();
        return false;
      }
      const wanted = token.preloginEncryption(body);
      // ENCRYPT_REQ to who has TLS, and to who has none, who then goes; ENCRYPT_NOT_SUP where there is none here.
      socket.write(tdsReply(token.prelogin(secured ? (wanted === 1 ? 1 : 3) : 2)));
      if (!secured) converse(socket, server, state);
      else if (wanted === 2) socket.end();
      else converse(tlsWithinTds(socket, pair.cert, pair.key), server, state);
      return false;
    });
  };
  const listen = async (listening: Server): Promise<number> => {
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return (listening.address() as AddressInfo).port;
  };
  const [tls, plain] = [true, false].map((secured) => createServer((socket) => void attend(socket, secured))) as [
    Server,
    Server,
  ];
  const [port, plainPort] = [await listen(tls), await listen(plain)];
  let made = 0;
  return {
    host: '127.0.0.1',
    settings: { port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin,
    domainAdmin,
    plainPort,
    batches: server.batches,
    connections: () => state.connections,
    make,
    exists: (name) => server.find(name, undefined) !== undefined,
    put(name, how) {
      const account = server.find(name, undefined);
      if (account === undefined) throw new Error('no such account');
      account.state = how;
    },
    routeTo(to) {
      state.route = to;
    },
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const [username, password] = [`u${String(made)}`, `First-Word-${String(made)}`];
          make(username, password);
          return { username, password };
        }),
      ),
    isPassword: (username, password) => Promise.resolve(server.find(username, undefined)?.password === password),
    failures: (username) => Promise.resolve(server.find(username, undefined)?.failures ?? 0),
    cutAfterSetting(on) {
      state.cutting = on;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await Promise.all([tls, plain].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

interface State {
  readonly cutting: boolean;
  readonly route: number | undefined;
}

/** Signing in, and batches one after another. */
function converse(stream: Duplex, server: MssqlServer, state: State): void {
  let as: MssqlAccount | undefined;
  let login: ReturnType<typeof token.readLogin> | undefined;
  let challenge: ReturnType<typeof ntlmChallenge> | undefined;
  const say = (...tokens: Buffer[]): void => void stream.write(tdsReply(Buffer.concat(tokens)));
  const refuse = (errors: readonly MssqlError[]): void =>
    void stream.end(tdsReply(Buffer.concat([...errors.map(token.error), token.done('error')])));
  const letIn = (account: MssqlAccount, { database, features }: NonNullable<typeof login>): void => {
    as = account;
    const routed = state.route === undefined ? [] : [token.routing('127.0.0.1', state.route)];
    say(...token.signedIn(database), ...routed, token.featuresAcknowledged(features), token.done());
  };
  hearTds(stream, ({ type, body }) => {
    if (type === requestType.login && login === undefined) {
      login = token.readLogin(body);
      if (login.sspi.length > 0) {
        challenge = ntlmChallenge(login.sspi, 'CORP');
        say(token.sspi(challenge.message));
        return true;
      }
      const who = server.signIn(login.username, login.password, login.database);
      if ('name' in who) letIn(who, login);
      else refuse(who);
    } else if (type === requestType.sspi && login !== undefined && challenge !== undefined && as === undefined) {
      const before = [login.sspi, challenge.message] as const;
      const signed = ntlmSignedIn(body, challenge.nonce, before, (name) => server.find(name, undefined)?.password);
      const account = signed?.proven === true ? server.find(signed.account, undefined) : undefined;
      if (account !== undefined) letIn(account, login);
      else
        refuse([
          {
            number: 18452,
            severity: 14,
            message:
              'Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.',
          },
        ]);
    } else if (type === requestType.batch && as !== undefined && login !== undefined) {
      const answer = server.run(token.readBatch(body), as, login.database);
      if (answer.set === true && state.cutting) stream.destroy();
      else if (answer.error !== undefined) say(token.error(answer.error), token.done('error'));
      else if (answer.rows !== undefined) say(...token.table(answer.rows), token.done(answer.rows.length));
      else say(token.done());
    } else stream.destroy();
    return true;
  });
}
