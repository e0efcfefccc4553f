import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Client, DatabaseError } from 'pg';
import { Cut, Rejected, SqlError, Unreachable, type Login, type Protection, type Sql } from '@strongroom/driver-kit';
import { secure, within, type TlsReach } from '../tls.ts';
import { opening } from '../opening.ts';
import { Line } from './line.ts';

/** Length 8 and the code 80877103. Source: PostgreSQL documentation, 55.7 Message Formats, SSLRequest. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Wrong name or password. Source: PostgreSQL documentation, appendix A. Everything else about signing in proves nothing. */
const invalidPassword = '28P01';

/**
 * Signs in to a PostgreSQL server once, runs `work` and closes.
 * Source: PostgreSQL documentation, chapter 55, Frontend/Backend Protocol; the client library speaks it.
 */
export async function overPostgres<T>(
  reach: TlsReach,
  protection: Protection,
  database: string,
  login: Login,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const socket = await opening(reach, async (plain) =>
    protection === 'clear text' ? plain : startTls(plain, reach, protection),
  );
  const end = (): void => void socket.destroy();
  const signIn = async (): Promise<Client> => {
    const line = new Line(socket);
    const client = new Client({
      stream: () => line,
      ssl: false,
      host: reach.host,
      port: reach.port,
      user: login.username,
      password: login.password?.expose() ?? '',
      database,
      application_name: 'strongroom',
      client_encoding: 'UTF8',
    });
    // Heard by whoever waits for an answer; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect().catch((error: unknown) => {
      throw error instanceof DatabaseError && error.code === invalidPassword
        ? new Rejected('the server rejected the log-in')
        : new Unreachable('the server did not sign the log-in in');
    });
    return client;
  };
  try {
    const client = await within(reach, signIn(), end, (why) => new Unreachable(why));
    const result = await work(sqlOver(client, reach, end));
    await within(reach, client.end(), end, (why) => new Unreachable(why)).catch(() => undefined);
    return result;
  } finally {
    end();
  }
}

/** Asks for TLS in the way of the protocol. A server that has none answers N, and is not spoken to. */
async function startTls(socket: Socket, reach: TlsReach, by: 'verified' | 'pinned'): Promise<Socket> {
  const ended = new AbortController();
  socket.once('close', () => {
    ended.abort();
  });
  socket.write(sslRequest);
  try {
    const [answer] = (await once(socket, 'data', { signal: ended.signal })) as [Buffer];
    // One byte and no more: anything behind it was sent before TLS, by whoever is on the way (CVE-2021-23222).
    if (answer.length !== 1 || answer[0] !== 'S'.charCodeAt(0)) throw new Unreachable('the server speaks no TLS');
  } catch (error) {
    socket.destroy();
    throw error instanceof Unreachable ? error : new Unreachable('the server ended the connection');
  }
  socket.pause();
  return secure(socket, reach, by);
}

function sqlOver(client: Client, reach: TlsReach, end: () => void): Sql {
  return {
    async query(statement, values = []) {
      const answer = client.query<Record<string, unknown>>(statement, [...values]).catch((error: unknown) => {
        if (error instanceof DatabaseError && error.severity !== 'FATAL')
          throw new SqlError(error.code ?? '', error.message);
        end();
        throw new Cut('the line broke after sending');
      });
      const { rows } = await within(reach, answer, end, (why) => new Cut(why));
      return rows;
    },
  };
}
