import { sql } from 'kysely';
import type { Actor, Door, Perform } from '../authorise/index.ts';
import { isUnavailable, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { FindEndpoint } from '../tasks/index.ts';
import { inWords, type LineResult, type Planned, type Step } from './line.ts';
import { writeChanges, type Change, type UndoCall } from './report.ts';

const noDoor: Door = { startSession: () => undefined, endSession: () => undefined };

export interface MergeParts {
  readonly perform: Perform;
  readonly find: FindEndpoint;
  readonly actor: Actor;
  readonly importId: string;
  /** Why passwords are changed, where the organisation asks for it. */
  readonly reason: string;
}

/**
 * Changes what was there, through the contract's own calls: each is decided, recorded and bound by its rules by itself, and
 * leaves in its own transaction how it is undone. The first that is refused ends the line: with nothing done it is skipped;
 * one that was done in part is merged, and says what was refused.
 */
export async function merge(
  parts: MergeParts,
  planned: Extract<Planned<unknown>, { is: 'merge' }>,
): Promise<LineResult> {
  const { line, name, objectId } = planned;
  const refused: Problem[] = [];
  let done = 0;
  for (const step of planned.steps) {
    try {
      await take(parts, step);
      done++;
    } catch (error) {
      if (!(error instanceof Problem) && isUnavailable(error)) throw error;
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      refused.push(problem);
      // The same password again is no reason to leave a line: a file that is imported once more says what is so already.
      if (problem.code !== 'password-reused') break;
    }
  }
  const details = [planned.detail, ...refused.map(inWords)].filter((text) => text !== undefined);
  const detail = details.length > 0 ? details.join(' ').slice(0, 1000) : null;
  const code = refused[0]?.code ?? null;
  const nothing = refused.length > 0 && done === 0 && !refused.every((problem) => problem.code === 'password-reused');
  return { line, name, outcome: nothing ? 'skipped' : 'merged', code, detail, objectId };
}

/** Makes one call, and writes its undoing down with it. */
async function take(parts: MergeParts, step: Step): Promise<void> {
  const { organisationId } = parts.actor;
  const recording: Perform = (ask, work) =>
    parts.perform(ask, async (grant, facts, also) => {
      const before = await stateBefore(grant.db, step);
      const result = await work(grant, facts, also);
      const undo = await undoOf(grant.db, step, before);
      const changes = undo ? [{ kind: step.call, objectId: step.objectId, before: undo }] : [];
      if (undo && (await switchedOff(grant.db, step, before))) changes.unshift(givenBack(step, before));
      await writeChanges(grant.db, organisationId, parts.importId, changes);
      return result;
    });
  const reason = step.call === 'account.change-password' ? { reason: parts.reason } : {};
  await parts.find(step.call).handle(recording, parts.actor, { ...step.input, ...reason }, noDoor);
}

interface Before {
  readonly values: Readonly<Record<string, unknown>>;
  readonly version: number;
}
const tables = { 'resource.update': 'resource', 'account.update': 'account', 'user.update': 'appUser' } as const;
const idOf = { 'resource.update': 'resourceId', 'account.update': 'accountId', 'user.update': 'userId' } as const;
const isUpdate = (call: string): call is keyof typeof tables => Object.hasOwn(tables, call);

/** What the step's call will change, as it is. The row is locked, so that nobody changes it in between. */
async function stateBefore(db: OrganisationDb, step: Step): Promise<Before | undefined> {
  const { call, objectId } = step;
  if (isUpdate(call)) {
    const row = await db.selectFrom(tables[call]).selectAll().where('id', '=', objectId).forUpdate().executeTakeFirst();
    return row && { values: row, version: row.version };
  }
  if (call === 'resource.configure-reset') {
    const row = await readReset(db, objectId);
    return row && { values: { reset: row.reset }, version: row.version };
  }
  if (call === 'account.change-password') {
    const row = await db.selectFrom('account').select('secretVersion').where('id', '=', objectId).executeTakeFirst();
    return row && { values: {}, version: row.secretVersion };
  }
  if (call === 'resource.tag') {
    const { rows } = await sql<{
      id: string;
    }>`select tag_value_id as id from resource_tag where resource_id = ${objectId}`.execute(db);
    return { values: { has: rows.map((row) => row.id) }, version: 0 };
  }
  const { rows } = await sql<{ there: boolean }>`select exists (select from resource_group_member
    where group_id = ${String(step.input['groupId'])}::uuid and resource_id = ${objectId}) as there`.execute(db);
  return { values: { there: rows[0]?.there ?? false }, version: 0 };
}

/** The reset settings of a resource as the call takes them, and its version. Locks the row. */
async function readReset(db: OrganisationDb, resourceId: string) {
  const row = await db
    .selectFrom('resource')
    .select(['reset', 'adminAccountId', 'elevationAccountId', 'version'])
    .where('id', '=', resourceId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const { reset: settings, adminAccountId, elevationAccountId, version } = row;
  return { reset: settings === null ? null : { settings, adminAccountId, elevationAccountId }, version };
}

async function undoOf(db: OrganisationDb, step: Step, before: Before | undefined): Promise<UndoCall | undefined> {
  if (!before) return undefined;
  const { call, objectId, input } = step;
  if (isUpdate(call)) {
    const after = await db.selectFrom(tables[call]).select('version').where('id', '=', objectId).executeTakeFirst();
    if (!after || after.version === before.version) return undefined;
    const { fields, ...others } = input;
    const values = Object.fromEntries(
      Object.keys(others)
        .filter((key) => key !== idOf[call])
        .map((key) => [key, key === 'role' ? roleOf(before.values) : before.values[key]]),
    );
    const were = (before.values['fields'] ?? {}) as Record<string, unknown>;
    const former =
      fields === undefined
        ? {}
        : { fields: Object.fromEntries(Object.keys(fields as object).map((id) => [id, were[id] ?? null])) };
    return {
      call,
      input: { [idOf[call]]: objectId, ...values, ...former, version: after.version },
      since: before.version,
    };
  }
  if (call === 'resource.configure-reset') {
    const after = await db.selectFrom('resource').select('version').where('id', '=', objectId).executeTakeFirst();
    if (!after || after.version === before.version) return undefined;
    const undo = { resourceId: objectId, reset: before.values['reset'] };
    return { call, input: undo, version: after.version, since: before.version };
  }
  if (call === 'account.change-password') {
    const row = await db.selectFrom('account').select('secretVersion').where('id', '=', objectId).executeTakeFirst();
    if (!row || row.secretVersion === before.version) return undefined;
    return {
      call: 'account.restore',
      input: { accountId: objectId, version: before.version },
      secretVersion: row.secretVersion,
      since: before.version,
    };
  }
  if (call === 'resource.tag') {
    const had = before.values['has'] as string[];
    const added = (input['add'] as string[]).filter((id) => !had.includes(id));
    return added.length === 0 ? undefined : { call, input: { resourceId: objectId, remove: added } };
  }
  return before.values['there'] === true
    ? undefined
    : { call, input: { groupId: input['groupId'], remove: [objectId] } };
}

/** Whether the call changed the type to one of another driver, which switches reset settings off. */
async function switchedOff(db: OrganisationDb, step: Step, before: Before | undefined): Promise<boolean> {
  if (step.call !== 'resource.update' || !before || before.values['reset'] === null) return false;
  const row = await db.selectFrom('resource').select('reset').where('id', '=', step.objectId).executeTakeFirst();
  return row?.reset === null;
}

/** The reset settings of before, for when the former type is back: written down first, so that it is done last. */
function givenBack({ objectId }: Step, before: Before | undefined): Change & { readonly before: UndoCall } {
  const { reset: settings, adminAccountId, elevationAccountId } = before?.values ?? {};
  const version = before?.version ?? 0;
  const call = 'resource.configure-reset';
  const reset = { settings, adminAccountId, elevationAccountId };
  return { kind: call, objectId, before: { call, input: { resourceId: objectId, reset }, version, since: version } };
}

/** A role as the contract names it: one of the organisation's own by its id. */
const roleOf = (values: Readonly<Record<string, unknown>>): unknown =>
  values['role'] === 'custom' ? values['customRoleId'] : values['role'];
