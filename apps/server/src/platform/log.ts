import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';
import { redact, redactError, redactUrl } from './redact.ts';
import type { LogLevel } from './settings.ts';

export { redactUrl } from './redact.ts';

/** The log: one JSON object a line. First argument the facts, second a constant sentence: `log.info({ port }, 'listening')`. */
export type Log = pino.Logger;

/** Where lines go, each with its line feed. Tests read everything the server says through one of their own. */
export interface LogSink {
  write(line: string): void;
}

// Fields that have serializers of their own below.
const serialized = ['req', 'res', 'err'];

const requests = new AsyncLocalStorage<{ readonly requestId: string }>();

/** Runs `work` so that every line it logs, however deep, carries the request's id. */
export const inRequest = <T>(requestId: string, work: () => T): T => requests.run({ requestId }, work);

/** The id of the request being served, for lines and audit events; undefined outside of one. */
export const currentRequestId = (): string | undefined => requests.getStore()?.requestId;

/**
 * Makes the log. Lines go to standard error (standard output is for people: the addresses and `Ready`), without blocking, or to `sink`. Everything passes
 * `redact.ts` on the way: what has a secret's name is hidden, addresses lose passwords and query values, errors keep type, code, message and stack only.
 */
export function createLog(options: { readonly level: LogLevel; readonly sink?: LogSink }): Log {
  const destination = options.sink ?? pino.destination({ dest: 2, sync: false });
  const log = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'msg',
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields, serialized),
      },
      mixin: () => requests.getStore() ?? {},
      serializers: { err: redactError, req: requestFields, res: responseFields },
    },
    destination,
  );
  // pino writes a child's bindings without asking a formatter. Children inherit from their parent, so this reaches all of them.
  const { child } = log;
  log.child = function (this: Log, bindings, childOptions) {
    return child.call(this, redact(bindings, serialized), childOptions);
  } as typeof child;
  return log;
}

function requestFields(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return undefined;
  const { method, url, ip } = request as { method?: unknown; url?: unknown; ip?: unknown };
  return { method, url: typeof url === 'string' ? redactUrl(url) : undefined, ip };
}

function responseFields(response: unknown): unknown {
  if (typeof response !== 'object' || response === null) return undefined;
  return { statusCode: (response as { statusCode?: unknown }).statusCode };
}

/**
 * Lets an operator turn `debug` on and off in a running server with the signal SIGUSR2. Returns how to stop listening. The level can also be set by
 * assigning `log.level`.
 */
export function switchLevelOnSignal(log: Log, usual: LogLevel): () => void {
  const change = (): void => {
    log.level = log.level === 'debug' ? usual : 'debug';
    log.warn({ level: log.level }, 'log level changed');
  };
  process.on('SIGUSR2', change);
  return () => void process.off('SIGUSR2', change);
}
