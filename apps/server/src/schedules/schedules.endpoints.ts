import {
  deleteSchedule,
  deleteScheduleTemplate,
  listSchedules,
  listScheduleRuns,
  listScheduleTemplates,
  pauseSchedule,
  previewSchedule,
  readCalendar,
  readSchedule,
  readScheduleReport,
  resumeSchedule,
  runSchedule,
  saveScheduleTemplate,
  setSchedule as setScheduleCall,
  When,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, seesAccount, seesGroup, type Endpoint, type Facts, type Grant } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import type { Vault } from '../vault/index.ts';
import { isRunning, lineColumns, linesOf, nobodyUses, start, type InUse, type Line } from './run.ts';
import {
  listColumns,
  listTables,
  readRun,
  readScheduleReply,
  rowReplies,
  runColumns,
  runReply,
  type RowInList,
  type RunRow,
} from './schedule.queries.ts';
import { pause, remove, requireOwnPassword, requireSchedule, resume, setSchedule } from './schedules.ts';
import { readTemplates, saveTemplate } from './templates.ts';
import { requireWhen, timesAfter } from './when.ts';

export interface ScheduleEndpointParts {
  readonly vault: Vault;
  readonly inUse?: InUse;
}

const groupOf = (input: { groupId: string }): string => input.groupId;
const dayMs = 86_400_000;
/** The most times of one schedule, and of all, that a calendar shows; and how many schedules it looks at. */
const calendarMost = { ofOne: 100, ofAll: 2000, schedules: 500 };

/** The schedule as it stands after a change. */
async function changed(
  grant: Grant,
  facts: Facts,
): Promise<NonNullable<Awaited<ReturnType<typeof readScheduleReply>>>> {
  const reply = await readScheduleReply(grant.db, grant.objectId, facts, grant.actor.userId);
  if (!reply) throw new Error('the group has no schedule');
  return reply;
}

export const scheduleCalls = ({ vault, inUse = nobodyUses }: ScheduleEndpointParts): Endpoint[] => [
  endpoint(listSchedules, {
    async run(grant, input, facts) {
      const { userId } = grant.actor;
      const page = await readPage<RowInList>(grant.db, input, {
        select: listColumns,
        from: sql`from ${listTables} where ${seesGroup(facts, userId, 'g')}
          ${input.state ? sql`and s.state = ${input.state}` : sql``}
          ${input.search ? sql`and g.search_text like ${containing(input.search)}` : sql``}`,
        id: sql`s.id`,
        first: 'nextAt',
        orders: {
          // What is not due any more comes last.
          nextAt: { by: sql`coalesce(s.next_at, 'infinity')`, type: 'timestamptz' },
          groupName: { by: sql`lower(g.name)`, type: 'text' },
        },
      });
      return { ...page, items: await rowReplies(grant.db, page.rows, facts, userId) };
    },
  }),
  endpoint(readCalendar, {
    async run(grant, input, facts) {
      const until = new Date(Date.now() + input.days * dayMs);
      const { rows } = await sql<RowInList>`select ${listColumns} from ${listTables}
        where ${seesGroup(facts, grant.actor.userId, 'g')} and s.state = 'active' and s.next_at <= ${until}
        order by s.next_at, s.id limit ${calendarMost.schedules + 1}`.execute(grant.db);
      let more = rows.length > calendarMost.schedules;
      const items: { groupId: string; groupName: string; at: Date; timeZone: string }[] = [];
      for (const { groupId, groupName, at, timeZone, nextAt } of rows.slice(0, calendarMost.schedules)) {
        if (nextAt === null) continue;
        const room = Math.min(calendarMost.ofOne, calendarMost.ofAll - items.length);
        const times = [nextAt, ...timesAfter(When.parse(at), timeZone, nextAt, room, until)];
        if (times.length > room) more = true;
        items.push(...times.slice(0, room).map((time) => ({ groupId, groupName, at: time, timeZone })));
      }
      items.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.groupName < b.groupName ? -1 : 1));
      return { items: items.map((item) => ({ ...item, at: item.at.toISOString() })), more };
    },
  }),
  endpoint(previewSchedule, {
    run: (_grant, { when, timeZone }) => {
      const now = new Date();
      requireWhen(when, timeZone, now);
      return Promise.resolve({ times: timesAfter(when, timeZone, now, 5).map((at) => at.toISOString()) });
    },
  }),
  endpoint(readSchedule, {
    object: groupOf,
    run: async (grant, _input, facts) => ({
      schedule: await readScheduleReply(grant.db, grant.objectId, facts, grant.actor.userId),
    }),
  }),
  endpoint(setScheduleCall, {
    object: groupOf,
    async run(grant, { groupId: _, ...input }, facts) {
      await setSchedule(grant, vault, input, new Date());
      return changed(grant, facts);
    },
  }),
  endpoint(pauseSchedule, {
    object: groupOf,
    async run(grant, _input, facts) {
      await pause(grant);
      return changed(grant, facts);
    },
  }),
  endpoint(resumeSchedule, {
    object: groupOf,
    async run(grant, _input, facts) {
      await resume(grant, new Date());
      return changed(grant, facts);
    },
  }),
  endpoint(runSchedule, {
    object: groupOf,
    reason: (input) => input.reason,
    async run(grant) {
      const held = await requireSchedule(grant.db, grant.objectId);
      requireOwnPassword(grant, held);
      if (await isRunning(grant.db, held.id))
        throw new Problem('not-that-state', { detail: 'A run of it is still at work.' });
      const id = await start(grant, { vault, inUse }, held, { dueAt: new Date(), source: 'by-hand' });
      const run = id === undefined ? undefined : await readRun(grant.db, grant.objectId, id);
      if (!run) throw new Error('the run was not written down');
      return runReply(run);
    },
  }),
  endpoint(deleteSchedule, {
    object: groupOf,
    async run(grant) {
      await remove(grant);
      return {};
    },
  }),
  endpoint(listScheduleRuns, {
    object: groupOf,
    async run(grant, input) {
      const page = await readPage<RunRow>(grant.db, input, {
        select: runColumns,
        from: sql`from reset_schedule_run x join reset_schedule s on s.id = x.schedule_id where s.group_id = ${grant.objectId}`,
        id: sql`x.id`,
        first: '-startedAt',
        orders: { startedAt: { by: sql`x.started_at`, type: 'timestamptz' } },
      });
      return { ...page, items: page.rows.map(runReply) };
    },
  }),
  endpoint(readScheduleReport, {
    object: groupOf,
    async run(grant, input, facts) {
      const run = await readRun(grant.db, grant.objectId, input.scheduleRunId);
      if (!run) throw new Problem('not-found');
      const from = sql`from ${linesOf(run.id, run.runId, seesAccount(facts, grant.actor.userId, 'a'))}
        ${input.outcome ? sql`and x.outcome = ${input.outcome}` : sql``}`;
      const [counted, read] = await Promise.all([
        sql<{ total: number }>`select count(*)::int as total ${from}`.execute(grant.db),
        sql<Line>`select ${lineColumns} ${from} order by lower(r.name), lower(a.username), a.id
          limit ${input.limit} offset ${input.offset}`.execute(grant.db),
      ]);
      return { run: runReply(run), items: read.rows, total: counted.rows[0]?.total ?? 0 };
    },
  }),
  endpoint(listScheduleTemplates, { run: async (grant) => ({ items: await readTemplates(grant.db) }) }),
  endpoint(saveScheduleTemplate, {
    run: (grant, { name, ...body }) => saveTemplate(grant, name, body, new Date()),
  }),
  endpoint(deleteScheduleTemplate, {
    object: (input) => input.scheduleTemplateId,
    async run(grant) {
      await grant.db.deleteFrom('scheduleTemplate').where('id', '=', grant.objectId).execute();
      return {};
    },
  }),
];
