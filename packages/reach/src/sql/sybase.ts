import type { Socket } from 'node:net';
import { Cut, Rejected, SqlError, Unreachable, type Login, type Protection, type Sql } from '@strongroom/driver-kit';
import { opening } from '../opening.ts';
import { Reader } from '../reader.ts';
import { secure, within, type TlsReach } from '../tls.ts';
import { encryptedLogin, loginRecord, packetType, procedureCall } from './sybase-messages.ts';
import { readReply, type Replied } from './sybase-replies.ts';

/** Type, status, length (big-endian, of the whole packet), channel, packet number, window. Source: TDS 5.0 Functional Specification, packet header. */
const header = 8;
/** Until a server says otherwise, no packet is longer. Source: as above, lpacketsize. */
const longestSent = 512;
const longestHeard = 64 * 1024;
const endOfMessage = 1;
const reply = 4;
/** TDS_LOG_SUCCEED and TDS_LOG_NEGOTIATE. */
const [letIn, negotiate] = [5, 7];
/** TDS_MSG_SEC_ENCRYPT3: an RSA key and a nonce. */
const askedForPassword = 0x1e;
/** "Login failed.", and no other reason beside it. Source: Adaptive Server Enterprise, Troubleshooting: Error Messages, 4002. */
const loginFailed = 4002;

/**
 * Signs in to a Sybase ASE server once, runs `work` and closes. `query` calls a stored procedure by its name, with text for parameters,
 * and gives one row: `status`, what the procedure returned.
 * TLS comes before everything else, as ASE has it on ports with an ssl filter. The password of the login is encrypted with a key and
 * a nonce of the server's, also within TLS; servers before 15.0.2 cannot, and are not signed in to. Names and values are in ASCII.
 * Source: TDS 5.0 Functional Specification; for the numbers of the exchange by RSA, which came after it, the source of FreeTDS (sec_negotiate.c).
 */
export async function overSybase<T>(
  reach: TlsReach,
  protection: Protection,
  login: Login,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const socket = await opening<Socket>(reach, async (plain) =>
    protection === 'clear text' ? plain : secure(plain, reach, protection),
  );
  const end = (): void => void socket.destroy();
  socket.on('error', () => undefined);
  const reader = new Reader(socket, longestHeard);
  const ask = async (type: number, body: Buffer): Promise<Replied> => {
    send(socket, type, body);
    return readReply(await hear(reader));
  };
  try {
    await within(reach, signIn(ask, reach, login), end, (why) => new Unreachable(why));
    return await work({
      query: (procedure, values = []) => {
        const answer = call(ask, procedure, values.map(String)).catch((error: unknown) => {
          if (error instanceof SqlError) throw error;
          end();
          throw new Cut('the line broke after sending');
        });
        return within(reach, answer, end, (why) => new Cut(why));
      },
    });
  } finally {
    end();
  }
}

type Ask = (type: number, body: Buffer) => Promise<Replied>;

async function signIn(ask: Ask, { host }: TlsReach, { username, password }: Login): Promise<void> {
  const first = await ask(packetType.login, loginRecord(username, host)).catch(gone);
  const [, key, nonce] = first.parameters;
  // Whoever lets in or refuses before a password was sent says nothing about the password.
  if (first.login !== negotiate || first.message !== askedForPassword || key === undefined || nonce === undefined)
    throw new Unreachable('the server does not ask for an encrypted password');
  const proof = encryptedLogin(key, nonce, password?.expose() ?? '');
  const second = await ask(packetType.normal, proof).catch(gone);
  if (second.login === letIn && second.done) return;
  const errors = second.told.filter(({ severity }) => severity > 10);
  if (second.login !== undefined && errors.length > 0 && errors.every(({ number }) => number === loginFailed))
    throw new Rejected('the server rejected the log-in');
  throw new Unreachable('the server did not sign the log-in in');
}

function gone(error: unknown): never {
  throw error instanceof Unreachable ? error : new Unreachable('the server did not sign the log-in in');
}

async function call(ask: Ask, procedure: string, values: readonly string[]): Promise<[{ readonly status: number }]> {
  const { told, status, done } = await ask(packetType.normal, procedureCall(procedure, values));
  const error = told.find(({ severity }) => severity > 10);
  if (error !== undefined) throw new SqlError(String(error.number), error.text);
  if (status === undefined || !done) throw new Error('the procedure did not end');
  return [{ status }];
}

function send(socket: Socket, type: number, body: Buffer): void {
  const room = longestSent - header;
  for (let at = 0; at === 0 || at < body.length; at += room) {
    const part = body.subarray(at, at + room);
    const head = Buffer.from([type, at + room >= body.length ? endOfMessage : 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt16BE(header + part.length, 2);
    socket.write(Buffer.concat([head, part]));
  }
}

/** One whole reply. Throws where the line ends before, or where it is too long or no reply. */
async function hear(reader: Reader): Promise<Buffer> {
  const parts: Buffer[] = [];
  let heard = 0;
  for (;;) {
    const head = await reader.exactly(header);
    const length = head.readUInt16BE(2) - header;
    heard += length;
    if (head[0] !== reply || heard > longestHeard) throw new RangeError('not a reply');
    parts.push(await reader.exactly(length));
    if (((head[1] ?? 0) & endOfMessage) !== 0) return Buffer.concat(parts);
  }
}
