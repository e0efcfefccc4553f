/// <reference path="./oracledb.d.ts" />
import type { Socket } from 'node:net';
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
import { secure, within, type TlsReach } from '../tls.ts';
import { relayTo } from './oracle-relay.ts';

/** ORA-01017: wrong name or password. Everything else about signing in proves nothing: locked (28000), no such service (12514). Source: Oracle Database, Error Messages. */
const denied = 1017;
/** ORA-28001: ran out; said to who had the right password. */
const mustChange = 28001;
/** The session is gone: killed, ended, shut down, not logged on. */
const ended = [28, 1012, 1089, 1092, 3113, 3114, 3135];
/** What a name is without quotes around it, which is how a client says it. Source: Oracle Database, SQL Language Reference, Database Object Naming Rules. */
const plainName = /^[A-Za-z][A-Za-z0-9_$#]{0,127}$/;
/** A service may have a domain behind its name. */
const plainService = /^[A-Za-z][A-Za-z0-9_$#.-]{0,254}$/;

/**
 * Signs in to a service of an Oracle database once, runs `work` and closes. The password that signs in travels under a key of AES that only who knows it
 * can make (O5LOGON), also without TLS. TLS, where it is wanted, comes before everything else, as on ports for TCPS. The library dials by itself:
 * it is given a port of ours, see relayTo().
 * Native network encryption is not spoken. `query` takes statements without values.
 * Source: node-oracledb 26, thin mode; the client library speaks it.
 */
export async function overOracle<T>(
  reach: TlsReach,
  protection: Protection,
  service: string,
  login: Login,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  // Brackets mean a proxy user to the library, and its connect strings have brackets of their own.
  if (!plainName.test(login.username) || !plainService.test(service))
    throw new Unreachable('not a name that can be said');
  const { default: oracledb } = await import('oracledb');
  const socket = await opening<Socket>(reach, async (plain) =>
    protection === 'clear text' ? plain : secure(plain, reach, protection),
  );
  socket.on('error', () => undefined);
  const relay = await relayTo(socket);
  const end = (): void => {
    relay.end();
  };
  const signIn = async () => {
    try {
      return await oracledb.getConnection({
        user: login.username,
        password: login.password?.expose() ?? '',
        connectString: `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${String(relay.port)}))(CONNECT_DATA=(SERVICE_NAME=${service})))`,
        ...{ program: 'strongroom', machine: 'strongroom', osUser: 'strongroom', terminal: 'strongroom' },
      });
    } catch (error) {
      throw denial(error);
    }
  };
  try {
    const connection = await within(reach, signIn(), end, (why) => new Unreachable(why));
    const result = await work({
      query(statement, values) {
        if (values !== undefined) throw new TypeError('values are not carried apart here');
        const answer = connection.execute(statement).then(
          () => [],
          (error: unknown) => {
            const number = numberOf(error);
            if (number !== undefined && !ended.includes(number))
              throw new SqlError(`ORA-${String(number).padStart(5, '0')}`, words(error));
            end();
            throw new Cut('the line broke after sending');
          },
        );
        return within(reach, answer, end, (why) => new Cut(why));
      },
    });
    await within(reach, connection.close(), end, (why) => new Unreachable(why)).catch(() => undefined);
    return result;
  } finally {
    end();
  }
}

function denial(error: unknown): Error {
  const number = numberOf(error);
  if (number === denied) return new Rejected('the server rejected the log-in');
  if (number === mustChange) return new MustChange('the password ran out');
  return new Unreachable('the server did not sign the log-in in');
}

/** The server's own error number, or undefined when the fault is not the server's word. */
function numberOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errorNum' in error) || !error.message.startsWith('ORA-')) return undefined;
  return typeof error.errorNum === 'number' && error.errorNum > 0 ? error.errorNum : undefined;
}

/** What the server said, without its number; the library adds where to read on. */
const words = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/^ORA-\d+: /, '') : '';
