import { constants, generateKeyPair, privateDecrypt, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import type { Peer } from './peer.ts';
import * as token from './sybase-tokens.ts';
import { hearTds, tdsReply } from './tds.ts';

/** What the simulated ASE offers beside the contract of all peers. */
export interface SybasePeer extends Peer {
  /** Without TLS, over the same accounts. */
  readonly plainPort: number;
  make(name: string, password: string): void;
  /** How it answers to a login record: as ever; letting in whoever comes; refusing without asking; or asking with a key that is too short. */
  behave(how: 'well' | 'lets everybody in' | 'refuses at once' | 'asks with a short key'): void;
  /** The password ran out: its owner may sign in, to change it. */
  expire(name: string): void;
  /** Says no to whoever has the right password, for a reason that is not the password. */
  full(on: boolean): void;
  /** Every password that stood in a login record, in order. */
  readonly clearPasswords: readonly string[];
  /** Every byte that came without TLS. */
  heardInClear(): Buffer;
}

interface Account {
  readonly name: string;
  readonly officer: boolean;
  password: string;
  failures: number;
  expired: boolean;
}

const admin = { username: 'sso', password: 'Lab-Word-0' };
const requestType = { login: 2, normal: 15 } as const;
const makeKeys = promisify(generateKeyPair);

/**
 * A stand-in for Adaptive Server Enterprise 15.7 with an ssl filter on one port and none on the other. It keeps log-ins, asks for passwords by RSA where
 * the client can, and knows one procedure, sp_password, as it is called by name or in language; what it says are the numbers and words of ASE.
 * Source: TDS 5.0 Functional Specification; ASE 15.0 Reference Manual: Procedures, sp_password; ASE Troubleshooting: Error Messages.
 * FreeTDS' tsql signs in to it, by RSA and without (test/drivers/sybase.real.test.ts); a real server it has not been compared with.
 */
export async function startPeer(): Promise<SybasePeer> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'ase.example.lan', ip: ['127.0.0.1'], by: authority });
  const keyOf = async (modulusLength: number) =>
    makeKeys('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
  const [long, short] = await Promise.all([keyOf(2048), keyOf(512)]);
  const accounts: Account[] = [];
  const state: State = { cutting: false, full: false, how: 'well', clearPasswords: [] };
  const make = (name: string, password: string, officer = false): void =>
    void accounts.push({ name, officer, password, failures: 0, expired: false });
  const find = (name: string): Account | undefined => accounts.find((one) => one.name === name);
  make(admin.username, admin.password, true);
  const open = new Set<Socket>();
  const clear: Buffer[] = [];
  const attend = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    new Session(socket, find, state, state.how === 'asks with a short key' ? short : long);
  };
  const tls = createTlsServer({ cert: pair.cert, key: pair.key }, attend);
  const plain = createServer((socket) => {
    socket.on('data', (chunk) => void clear.push(chunk));
    attend(socket);
  });
  tls.on('tlsClientError', () => undefined);
  const listen = async (server: Server): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const [port, plainPort] = [await listen(tls), await listen(plain)];
  let made = 0;
  return {
    host: '127.0.0.1',
    settings: { port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin,
    plainPort,
    clearPasswords: state.clearPasswords,
    heardInClear: () => Buffer.concat(clear),
    make,
    behave(how) {
      state.how = how;
    },
    expire(name) {
      const account = find(name);
      if (account === undefined) throw new Error('no such account');
      account.expired = true;
    },
    full(on) {
      state.full = on;
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
    isPassword: (username, password) => Promise.resolve(find(username)?.password === password),
    failures: (username) => Promise.resolve(find(username)?.failures ?? 0),
    cutAfterSetting(on) {
      state.cutting = on;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await Promise.all([tls, plain].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

interface State {
  cutting: boolean;
  full: boolean;
  how: Parameters<SybasePeer['behave']>[0];
  readonly clearPasswords: string[];
}

interface Keys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** One connection: who asks to be let in, and who is. */
class Session {
  readonly #socket: Socket;
  readonly #find: (name: string) => Account | undefined;
  readonly #state: State;
  readonly #keys: Keys;
  readonly #nonce = randomBytes(32);
  #asking: string | undefined;
  #as: Account | undefined;

  constructor(socket: Socket, find: (name: string) => Account | undefined, state: State, keys: Keys) {
    this.#socket = socket;
    this.#find = find;
    this.#state = state;
    this.#keys = keys;
    hearTds(socket, ({ type, body }) => {
      try {
        if (type === requestType.login && this.#asking === undefined) this.#login(token.readLogin(body));
        else if (type === requestType.normal && this.#asking !== undefined) this.#requests(token.readRequests(body));
        else socket.destroy();
      } catch {
        socket.destroy();
      }
      return true;
    });
  }

  #say(...tokens: Buffer[]): void {
    this.#socket.write(tdsReply(Buffer.concat(tokens)));
  }

  #login({ username, password, byRsa, littleEndian }: token.LoginRecord): void {
    if (!littleEndian) throw new Error('this stand-in speaks little-endian only');
    this.#asking = username;
    if (password !== '') this.#state.clearPasswords.push(password);
    if (this.#state.how === 'lets everybody in') this.#say(token.loginAck(5), token.environment(), token.done());
    else if (this.#state.how === 'refuses at once') this.#judge(undefined);
    else if (byRsa) this.#say(token.loginAck(7), token.askForPassword(this.#keys.publicKey, this.#nonce), token.done());
    else this.#judge(password);
  }

  #judge(password: string | undefined): void {
    const account = this.#find(this.#asking ?? '');
    const right = account !== undefined && password === account.password;
    if (account !== undefined && !right) account.failures += 1;
    if (right && this.#state.full)
      this.#end(
        token.loginAck(6),
        token.eed(1601, 17, 'There are not enough user connections available to start a new process.'),
      );
    else if (!right) this.#end(token.loginAck(6), token.eed(4002, 14, 'Login failed.\n'));
    else {
      this.#as = account;
      const expired = account.expired
        ? [
            token.eed(
              4022,
              10,
              'The password has expired, but you are still allowed to log in. You must change your password before you can continue.\n',
            ),
          ]
        : [];
      this.#say(token.loginAck(5), token.environment(), ...expired, token.done());
    }
  }

  #end(...tokens: Buffer[]): void {
    this.#socket.end(tdsReply(Buffer.concat([...tokens, token.done(true)])));
  }

  #requests(requests: readonly token.Request[]): void {
    const [first, second] = requests;
    if (this.#as === undefined) {
      // The password, and after it that for other servers.
      if (first?.is !== 'message' || first.id !== 0x1f || second?.is !== 'message' || second.id !== 0x20)
        throw new Error('not the password');
      const sealed = first.values[0];
      if (!(sealed instanceof Buffer)) throw new Error('not encrypted');
      const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
      const opened = privateDecrypt({ key: this.#keys.privateKey, ...padding }, sealed);
      const fresh = opened.subarray(0, this.#nonce.length).equals(this.#nonce);
      this.#judge(fresh ? opened.toString('latin1', this.#nonce.length) : undefined);
      return;
    }
    if (first?.is === 'language') {
      const words = /^\s*(?:exec )?sp_password '([^']*)', '([^']*)'(?:, (\w+))?\s*$/.exec(first.text);
      if (words === null) this.#say(token.done());
      else this.#password(words.slice(1).filter(Boolean));
    } else if (first?.is === 'call' && first.name === 'sp_password' && requests.length === 1)
      this.#password(first.values.map(String));
    else this.#say(token.eed(2812, 16, 'Stored procedure not found.\n'), token.done(true));
  }

  /** The procedure. Source: ASE 15.0 Reference Manual: Procedures, sp_password. */
  #password([caller = '', next = '', name]: readonly string[]): void {
    const fail = (number: number, severity: number, text: string): void =>
      this.#say(
        token.eed(number, severity, text),
        token.eed(17720, 16, 'Error: Unable to set the Password.\n'),
        token.returned(1),
      );
    const account = name === undefined ? this.#as : this.#find(name);
    if (account !== this.#as && this.#as?.officer !== true)
      fail(
        10353,
        14,
        "You must have any of the following role(s) to execute this command/procedure: 'sso_role'. Please contact a user with the appropriate role for help.\n",
      );
    else if (account === undefined) fail(17231, 16, 'No login with the specified name exists.\n');
    else if (caller !== this.#as?.password)
      fail(10315, 14, "Invalid caller's password specified, password left unchanged.\n");
    else if (next.length < 6)
      fail(10317, 14, 'The specified password is too short. Passwords must be at least 6 characters in length.\n');
    else {
      account.password = next.slice(0, 30);
      account.expired = false;
      if (this.#state.cutting) this.#socket.destroy();
      else this.#say(token.eed(17721, 10, 'Password correctly set.\n'), token.returned(0));
    }
  }
}
