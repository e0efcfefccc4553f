import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { nowhere } from './authorise/index.ts';
import { fault } from './key-files.ts';
import type { Config } from './platform/config.ts';
import { Problem } from './platform/problem.ts';
import { Secret } from './platform/secret.ts';
import { StartFault } from './platform/start-fault.ts';
import { addSetupApiUser, createSetupToken, setUp } from './setup/index.ts';

/** Sets an empty installation up from the settings, or makes the one-time link. Returns the link's token. */
export async function firstRun(config: Config, parts: Parameters<typeof setUp>[0]): Promise<string | undefined> {
  const token = await createSetupToken(parts.database);
  if (token === undefined || config.setup === undefined) return token;
  const { organisation, admin, adminEmail, adminPasswordFile, apiTokenFile } = config.setup;
  const password = new Secret(fault(() => readFileSync(adminPasswordFile, 'utf8').replace(/\r?\n$/, '')));
  try {
    const made = await setUp(
      parts,
      token,
      {
        organisation,
        username: admin,
        fullName: admin,
        email: adminEmail ?? '',
        timeZone: 'UTC',
        password,
        mail: null,
      },
      { ...nowhere, client: 'unattended set-up' },
      (grant) => (apiTokenFile === undefined ? Promise.resolve(undefined) : addSetupApiUser(grant)),
    );
    if (apiTokenFile !== undefined && made.also !== undefined) {
      mkdirSync(dirname(apiTokenFile), { recursive: true, mode: 0o700 });
      rmSync(apiTokenFile, { force: true });
      writeFileSync(apiTokenFile, `${made.also}\n`, { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    if (error instanceof Problem) {
      const faults = error.errors?.map((e) => e.message).join(' ') ?? '';
      throw new StartFault(`Unattended set-up failed: ${error.message} ${faults} Nothing was created.`, {
        cause: error,
      });
    }
    throw error;
  }
  return undefined;
}
