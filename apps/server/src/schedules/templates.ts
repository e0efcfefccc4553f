import { TemplateBody, type ScheduleTemplate } from '@strongroom/contract';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { namesOfRecipients, requireRecipients } from './recipients.ts';
import { requireWhen } from './when.ts';

const templatesMost = 100;
type Reply = z.input<typeof ScheduleTemplate>;

/** Every template, by name; two statements. */
export async function readTemplates(db: OrganisationDb, id?: string): Promise<Reply[]> {
  let query = db
    .selectFrom('scheduleTemplate')
    .select(['id', 'name', 'body', 'createdBy', 'createdAt'])
    .orderBy((eb) => eb.fn('lower', ['name']));
  if (id !== undefined) query = query.where('id', '=', id);
  const rows = (await query.execute()).map((row) => ({ ...row, body: TemplateBody.parse(row.body) }));
  const named = await namesOfRecipients(
    db,
    rows.flatMap(({ body }) => [body.tellBefore, body.tellAfter]),
  );
  return rows.map(({ body, createdAt, ...row }) => ({
    ...row,
    id: row.id as Reply['id'],
    createdAt: createdAt.toISOString(),
    body: { ...body, tellBefore: named(body.tellBefore), tellAfter: named(body.tellAfter) },
  }));
}

/** Keeps a template. Throws `name-taken`, `not-that-state` when there are enough of them. */
export async function saveTemplate(
  grant: Grant<'schedule-template.save'>,
  name: string,
  body: TemplateBody,
  now: Date,
): Promise<Reply> {
  // A date that has passed by the time of its use is set anew then.
  if (body.when.is !== 'once') requireWhen(body.when, body.timeZone, now);
  await requireRecipients(grant, body.tellBefore, body.tellAfter);
  const { n } = await grant.db
    .selectFrom('scheduleTemplate')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  if (n >= templatesMost)
    throw new Problem('not-that-state', { detail: `There are ${templatesMost} templates already. Delete one first.` });
  const id = newId();
  const { organisationId } = grant.actor;
  try {
    await grant.db
      .insertInto('scheduleTemplate')
      .values({ id, organisationId, name, body: JSON.stringify(body), createdBy: grant.actorName })
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'schedule_template_name'))
      throw new Problem('name-taken', { errors: [{ path: 'name', message: 'is in use by another template' }] });
    throw error;
  }
  grant.about({ kind: 'schedule-template', id, name });
  const [reply] = await readTemplates(grant.db, id);
  if (!reply) throw new Error('the template was not kept');
  return reply;
}
