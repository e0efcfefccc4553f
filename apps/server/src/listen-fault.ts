import type { Config } from './platform/config.ts';
import { StartFault } from './platform/start-fault.ts';

/** The fault of a port that is not had, with the setting that mends it. */
export function listenFault(error: unknown, config: Config, port: number, setting: string): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  if (code === 'EADDRINUSE')
    return new StartFault(
      `Port ${port} is taken by another program. Stop that program, or choose another port with ${setting}.`,
    );
  if (code === 'EACCES')
    return new StartFault(`Port ${port} may not be opened by this user. Choose one above 1023 with ${setting}.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartFault(`${config.host ?? '::'} is not an address of this machine. Mend STRONGROOM_HOST.`);
  return new StartFault(`Port ${port} cannot be opened (${code}). Mend ${setting} or STRONGROOM_HOST.`, {
    cause: error,
  });
}
