import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnusableInput } from '@strongroom/audit-proof';
import { verifyTrail, witnessed, type TrailReport } from '../audit/index.ts';
import { command, Refusal } from './command.ts';
import { chosen, settingsOrRefuse, signersOf, withDatabase } from './installation.ts';

/** `strongroom audit verify`: the trail in the database against the signing key and the checkpoints kept outside it. */
export const auditVerify = command(
  {
    words: 'audit verify',
    takes: '[--since FILE]... [--organisation ID]',
    says: 'proves that no sealed event was changed, removed or put in',
    options: { since: { type: 'string', multiple: true }, organisation: { type: 'string' } },
  },
  async (called) => {
    const config = settingsOrRefuse();
    const given = called.all('since').map(readKept);
    const signerOf = signersOf(config);
    return withDatabase(config, async ({ database, organisations }) => {
      const reports = [];
      const wanted = chosen(organisations, called.one('organisation'));
      // A checkpoint is of one organisation; with several, each would contradict the others.
      if (given.length > 0 && wanted.length > 1)
        throw new Refusal('Name the organisation of the kept checkpoints with --organisation.');
      for (const { id, name } of wanted) {
        const kept = witnessed(join(config.home, 'checkpoints'), id);
        const report = await verifyTrail(database, id, signerOf(id), [
          ...given,
          ...(kept === undefined ? [] : [kept]),
        ]).catch((error: unknown) => {
          throw error instanceof UnusableInput ? new Refusal(`The trail was not verified: ${error.message}.`) : error;
        });
        reports.push({ id, name, ...report });
      }
      return {
        ok: reports.every(({ intact }) => intact),
        lines: reports.flatMap((report) => linesOf(report.name, report)),
        facts: { organisations: reports.map((report) => ({ ...report, eventsPerSecond: perSecond(report) })) },
      };
    });
  },
);

function readKept(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new Refusal(`The kept checkpoint ${file} cannot be read (${code}).`);
  }
}

const perSecond = ({ events, seconds }: TrailReport): number => Math.round(events / Math.max(seconds, 0.001));

function linesOf(name: string, report: TrailReport): string[] {
  const { events, checkpoints, kept, unsealed, seconds } = report;
  const waiting = unsealed === 0 ? '' : ` ${unsealed} newer events are not sealed yet, so nothing can be said of them.`;
  if (report.intact) {
    const compared =
      kept === 0
        ? 'No checkpoint was kept outside the database, so a cut end would not be seen.'
        : `${kept} kept outside the database agree.`;
    return [
      `INTACT: ${events} events of ${name} under ${checkpoints} checkpoints, in ${seconds.toFixed(2)} s (${perSecond(report)} events/s). ${compared}${waiting}`,
    ];
  }
  const where =
    report.firstBad === undefined
      ? ''
      : ` First bad event: ${report.firstBad === report.lastBad ? report.firstBad : `between ${report.firstBad} and ${report.lastBad ?? 'the end'}`}.`;
  return [
    `NOT INTACT: ${name}.${where} The first ${events} events are as they were sealed.${waiting}`,
    ...report.problems.map((problem) => `  ${problem}`),
    '  Keep the database as it is, stop the server, and compare with a backup: docs/audit-format.md says what a checkpoint proves.',
  ];
}
