import { sql } from 'kysely';
import { openCheckpoint, noteVerifier, AuditFormatError } from '@strongroom/audit-proof';
import { readSigningKey, signingKeyFile } from '../audit/index.ts';
import { readSettings } from '../identity/index.ts';
import type { Config } from '../platform/config.ts';
import { connect, type Database } from '../platform/db.ts';
import { inspectDatabase, oldestMajor, type DatabaseReport } from '../platform/database-report.ts';
import { organisations, type Organisation } from '../setup/index.ts';
import { trustOf } from '../trust/index.ts';
import { checkMasterKey, readMasterKey, WrongKey } from '../vault/index.ts';
import { fail, ok, warn, type Check } from './check.ts';
import { sentenceOf } from './command.ts';
import { mailCheck } from './doctor-network.ts';

/** Clocks that differ by more than this make times in the trail and in links wrong. */
const clockWarnMs = 2000;
const clockFailMs = 60_000;

/** What can be said with the database at hand: itself, its clock, whether the keys fit, what waits for a person, the trail, mail. */
export async function databaseChecks(config: Config, url: string): Promise<Check[]> {
  let report: DatabaseReport;
  try {
    report = await inspectDatabase(url);
  } catch (error) {
    const mend =
      config.database.url === undefined
        ? 'restart the server, and see logs/database.log in the state directory'
        : 'see that the database runs, and that STRONGROOM_DATABASE_URL names it with the right user and password';
    return [fail('database', sentenceOf(error), mend)];
  }
  const checks = [...reportChecks(report), clockCheck(report.aheadMs)];
  // Without its tables or its role nothing more can be asked.
  if (report.missing.length > 0 || report.foreign.length > 0 || report.appRole !== 'good') return checks;
  const database = connect(url, { max: 2 });
  try {
    const all = await organisations(database);
    if (all.length === 0)
      return [...checks, warn('set-up', 'nothing is set up yet.', 'open the link of strongroom setup link')];
    return [...checks, await keyFits(config, database, all), ...(await perOrganisation(config, database, all))];
  } finally {
    await database.close();
  }
}

/** What the report says of the database itself: version, migrations, roles. */
export function reportChecks(report: DatabaseReport): Check[] {
  const checks: Check[] = [];
  if (report.major < oldestMajor)
    checks.push(fail('database', `PostgreSQL ${report.version} is too old.`, `use PostgreSQL ${oldestMajor} or newer`));
  else checks.push(ok('database', `PostgreSQL ${report.version}, reached as ${report.role}.`));
  if (report.foreign.length > 0)
    checks.push(
      fail(
        'migrations',
        `${report.foreign.join(', ')} in the database is not this release's.`,
        'start the release that wrote the database, or restore a backup',
      ),
    );
  else if (report.missing.length > 0)
    checks.push(fail('migrations', `${report.missing.join(', ')} is not applied.`, 'run strongroom db migrate'));
  else checks.push(ok('migrations', `at ${report.applied.at(-1) ?? 'nothing'}, this release's.`));
  return [...checks, ...roleChecks(report)];
}

function roleChecks({ role, superuser, ownsDatabase, appRole }: DatabaseReport): Check[] {
  const checks: Check[] = [];
  if (superuser)
    checks.push(warn('database role', `${role} is a superuser.`, 'use a role that only owns the database'));
  if (!ownsDatabase)
    checks.push(fail('database role', `${role} does not own the database.`, `alter database … owner to ${role}`));
  if (appRole === 'unsafe')
    checks.push(
      fail(
        'database role',
        'row-level security would not bind strongroom_app: it is superuser, bypasses it, or owns tables.',
        'alter role strongroom_app nosuperuser nobypassrls, and give its tables to the owner of the database',
      ),
    );
  if (appRole === 'not-granted')
    checks.push(fail('database role', `${role} may not act as strongroom_app.`, `grant strongroom_app to ${role}`));
  if (appRole === 'absent')
    checks.push(fail('database role', 'strongroom_app does not exist.', 'run strongroom db migrate'));
  return checks.length > 0
    ? checks
    : [ok('database role', `${role} owns the database, strongroom_app serves requests.`)];
}

/** Our clock against the database's. */
export function clockCheck(aheadMs: number): Check {
  const seconds = Math.abs(aheadMs) / 1000;
  if (seconds * 1000 <= clockWarnMs) return ok('clock', `agrees with the database's to ${seconds.toFixed(1)} s.`);
  const says = `the database's clock is ${seconds.toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's.`;
  const mend = 'let both machines follow the same time servers (chrony, systemd-timesyncd)';
  return Math.abs(aheadMs) > clockFailMs ? fail('clock', says, mend) : warn('clock', says, mend);
}

async function keyFits(config: Config, database: Database, all: readonly Organisation[]): Promise<Check> {
  const what = 'data keys';
  try {
    await checkMasterKey(
      database,
      readMasterKey(config.keyFile),
      all.map(({ id }) => id),
    );
    return ok(
      what,
      `the key file opens those of ${all.length} ${all.length === 1 ? 'organisation' : 'organisations'}.`,
    );
  } catch (error) {
    if (error instanceof WrongKey)
      return fail(what, `${error.message}.`, `put the right key file at ${config.keyFile}`);
    const read = error instanceof Error ? error.message : 'unknown reason';
    return /key file/.test(read)
      ? fail(what, 'not tried, because the key file cannot be read.', `put the key file at ${config.keyFile}`)
      : fail(what, 'a data key in the database does not open: it was altered.', 'restore a backup');
  }
}

interface Waiting {
  stuck: number;
  person: number;
  unsealed: number;
  future: number;
  /** Mails that failed for good, and those that wait for longer than an hour. */
  failedMails: number;
  lateMails: number;
  note: string | null;
}

async function perOrganisation(config: Config, database: Database, all: readonly Organisation[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { id, name } of all) {
    const { waiting, mail, trust } = await database.asOrganisation(id, async (db) => {
      const { rows } = await sql<Waiting>`
        select (select count(*) from rotation_attempt where state not in ('promoted', 'rolled-back', 'needs-person') and updated_at < now() - interval '15 minutes') as stuck,
          (select count(*) from rotation_attempt where state = 'needs-person') as person,
          (select count(*) from audit_event e where e.at < now() - interval '1 minute'
            and not exists (select 1 from audit_leaf l where l.event_id = e.id)) as unsealed,
          (select greatest(0, extract(epoch from max(at) - now()))::float8 from audit_event) as future,
          (select count(*) from mail_outbox where state = 'failed') as failed_mails,
          (select count(*) from mail_outbox where state = 'waiting' and created_at < now() - interval '1 hour') as late_mails,
          (select note from audit_checkpoint order by size desc limit 1) as note`.execute(db);
      return { waiting: rows[0], mail: (await readSettings(db)).mail, trust: await trustOf(db) };
    });
    if (waiting) checks.push(...waitingChecks(name, waiting), signerFits(config, id, name, waiting.note));
    checks.push(await mailCheck(name, mail, trust));
  }
  return checks;
}

function waitingChecks(name: string, { stuck, person, unsealed, future, failedMails, lateMails }: Waiting): Check[] {
  const checks: Check[] = [];
  if (failedMails + lateMails > 0)
    checks.push(
      warn(
        `mail of ${name}`,
        `${failedMails} failed and ${lateMails} wait for longer than an hour.`,
        'look at the answers of the mail server in the console under Admin, Mail, Outgoing mail',
      ),
    );
  if (person > 0)
    checks.push(
      warn(
        `rotations of ${name}`,
        `${person} need a person to say which password holds.`,
        'open their accounts in the console and settle them',
      ),
    );
  if (stuck > 0)
    checks.push(
      warn(
        `rotations of ${name}`,
        `${stuck} have not gone on for 15 minutes.`,
        'see that the server runs; its log names the jobs that fail',
      ),
    );
  if (person === 0 && stuck === 0) checks.push(ok(`rotations of ${name}`, 'none waits for a person.'));
  checks.push(
    unsealed === 0
      ? ok(`audit trail of ${name}`, 'everything older than a minute is sealed.')
      : warn(
          `audit trail of ${name}`,
          `${unsealed} events older than a minute are not sealed.`,
          'see that the server runs and its log for the reason; strongroom audit verify tells more',
        ),
  );
  if (future > clockWarnMs / 1000)
    checks.push(
      fail(
        'clock',
        `the newest event of ${name} lies ${future.toFixed(0)} s in the future: a clock was set back.`,
        'set the clock right, and keep it by a time server',
      ),
    );
  return checks;
}

/** Whether the key beside the master key is the one that signed the last checkpoint: another would break the trail. */
function signerFits(config: Config, id: string, name: string, note: string | null): Check {
  const what = `audit checkpoint of ${name}`;
  if (note === null) return ok(what, 'none yet.');
  const file = signingKeyFile(config.keyFile);
  try {
    const { size } = openCheckpoint(note, [noteVerifier(readSigningKey(file)(id).verifierKey)]);
    return ok(what, `${size} events, signed by the key in ${file}.`);
  } catch (error) {
    return error instanceof AuditFormatError
      ? fail(
          what,
          `not signed by the key in ${file}.`,
          `restore ${file} from your copy; then run strongroom audit verify`,
        )
      : fail(what, 'not checked, because the signing key cannot be read.', `restore ${file} from your copy`);
  }
}
