import type { Socket } from 'node:net';
import { authPlugins } from 'mysql2';
import { createConnection, type Connection } from 'mysql2/promise';
import {
  Cut,
  MustChange,
  Rejected,
  SqlError,
  Unreachable,
  type Login,
  type Protection,
  type Sql,
} from '@strongroom/driver-kit';
import { secure, within, type TlsReach } from '../tls.ts';
import { opening } from '../opening.ts';
import { Line } from './line.ts';
import { MysqlTlsLine } from './mysql-line.ts';

/** ER_ACCESS_DENIED_ERROR. Everything else about signing in proves nothing. Source: MySQL 8.0 Error Message Reference. */
const accessDenied = 1045;
/** ER_MUST_CHANGE_PASSWORD and ER_MUST_CHANGE_PASSWORD_LOGIN: said to who had the right password. */
const mustChange = [1820, 1862];
/** ER_SERVER_SHUTDOWN, ER_QUERY_INTERRUPTED, ER_CONNECTION_KILLED, ER_SESSION_WAS_KILLED: no answer to what was sent. */
const ended = [1053, 1317, 1927, 3169];

/**
 * Signs in to a MySQL or MariaDB server once, runs `work` and closes.
 * By mysql_native_password, caching_sha2_password, sha256_password and, over TLS only, mysql_clear_password; the library does not know MariaDB's ed25519 and parsec.
 * Source: MySQL Internals, Client/Server Protocol; the client library speaks it.
 */
export async function overMysql<T>(
  reach: TlsReach,
  protection: Protection,
  login: Login,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  let refusal: Error | undefined;
  // TLS comes later: the server speaks first, in clear text.
  const socket = await opening(reach, (plain) => Promise.resolve(plain));
  const end = (): void => void socket.destroy();
  const signIn = async (): Promise<Connection> => {
    const secured = async (plain: Socket): Promise<Socket> => {
      if (protection === 'clear text') return plain;
      try {
        return await secure(plain, reach, protection);
      } catch (error) {
        // The library would put an error of its own in place of this one.
        refusal = error instanceof Error ? error : new Unreachable('no TLS');
        throw error;
      }
    };
    const line = protection === 'clear text' ? new Line(socket) : new MysqlTlsLine(socket, secured);
    const tls = protection !== 'clear text';
    try {
      return await createConnection({
        stream: line,
        user: login.username,
        password: login.password?.expose() ?? '',
        charset: 'utf8mb4_general_ci',
        enableCleartextPlugin: tls,
        // The library does not know that the line is secure, and would ask the server for a public key instead.
        ...(tls
          ? { authPlugins: { caching_sha2_password: authPlugins.caching_sha2_password({ overrideIsSecure: true }) } }
          : {}),
        // A server may not ask for files of ours.
        flags: ['-LOCAL_FILES'],
        connectTimeout: 0,
      });
    } catch (error) {
      throw refusal ?? denial(error);
    }
  };
  try {
    const connection = await within(reach, signIn(), end, (why) => new Unreachable(why));
    connection.on('error', () => undefined);
    const result = await work(sqlOver(connection, reach, end));
    await within(reach, connection.end(), end, (why) => new Unreachable(why)).catch(() => undefined);
    return result;
  } finally {
    end();
  }
}

function denial(error: unknown): Error {
  const number = numberOf(error);
  if (number === accessDenied) return new Rejected('the server rejected the log-in');
  if (number !== undefined && mustChange.includes(number)) return new MustChange('the password ran out');
  return new Unreachable('the server did not sign the log-in in');
}

/** The server's own error number, or undefined when the fault is not the server's word. */
function numberOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return undefined;
  return typeof error.errno === 'number' ? error.errno : undefined;
}

function sqlOver(connection: Connection, reach: TlsReach, end: () => void): Sql {
  const ask = async (statement: string, values: readonly unknown[] | undefined) => {
    const answer =
      values === undefined
        ? connection.query({ sql: statement, rowsAsArray: false })
        : connection.execute({ sql: statement, rowsAsArray: false, values: [...values] as string[] });
    const [rows] = await answer;
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };
  return {
    query(statement, values) {
      const answer = ask(statement, values).catch((error: unknown) => {
        const number = numberOf(error);
        if (number !== undefined && mustChange.includes(number)) throw new MustChange('the password ran out');
        if (number !== undefined && !ended.includes(number))
          throw new SqlError(String(number), error instanceof Error ? error.message : '');
        end();
        throw new Cut('the line broke after sending');
      });
      return within(reach, answer, end, (why) => new Cut(why));
    },
  };
}
