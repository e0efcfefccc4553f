import type { Config } from '../platform/config.ts';
import { StartFault } from '../platform/start-fault.ts';
import { fail, ok, type Check } from './check.ts';

/** The SSH command line's port, and the key by which programs know the server. */
export async function sshCheck(config: Config): Promise<Check> {
  const what = 'SSH command line';
  if (config.sshCliPort === 'off') return ok(what, 'off: programs cannot use it.');
  // The doors are most of the server: they are loaded where one of them is asked about.
  const { readHostKey } = await import('../doors/index.ts');
  const at = config.sshCliPort === 0 ? 'a free port at each start' : `port ${config.sshCliPort}`;
  try {
    const key = readHostKey(config.home);
    return ok(
      what,
      `${at}; ${key ? `its host key is ${key.fingerprint}` : 'its host key is made at the first start'}.`,
    );
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    return fail(what, error.message, 'bring the file back, or switch the door off with STRONGROOM_SSH_CLI_PORT=off');
  }
}
