import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection as TdsConnection, ConnectionConfiguration, Request as TdsRequest } from 'tedious';
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
import { opening } from '../opening.ts';
import { within, type TlsReach } from '../tls.ts';
import type { NtlmLogin } from '../windows/ntlm-response.ts';
import type { Line } from './line.ts';
import { MssqlLine, startTds } from './mssql-line.ts';
import { NtlmExchange } from './mssql-ntlm.ts';

/**
 * Wrong name or password (18456), and what Windows did not vouch for (18452). Everything else about signing in proves nothing:
 * locked out (18486), disabled (18470), or a database that cannot be opened (4060), after which 18456 is said as well.
 * Source: SQL Server documentation, Database Engine events and errors.
 */
const denied = [18456, 18452];
/** Ran out, or is to be changed: said to who had the right password. Source: as above. */
const mustChange = [18487, 18488];
/** From this severity on the server ends the session. Source: SQL Server documentation, Database Engine error severities. */
const fatal = 20;

/** What a server said no to, as the library passes it on. */
interface Said {
  readonly number: number;
  readonly class: number;
  readonly message: string;
}

/**
 * Signs in to a SQL Server once, runs `work` in `database` and closes. `DOMAIN\name` signs in by NTLMv2, everything else by a log-in or a user of SQL Server itself.
 * A server that sends elsewhere (routing) is not followed: who answers there has not been checked.
 * Source: MS-TDS, TDS 7.4; the client library speaks it.
 */
export async function overMssql<T>(
  reach: TlsReach,
  protection: Protection,
  database: string,
  login: Login,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const { Connection, Request } = (await import('tedious')).default;
  let greeting: Buffer | undefined;
  const socket = await opening<Socket>(reach, async (plain) => {
    if (protection === 'clear text') return plain;
    const started = await startTds(plain, reach, protection);
    ({ greeting } = started);
    return started.socket;
  });
  const end = (): void => void socket.destroy();
  const said: Said[] = [];
  const windows = windowsLogin(login);
  const ntlm = windows && new NtlmExchange(windows, reach.host, reach.port);
  const line = new MssqlLine(socket, greeting, ntlm);
  const signIn = async (): Promise<TdsConnection> => {
    const connection = new Connection(configuration(reach, database, login, line));
    // Heard by whoever waits for an answer; without a listener it would end the process.
    connection.on('error', () => undefined).on('errorMessage', (error: Said) => void said.push(error));
    const connected = Promise.withResolvers<undefined>();
    connection.connect((error) => {
      if (error) connected.reject(denial(said));
      else connected.resolve(undefined);
    });
    await connected.promise;
    return connection;
  };
  try {
    const connection = await within(reach, signIn(), end, (why) => new Unreachable(why));
    const result = await work(sqlOver(connection, Request, reach, end, said));
    connection.close();
    return result;
  } finally {
    end();
  }
}

/** `DOMAIN\name`: no log-in of SQL Server has a backslash in it. */
function windowsLogin({ username, password }: Login): NtlmLogin | undefined {
  const at = username.indexOf('\\');
  if (at < 0) return undefined;
  return { domain: username.slice(0, at), username: username.slice(at + 1), password: password?.expose() ?? '' };
}

function configuration(
  { host, timeoutMs }: TlsReach,
  database: string,
  login: Login,
  line: Line,
): ConnectionConfiguration {
  let dialled = false;
  const stream: Duplex = line;
  return {
    server: host,
    authentication:
      windowsLogin(login) === undefined
        ? { type: 'default', options: { userName: login.username, password: login.password?.expose() ?? '' } }
        : // The exchange is ours: what the library would say of itself is replaced.
          { type: 'ntlm', options: { domain: '', userName: '', password: '' } },
    options: {
      connector: () => {
        // Once: neither a second attempt nor another host.
        if (dialled) return Promise.reject(new Error('one connection only'));
        dialled = true;
        // Of a socket the library uses what the line has.
        return Promise.resolve(stream as Socket);
      },
      // The line sees to it.
      encrypt: false,
      maxRetriesOnTransientErrors: 0,
      // Time is kept by whoever waits. The library cannot do without a limit to signing in, and takes 0 for none of commands.
      connectTimeout: 2 * timeoutMs,
      requestTimeout: 0,
      database,
      appName: 'strongroom',
      workstationId: 'strongroom',
      tdsVersion: '7_4',
    },
  };
}

function denial(said: readonly Said[]): Error {
  const numbers = said.map(({ number }) => number);
  if (numbers.some((number) => mustChange.includes(number))) return new MustChange('the password ran out');
  if (numbers.length > 0 && numbers.every((number) => denied.includes(number)))
    return new Rejected('the server rejected the log-in');
  return new Unreachable('the server did not sign the log-in in');
}

function sqlOver(
  connection: TdsConnection,
  Request: typeof TdsRequest,
  reach: TlsReach,
  end: () => void,
  said: Said[],
): Sql {
  const ask = (statement: string): Promise<Record<string, unknown>[]> => {
    const answered = Promise.withResolvers<Record<string, unknown>[]>();
    const rows: Record<string, unknown>[] = [];
    const request = new Request(statement, (error) => {
      if (error) answered.reject(error);
      else answered.resolve(rows);
    });
    request.on(
      'row',
      (columns: readonly { readonly metadata: { readonly colName: string }; readonly value: unknown }[]) => {
        rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])));
      },
    );
    connection.execSqlBatch(request);
    return answered.promise;
  };
  return {
    query(statement, values) {
      if (values !== undefined) throw new TypeError('values are not carried apart here');
      said.length = 0;
      const answer = ask(statement).catch(() => {
        const [first] = said;
        // The first says what is wrong; what follows it is of the kind "could not do it".
        if (first !== undefined && said.every((one) => one.class < fatal))
          throw new SqlError(String(first.number), first.message);
        end();
        throw new Cut('the line broke after sending');
      });
      return within(reach, answer, end, (why) => new Cut(why));
    },
  };
}
