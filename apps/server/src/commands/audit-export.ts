import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AuditFormatError } from '@strongroom/audit-proof';
import { exportTrail, fileWitness, sealNew } from '../audit/index.ts';
import { nowhere, performer, system } from '../authorise/index.ts';
import { command, Refusal } from './command.ts';
import { chosen, settingsOrRefuse, signersOf, withDatabase } from './installation.ts';

const organisation = { organisation: { type: 'string' } } as const;

/**
 * `strongroom audit export FILE`: the sealed trail for the stand-alone verifiers (mode 0600), and beside it the public key. The
 * export is itself an event of the trail, recorded before the first line is written.
 */
export const auditExport = command(
  {
    words: 'audit export',
    takes: 'FILE [--organisation ID]',
    says: 'writes the trail and its public key (FILE.public-key) for the stand-alone verifiers',
    options: organisation,
    positionals: 1,
  },
  async (called) => {
    const config = settingsOrRefuse();
    const file = called.positionals[0] ?? '';
    const keyFile = `${file}.public-key`;
    for (const path of [file, keyFile])
      if (existsSync(path)) throw new Refusal(`${path} exists already; it is never overwritten.`);
    const signerOf = signersOf(config);
    return withDatabase(config, async ({ database, organisations }) => {
      const wanted = chosen(organisations, called.one('organisation'));
      const [one] = wanted;
      if (one === undefined || wanted.length > 1)
        throw new Refusal(
          `An export is of one organisation; name it with --organisation: ${wanted.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
        );
      const actor = system(one.id, { ...nowhere, client: `strongroom audit export by ${userInfo().username}` });
      await performer(database)({ actor, action: 'audit.export-by-command', objectId: one.id }, () =>
        Promise.resolve(),
      );
      const { checkpoint } = await sealNew(database, one.id, signerOf(one.id));
      if (checkpoint !== undefined) fileWitness(join(config.home, 'checkpoints'))(one.id, checkpoint);
      const events = await writeLines(file, exportTrail(database, one.id));
      const publicKey = signerOf(one.id).verifierKey;
      await writeLines(keyFile, [`${publicKey}\n`]);
      return {
        ok: true,
        lines: [
          `Wrote ${events} events of ${one.name} to ${file}, and the public key to ${keyFile}.`,
          `Verify anywhere: node verify.mjs ${file} ${keyFile}`,
        ],
        facts: { organisation: one, file, events, keyFile, publicKey },
      };
    });
  },
);

/** `strongroom audit public-key`: the keys that checkpoints are verified with, one line an organisation. */
export const auditPublicKey = command(
  {
    words: 'audit public-key',
    takes: '[--organisation ID]',
    says: 'prints the key that outsiders verify the trail with',
    options: organisation,
  },
  async (called) => {
    const config = settingsOrRefuse();
    const signerOf = signersOf(config);
    return withDatabase(config, ({ organisations }) => {
      const keys = chosen(organisations, called.one('organisation')).map((one) => ({
        ...one,
        publicKey: signerOf(one.id).verifierKey,
      }));
      return Promise.resolve({
        ok: true,
        lines: keys.map(({ publicKey }) => publicKey),
        facts: { organisations: keys },
      });
    });
  },
);

/** Writes a new file of ours alone. Removes it again when the lines end in an error. Returns how many lines were events. */
async function writeLines(file: string, lines: AsyncIterable<string> | Iterable<string>): Promise<number> {
  const descriptor = openNew(file);
  let events = 0;
  try {
    for await (const line of lines) {
      writeSync(descriptor, line);
      if (line.startsWith('{"index":')) events += 1;
    }
  } catch (error) {
    rmSync(file, { force: true });
    if (error instanceof AuditFormatError) throw new Refusal(`Nothing was exported: ${error.message}.`);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return events;
}

function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new Refusal(`${file} cannot be written (${code}).`);
  }
}
