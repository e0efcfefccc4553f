import { Untrusted, type HostKey, type Protection, type Target, type Ways } from '@strongroom/driver-kit';
import { openLine, type Line, type Reach } from './connect.ts';
import { keepLine, nameOfLine, takeLine } from './kept.ts';
import { overTelnet } from './protocol.ts';
import { shellOver } from './shell.ts';

/** How to reach one target. */
export interface ReachOptions<S> extends Reach {
  readonly settings: S;
  /** Called with the key a host offered that is not a pinned one, before Untrusted is thrown: for the alarm. */
  readonly onUntrusted?: (key: HostKey) => void;
  /** Certificates (PEM) that TLS trusts beside the authorities this process trusts anyway. */
  readonly trusted?: readonly string[];
}

/** How long a closing connection may take to say goodbye. */
const goodbyeMs = 2000;

/**
 * A target, reached directly. Each way opens a connection of its own: it signs in once, and closes; all but `keptShell`, which leaves it open for a
 * moment, for the next one of the same login.
 * Credentials go to the host only after it proved a pinned key, or, when none is pinned yet, a key that was reported.
 * What a way needs to speak is loaded when it is first used.
 */
export function reachTarget<S>(options: ReachOptions<S>): Target<S> {
  return {
    settings: options.settings,
    host: options.host,
    shell: shellWay(options),
    keptShell: keptShellWay(options),
    terminal: async (login, greeting, work) => {
      const { terminalWay } = await import('./terminal/index.ts');
      return terminalWay(options)(login, greeting, work);
    },
    ...databaseWays(options),
    directory: async (access, login, work) => {
      const { withDirectory } = await import('./directory/index.ts');
      return withDirectory(options, access, login, work);
    },
    web: async (work) => {
      const { webOver } = await import('./web.ts');
      return work(webOver(options));
    },
    windows: async (login, work) => {
      const { windowsWay } = await import('./windows/index.ts');
      return windowsWay(options)(login, work);
    },
  };
}

/** The ways of databases. Their clients are large and are loaded when first needed. */
function databaseWays(options: ReachOptions<unknown>): Pick<Ways, 'sql' | 'redis' | 'mongo'> {
  return {
    sql: ({ kind, protection, database }, login, work) =>
      alarmed(options, protection, async () => {
        switch (kind) {
          case 'mysql':
            return (await import('./sql/mysql.ts')).overMysql(options, protection, login, work);
          case 'postgres':
            return (await import('./sql/postgres.ts')).overPostgres(options, protection, database ?? '', login, work);
          case 'mssql':
            return (await import('./sql/mssql.ts')).overMssql(options, protection, database ?? '', login, work);
          case 'sybase':
            return (await import('./sql/sybase.ts')).overSybase(options, protection, login, work);
          case 'oracle':
            return (await import('./sql/oracle.ts')).overOracle(options, protection, database ?? '', login, work);
        }
      }),
    redis: (protection, login, work) =>
      alarmed(options, protection, async () =>
        (await import('./redis.ts')).overRedis(options, protection, login, work),
      ),
    mongo: (access, login, work) =>
      alarmed(options, access.protection, async () =>
        (await import('./mongo/mongo.ts')).overMongo(options, access, login, work),
      ),
  };
}

/** Reports a key that is not the pinned one. Whom the authorities do not vouch for stays a stranger: there is no pin to renew. */
async function alarmed<T>(options: ReachOptions<unknown>, protection: Protection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Untrusted && protection === 'pinned') options.onUntrusted?.(error.offered);
    throw error;
  }
}

function shellWay(options: ReachOptions<unknown>): Ways['shell'] {
  return async (login, work) => {
    if (overTelnet(options.settings)) {
      const { telnetShell } = await import('./terminal/index.ts');
      return telnetShell(options, login, work);
    }
    const line = await alarmed(options, 'pinned', () => openLine(options, login));
    try {
      return await work(shellOver(line, options));
    } finally {
      close(line);
    }
  };
}

function keptShellWay(options: ReachOptions<unknown>): Ways['shell'] {
  return async (login, work) => {
    // Without a pin the host is a stranger still, and is met anew.
    if (overTelnet(options.settings) || options.pinned.length === 0) return shellWay(options)(login, work);
    const name = nameOfLine(options, login);
    const line = takeLine(name) ?? (await alarmed(options, 'pinned', () => openLine(options, login)));
    let done = false;
    try {
      const result = await work(shellOver(line, options));
      done = true;
      return result;
    } finally {
      if (done) keepLine(name, line, close);
      else close(line);
    }
  };
}

function close({ client, socket }: Line): void {
  const timer = setTimeout(() => socket.destroy(), goodbyeMs);
  timer.unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
  client.end();
}
