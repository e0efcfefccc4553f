import { maxDeputyDays, type Deputy, type setDeputy } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { canApprove, type Grant } from '../authorise/index.ts';
import { linksBegin, queueMails, readMailServer } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { CheckoutParts } from './act.ts';
import { lines, moment, readersOf, type Reader } from './mails.ts';

type Reply = z.input<typeof Deputy>;
type Given = z.output<typeof setDeputy.input>;

interface Row extends Omit<Reply, 'beginsAt' | 'endsAt'> {
  beginsAt: Date;
  endsAt: Date;
}
const dayMs = 24 * 3_600_000;

/** Whether the user `u` can be named as deputy by somebody: another person, no program, who can approve. */
export const canDeputise = (userId: string | null): RawBuilder<boolean> =>
  sql<boolean>`(u.kind = 'person' and u.id is distinct from ${userId}::uuid and ${canApprove('u')})`;

/** Deputies whose time is not over: of one person, or by `of` those who named one. */
async function read(db: OrganisationDb, which: RawBuilder<boolean>): Promise<Reply[]> {
  const { rows } = await sql<Row>`select d.user_id, w.username as user, d.deputy_id, u.username as deputy,
      coalesce(nullif(u.full_name, ''), u.username) as deputy_full_name, d.begins_at, d.ends_at, d.note, d.begins_at <= now() as now, ${canApprove('u')} as active
    from deputy d join app_user w on w.id = d.user_id join app_user u on u.id = d.deputy_id
    where ${which} and d.ends_at > now() order by d.ends_at, d.user_id`.execute(db);
  return rows.map((row) => ({ ...row, beginsAt: row.beginsAt.toISOString(), endsAt: row.endsAt.toISOString() }));
}

/** Who decides beside somebody, now or in time to come; null for nobody. */
export const deputyOf = async (db: OrganisationDb, userId: string): Promise<Reply | null> =>
  (await read(db, sql`d.user_id = ${userId}`))[0] ?? null;
/** Those who named somebody as their deputy. */
export const namedBy = (db: OrganisationDb, userId: string): Promise<Reply[]> => read(db, sql`d.deputy_id = ${userId}`);

/** The time somebody is to be deputy. One that has begun keeps its beginning; another that is past stands for now. Throws `input-invalid`. */
function timeOf(
  { beginsAt, endsAt, deputyId }: Given,
  before: Reply | null,
  now: number,
): { begins: Date; ends: Date } {
  const fault = (path: string, message: string): Problem =>
    new Problem('input-invalid', { errors: [{ path, message }] });
  const [asked, ends] = [Date.parse(beginsAt), Date.parse(endsAt)];
  const keeps = before?.deputyId === deputyId && Date.parse(before.beginsAt) === asked;
  const begins = keeps ? asked : Math.max(asked, now);
  if (begins > now + 366 * dayMs) throw fault('beginsAt', 'must lie within a year');
  if (ends <= Math.max(now, begins)) throw fault('endsAt', 'must come after now and after the beginning');
  if (ends - begins > maxDeputyDays * dayMs)
    throw fault('endsAt', `must come at most ${maxDeputyDays} days after the beginning`);
  return { begins: new Date(begins), ends: new Date(ends) };
}

/** A deputy in a line of the trail. */
const summary = ({ deputy, beginsAt, endsAt }: Reply): string => `${deputy} from ${beginsAt} until ${endsAt}`;

/** Names the actor's deputy, in place of the one before. Throws `input-invalid`. */
export async function nameDeputy(grant: Grant<'deputy.set'>, parts: CheckoutParts, given: Given): Promise<Reply> {
  const { db, objectId } = grant;
  const before = await deputyOf(db, objectId);
  const { rows } = await sql<{ id: string; now: Date }>`select u.id, now() as now from app_user u
    where u.id = ${given.deputyId} and ${canDeputise(objectId)}`.execute(db);
  if (!rows[0])
    throw new Problem('input-invalid', {
      errors: [
        { path: 'deputyId', message: 'must be another person, active and with a role that may ‘manage-passwords’' },
      ],
    });
  const { begins, ends } = timeOf(given, before, rows[0].now.getTime());
  await sql`insert into deputy (user_id, organisation_id, deputy_id, begins_at, ends_at, note)
    values (${objectId}, ${grant.actor.organisationId}, ${given.deputyId}, ${begins}, ${ends}, ${given.note})
    on conflict (user_id) do update set deputy_id = excluded.deputy_id, begins_at = excluded.begins_at, ends_at = excluded.ends_at,
      note = excluded.note, named_at = now()`.execute(db);
  const after = await deputyOf(db, objectId);
  if (!after) throw new Error('no deputy was named');
  grant.note({ was: before === null ? 'none' : summary(before), is: summary(after) });
  if (after.note !== '') grant.note({ note: after.note });
  const about = { kind: 'user', id: after.deputyId, name: after.deputy };
  grant.each(about, { deputyOf: grant.actorName, from: after.beginsAt, until: after.endsAt });
  if (before && before.deputyId !== after.deputyId) await tellOver(grant, parts, before);
  await tell(grant, parts, after.deputyId, (reader) => ({
    subject: `${grant.actorName} named you as deputy`,
    text: [
      `From ${moment(Date.parse(after.beginsAt), reader)} until ${moment(Date.parse(after.endsAt), reader)} you decide about requests for passwords beside ${grant.actorName}, wherever they approve. Requests that already wait are listed too.`,
      ...(after.note === '' ? [] : [`${grant.actorName} says: ${after.note}`]),
    ],
  }));
  return after;
}

/** Ends that somebody decides beside the actor. Does nothing where nobody does. */
export async function dropDeputy(grant: Grant<'deputy.end'>, parts: CheckoutParts): Promise<void> {
  const before = await deputyOf(grant.db, grant.objectId);
  await grant.db.deleteFrom('deputy').where('userId', '=', grant.objectId).execute();
  if (!before) {
    grant.nothingDone();
    return;
  }
  grant.note({ was: summary(before) });
  await tellOver(grant, parts, before);
}

async function tellOver(grant: Grant, parts: CheckoutParts, { deputyId, deputy }: Reply): Promise<void> {
  grant.each({ kind: 'user', id: deputyId, name: deputy }, { noDeputyOf: grant.actorName });
  await tell(grant, parts, deputyId, () => ({
    subject: `You are not the deputy of ${grant.actorName} any more`,
    text: [`From now on you decide nothing in the place of ${grant.actorName}.`],
  }));
}

async function tell(
  grant: Grant,
  { publicUrl }: CheckoutParts,
  userId: string,
  say: (reader: Reader) => { subject: string; text: string[] },
): Promise<void> {
  if ((await readMailServer(grant.db)) === null) return;
  const reader = (await readersOf(grant.db, [userId])).get(userId);
  if (!reader) return;
  const { subject, text } = say(reader);
  const page = `${await linksBegin(grant.db, publicUrl)}/requests`;
  await queueMails(grant.db, [{ to: reader.email, about: 'access', subject, text: lines(...text, page) }]);
}
