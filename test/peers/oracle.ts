import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import * as ttc from './oracle-ttc.ts';
import type { Peer } from './peer.ts';

/** How an account stands. */
export type OracleState = 'open' | 'locked' | 'expired';

/** What the simulated database offers beside the contract of all peers. */
export interface OraclePeer extends Peer {
  /** Without TLS, over the same accounts. */
  readonly plainPort: number;
  make(name: string, password: string): void;
  put(name: string, state: OracleState): void;
  exists(name: string): boolean;
  /** Sends whoever connects to another port, as listeners do. */
  redirectTo(port: number | undefined): void;
  /** Every statement that came, in order. */
  readonly statements: readonly string[];
  readonly connections: () => number;
  /** Every byte that came without TLS. */
  heardInClear(): Buffer;
}

interface Account {
  readonly name: string;
  readonly administrator: boolean;
  password: string;
  failures: number;
  state: OracleState;
}

interface State {
  cutting: boolean;
  redirect: number | undefined;
  connections: number;
  readonly accounts: Account[];
  readonly statements: string[];
}

const admin = { username: 'SYSTEM', password: 'Lab-Word-0' };
const service = 'lab.example';
const packetType = { connect: 1, accept: 2, refuse: 4, redirect: 5, data: 6 } as const;
const functions = { execute: 94, logOn: 118, prove: 115 } as const;

/**
 * A stand-in for Oracle Database 19c with TCPS on one port and TCP on another, which cannot be installed from Debian. It keeps users, lets them in by O5LOGON with
 * the verifier of 12c, and reads statements word by word, several in one: what leaves its quotes is run.
 * Source: the thin client of node-oracledb 26 for what goes over the wire, which signs in to it unchanged; SQL Language Reference, ALTER USER, and Error Messages
 * for what it answers. No other client and no real server has been held against it.
 */
export async function startPeer(): Promise<OraclePeer> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'ora.example.lan', ip: ['127.0.0.1'], by: authority });
  const state: State = { cutting: false, redirect: undefined, connections: 0, accounts: [], statements: [] };
  const make = (name: string, password: string, administrator = false): void =>
    void state.accounts.push({ name: name.toUpperCase(), password, administrator, failures: 0, state: 'open' });
  const find = (name: string): Account | undefined => state.accounts.find((one) => one.name === name.toUpperCase());
  make(admin.username, admin.password, true);
  const open = new Set<Socket>();
  const clear: Buffer[] = [];
  const attend = (socket: Socket): void => {
    open.add(socket);
    state.connections += 1;
    socket.on('close', () => open.delete(socket));
    converse(socket, state, find);
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
    settings: { port, loginWith: 'another account', service },
    trusted: [authority.cert],
    admin,
    plainPort,
    statements: state.statements,
    connections: () => state.connections,
    heardInClear: () => Buffer.concat(clear),
    make,
    exists: (name) => find(name) !== undefined,
    put(name, how) {
      const account = find(name);
      if (account === undefined) throw new Error('no such account');
      account.state = how;
    },
    redirectTo(to) {
      state.redirect = to;
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

/** A packet before a connection is accepted, and one of data after it. */
function packet(type: number, body: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, type, 0, 0, 0]);
  head.writeUInt16BE(8 + body.length);
  return Buffer.concat([head, body]);
}
function data(body: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, packetType.data, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(10 + body.length);
  return Buffer.concat([head, body]);
}

/** Version 318, packets of 8192 bytes, no services of ANO. */
function accepted(): Buffer {
  const body = Buffer.alloc(37);
  body.writeUInt16BE(318, 0);
  body.writeUInt16BE(8192, 4);
  body.writeUInt16BE(65535, 6);
  body[15] = 8;
  body.writeUInt32BE(8192, 24);
  body.writeUInt32BE(65535, 28);
  return packet(packetType.accept, body);
}

/** Answers a connect packet; true when it was accepted. */
function connected(socket: Socket, asked: Buffer, { redirect }: State): boolean {
  const text = asked.toString('latin1', asked.readUInt16BE(26));
  if (redirect !== undefined) {
    const to = Buffer.from(`(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${String(redirect)}))`);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(to.length);
    socket.write(packet(packetType.redirect, Buffer.concat([length, to])));
    return false;
  }
  if (!text.includes(`(SERVICE_NAME=${service})`)) {
    const why = Buffer.from(
      '(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))',
    );
    const length = Buffer.alloc(4);
    length.writeUInt16BE(why.length, 2);
    socket.end(packet(packetType.refuse, Buffer.concat([length, why])));
    return false;
  }
  socket.write(accepted());
  return true;
}

function converse(socket: Socket, state: State, find: (name: string) => Account | undefined): void {
  let held: Buffer = Buffer.alloc(0);
  let open = false;
  let logon: { readonly name: string; readonly exchange: ttc.Logon } | undefined;
  let as: Account | undefined;

  const logOn = (reader: ttc.TtcReader): Buffer => {
    const { name } = ttc.readAuth(reader);
    logon = { name, exchange: new ttc.Logon(find(name)?.password ?? 'nobody has this') };
    return ttc.parameters(logon.exchange.challenge());
  };
  const prove = (reader: ttc.TtcReader): Buffer => {
    const { name, said } = ttc.readAuth(reader);
    const account = find(name);
    const proof = logon?.name === name ? logon.exchange.proven(said) : undefined;
    if (account?.state === 'locked') return ttc.outcome(28000, 'ORA-28000: The account is locked.\n');
    if (account === undefined || proof?.password !== account.password) {
      if (account !== undefined) account.failures += 1;
      return ttc.outcome(1017, 'ORA-01017: invalid username/password; logon denied\n');
    }
    if (account.state === 'expired') return ttc.outcome(28001, 'ORA-28001: the password has expired\n');
    as = account;
    return ttc.parameters([proof.answer, ['AUTH_VERSION_NO', String(0x13000000)], ['AUTH_SC_SERVICE_NAME', service]]);
  };
  const answer = (body: Buffer): Buffer | 'cut' => {
    const reader = new ttc.TtcReader(body);
    const type = reader.byte();
    if (type === 1) return ttc.protocol();
    if (type === 2) return ttc.dataTypes();
    if (type !== 3) throw new Error('no message of a client');
    const asked = reader.byte();
    reader.byte();
    if (asked === functions.logOn) return logOn(reader);
    if (asked === functions.prove) return prove(reader);
    if (asked !== functions.execute || as === undefined) return ttc.ended();
    const statement = ttc.readStatement(reader);
    state.statements.push(statement);
    const error = run(statement, as, state.accounts);
    if (error === undefined && state.cutting) return 'cut';
    return error === undefined
      ? ttc.outcome(0)
      : ttc.outcome(error[0], `ORA-${String(error[0]).padStart(5, '0')}: ${error[1]}\n`);
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    // Whoever starts TLS here is not waited for.
    if (!open && held.length > 4 && held[4] !== packetType.connect) socket.destroy();
    while (held.length >= 10) {
      const length = open ? held.readUInt32BE(0) : held.readUInt16BE(0);
      if (length < 8 || held.length < length) return;
      const one = held.subarray(0, length);
      held = held.subarray(length);
      try {
        if (!open && one[4] === packetType.connect) open = connected(socket, one, state);
        else if (open && one[4] === packetType.data && (one.readUInt16BE(8) & 0x40) !== 0) socket.end();
        else if (open && one[4] === packetType.data) {
          const said = answer(one.subarray(10));
          if (said === 'cut') socket.destroy();
          else socket.write(data(said));
        } else socket.destroy();
      } catch {
        socket.destroy();
      }
    }
  });
}

/** Runs statements up to the first error. Source: SQL Language Reference, ALTER USER, DROP USER; Error Messages. */
function run(text: string, as: Account, accounts: Account[]): readonly [number, string] | undefined {
  const pattern =
    /\s*(?:alter user "([^"]+)" identified by "([^"]*)"(?: replace "([^"]*)")?|drop user "([^"]+)")\s*(?:;|$)/iy;
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) return [922, `missing or invalid option near ${text.slice(from)}`];
    const [, altered, next = '', old, dropped] = found;
    const name = altered ?? dropped;
    const account = accounts.find((one) => one.name === name);
    if (account !== as && !as.administrator) return [1031, 'insufficient privileges'];
    if (account === undefined) return [1918, `user '${name ?? ''}' does not exist`];
    if (dropped !== undefined) {
      accounts.splice(accounts.indexOf(account), 1);
      continue;
    }
    if (!as.administrator && old === undefined) return [28221, 'REPLACE not specified'];
    if (old !== undefined && old !== account.password) return [28008, 'invalid old password'];
    if (next.length < 8) return [28003, 'password verification for the specified password failed'];
    account.password = next;
    if (account.state === 'expired') account.state = 'open';
  }
  return undefined;
}
