import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A log file takes no more than one checkpoint in this time; the newest is always in the other. */
const logEveryMs = 60_000;

/**
 * Keeps checkpoints in files outside the database: the newest as `<organisation>.checkpoint`, and one a minute in
 * `<organisation>.log`. Whoever takes rows out of the database, checkpoints included, contradicts them.
 */
export function fileWitness(folder: string): (organisationId: string, checkpoint: string) => void {
  const logged = new Map<string, number>();
  return (organisationId, checkpoint) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const newest = join(folder, `${organisationId}.checkpoint`);
    writeFileSync(`${newest}.new`, checkpoint, { mode: 0o600 });
    renameSync(`${newest}.new`, newest);
    if (Date.now() - (logged.get(organisationId) ?? 0) < logEveryMs) return;
    logged.set(organisationId, Date.now());
    appendFileSync(join(folder, `${organisationId}.log`), `${checkpoint}\n`, { mode: 0o600 });
  };
}

/** The checkpoint a witness kept last; undefined when it kept none. */
export function witnessed(folder: string, organisationId: string): string | undefined {
  try {
    return readFileSync(join(folder, `${organisationId}.checkpoint`), 'utf8');
  } catch {
    return undefined;
  }
}
