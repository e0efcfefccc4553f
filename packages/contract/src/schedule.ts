import { z } from 'zod';
import { call, Empty, Instant, largestNumber, Line, listInput, listReply, PasswordText, Reason } from './call.ts';
import {
  AccountId,
  ResourceGroupId,
  ResourceId,
  RunId,
  ScheduleRunId,
  ScheduleTemplateId,
  UserGroupId,
  UserId,
} from './ids.ts';

const known = new Map<string, boolean>();
/** Whether this JavaScript engine knows a time zone by its IANA name. */
function isTimeZone(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  let is = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    is = false;
  }
  if (known.size < 1000) known.set(name, is);
  return is;
}
/** A time zone by its IANA name, such as `Europe/Berlin`. */
export const TimeZone = Line(60).min(1).refine(isTimeZone, 'is not a time zone, such as Europe/Berlin');

const isDate = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};
const date = z
  .string()
  .regex(/^20\d\d-\d\d-\d\d$/, 'must be a date, such as 2027-01-31')
  .refine(isDate, 'is not a date');
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time, such as 02:30');

/**
 * When a schedule is due, in local time of its time zone. A time that a change of clocks skips is due at the moment of the
 * change, and one that it repeats the first time only. `monthly` on a day that a month does not have is its last day.
 */
export const When = z.discriminatedUnion('is', [
  z.object({ is: z.literal('once'), date, time }),
  z.object({ is: z.literal('days'), every: z.int().min(1).max(365), from: date, time }),
  z.object({ is: z.literal('monthly'), day: z.int().min(1).max(31), time }),
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  z.object({ is: z.literal('cron'), pattern: Line(100).min(9) }),
  /** Only when somebody says so. */
  z.object({ is: z.literal('never') }),
]);
export type When = z.infer<typeof When>;

const recipients = <U extends z.ZodType, G extends z.ZodType>(user: U, group: G) =>
  z.object({
    /** Whoever owns one of the accounts or has a share of it: each is told of those that reach them. */
    withAccess: z.boolean().default(false),
    users: z.array(user).max(200).default([]),
    userGroups: z.array(group).max(100).default([]),
    addresses: z.array(z.email().max(254)).max(50).default([]),
  });
/** Who is told. All but those with access are told of every account of the run. */
export const Recipients = recipients(UserId, UserGroupId);
export type Recipients = z.infer<typeof Recipients>;
const NamedRecipients = recipients(
  z.object({ id: UserId, name: z.string() }),
  z.object({ id: UserGroupId, name: z.string() }),
);

/** How much earlier people can be told, in minutes: a week. */
export const tellBeforeMost = 7 * 24 * 60;
const tellBefore = z.int().min(1).max(tellBeforeMost).nullable();

export const NewPasswords = z.enum(['unique', 'common', 'common-random']);
export type NewPasswords = z.infer<typeof NewPasswords>;
export const ScheduleState = z.enum(['active', 'paused', 'stopped']);
export type ScheduleState = z.infer<typeof ScheduleState>;

export const ScheduleRun = z
  .object({
    id: ScheduleRunId,
    /** When it was due; for one by hand, when it was asked for. */
    dueAt: Instant,
    /** `made-up`: it was due while no server ran. Of several missed ones, one is made up. */
    source: z.enum(['due', 'made-up', 'by-hand']),
    state: z.enum(['running', 'done', 'refused', 'failed']),
    /** Why it was refused or failed. */
    why: z.string().nullable(),
    /** The run of resets; null when no account was left to reset. */
    runId: RunId.nullable(),
    requestedBy: z.string(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
    /** Accounts of the group at that time: reset, failed and left out. */
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    skipped: z.int(),
    /** To how many a report was mailed. */
    told: z.int(),
  })
  .meta({ id: 'ScheduleRun' });
export type ScheduleRun = z.infer<typeof ScheduleRun>;

/** What everybody may know who sees the group. */
export const ScheduleRow = z
  .object({
    groupId: ResourceGroupId,
    groupName: z.string(),
    when: When,
    timeZone: z.string(),
    passwords: NewPasswords,
    state: ScheduleState,
    /** Why it was stopped. */
    why: z.string().nullable(),
    nextAt: Instant.nullable(),
    /** Whose rights it runs with; null when that user is gone. */
    runsAs: z.string().nullable(),
    /** How many programs are declared to use accounts of the group. */
    usedBy: z.int(),
    last: ScheduleRun.nullable(),
    can: z.array(z.string()),
  })
  .meta({ id: 'ScheduleRow' });
export type ScheduleRow = z.infer<typeof ScheduleRow>;

export const Schedule = ScheduleRow.extend({
  /** When the one password of `common` was given; nobody reads it here. */
  passwordGivenAt: Instant.nullable(),
  tellBeforeMinutes: tellBefore,
  tellBefore: NamedRecipients,
  tellAfter: NamedRecipients,
  /** When people are told of the next run. */
  tellAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
  version: z.int(),
}).meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;

const ofGroup = z.object({ groupId: ResourceGroupId });

export const listSchedules = call({
  name: 'schedule.list',
  method: 'GET',
  path: '/schedules',
  scope: 'read',
  summary: 'The schedules of the resource groups one may see.',
  input: listInput(['nextAt', 'groupName']).extend({ state: ScheduleState.optional() }),
  reply: listReply(ScheduleRow),
});
export const readCalendar = call({
  name: 'schedule.calendar',
  method: 'GET',
  path: '/schedules/calendar',
  scope: 'read',
  summary: 'What the schedules one may see will do in the coming days, earliest first.',
  input: z.object({ days: z.coerce.number().int().min(1).max(92).default(60) }),
  reply: z.object({
    items: z.array(z.object({ groupId: ResourceGroupId, groupName: z.string(), at: Instant, timeZone: z.string() })),
    /** There is more than is shown: of one schedule only its first hundred times, of all of them the first two thousand. */
    more: z.boolean(),
  }),
});
export const previewSchedule = call({
  name: 'schedule.preview',
  method: 'POST',
  path: '/schedules/preview',
  scope: 'read',
  summary: 'The next times at which a schedule like this would be due. Nothing is stored.',
  input: z.object({ when: When, timeZone: TimeZone }),
  reply: z.object({ times: z.array(Instant).max(5) }),
});
export const readSchedule = call({
  name: 'schedule.read',
  method: 'GET',
  path: '/resource-groups/:groupId/schedule',
  scope: 'read',
  summary: 'A group’s schedule, null when it has none.',
  input: ofGroup,
  reply: z.object({ schedule: Schedule.nullable() }),
});
export const setSchedule = call({
  name: 'schedule.set',
  method: 'PUT',
  path: '/resource-groups/:groupId/schedule',
  scope: 'passwords',
  summary: 'Gives a group its schedule, or replaces it. It runs with the rights of whoever set it last.',
  input: ofGroup.extend({
    /** The version that was read; refused when somebody changed it since. */
    version: z.int().max(largestNumber).optional(),
    when: When,
    timeZone: TimeZone,
    passwords: NewPasswords,
    /** For `common`: the password. Left out, the one that the same user gave before stays. */
    password: PasswordText.optional(),
    tellBeforeMinutes: tellBefore.default(null),
    tellBefore: Recipients.prefault({}),
    tellAfter: Recipients.prefault({}),
  }),
  reply: Schedule,
});
export const pauseSchedule = call({
  name: 'schedule.pause',
  method: 'POST',
  path: '/resource-groups/:groupId/schedule/pause',
  scope: 'manage',
  summary: 'Lets a schedule rest. What is due meanwhile is not made up.',
  input: ofGroup,
  reply: Schedule,
});
export const resumeSchedule = call({
  name: 'schedule.resume',
  method: 'POST',
  path: '/resource-groups/:groupId/schedule/resume',
  scope: 'passwords',
  summary: 'Lets a schedule go on that was paused or stopped, with the rights of whoever says so.',
  input: ofGroup,
  reply: Schedule,
});
export const runSchedule = call({
  name: 'schedule.run',
  method: 'POST',
  path: '/resource-groups/:groupId/schedule/run',
  scope: 'passwords',
  summary: 'Resets a group’s passwords now, as its schedule says, with the rights of whoever asks.',
  input: ofGroup.extend({ reason: Reason.optional() }),
  reply: ScheduleRun,
});
export const deleteSchedule = call({
  name: 'schedule.delete',
  method: 'DELETE',
  path: '/resource-groups/:groupId/schedule',
  scope: 'manage',
  summary: 'Takes a group’s schedule away, with what is known of its runs. The audit trail stays.',
  input: ofGroup,
  reply: Empty,
});
export const listScheduleRuns = call({
  name: 'schedule.runs',
  method: 'GET',
  path: '/resource-groups/:groupId/schedule/runs',
  scope: 'read',
  summary: 'What became of a schedule’s times, newest first.',
  input: ofGroup.extend({
    limit: z.coerce.number().int().min(1).max(500).default(50),
    offset: z.coerce.number().int().min(0).max(10_000).optional(),
    cursor: z.string().max(500).optional(),
  }),
  reply: listReply(ScheduleRun),
});

export const ReportLine = z
  .object({
    accountId: AccountId,
    resourceId: ResourceId,
    username: z.string(),
    resourceName: z.string(),
    outcome: z.enum(['waiting', 'done', 'failed', 'skipped']),
    /** Why it was not reset. */
    why: z.string().nullable(),
    /** How many programs and services use it. */
    usedBy: z.int(),
  })
  .meta({ id: 'ReportLine' });
export type ReportLine = z.infer<typeof ReportLine>;
export const readScheduleReport = call({
  name: 'schedule.report',
  method: 'GET',
  path: '/resource-groups/:groupId/schedule/runs/:scheduleRunId',
  scope: 'read',
  summary: 'What became of each account in one run, of those that one may see.',
  input: ofGroup.extend({
    scheduleRunId: ScheduleRunId,
    outcome: ReportLine.shape.outcome.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000).default(0),
  }),
  reply: z.object({ run: ScheduleRun, items: z.array(ReportLine), total: z.int() }),
});

/** What a template carries: all of a schedule but a password. */
export const TemplateBody = z.object({
  when: When,
  timeZone: TimeZone,
  passwords: NewPasswords,
  tellBeforeMinutes: tellBefore,
  tellBefore: Recipients,
  tellAfter: Recipients,
});
export type TemplateBody = z.infer<typeof TemplateBody>;
export const ScheduleTemplate = z
  .object({
    id: ScheduleTemplateId,
    name: z.string(),
    /** As `schedule.set` takes it. Users and groups that are gone are left out. */
    body: TemplateBody.extend({ tellBefore: NamedRecipients, tellAfter: NamedRecipients }),
    createdBy: z.string(),
    createdAt: Instant,
  })
  .meta({ id: 'ScheduleTemplate' });
export type ScheduleTemplate = z.infer<typeof ScheduleTemplate>;

export const listScheduleTemplates = call({
  name: 'schedule-template.list',
  method: 'GET',
  path: '/schedule-templates',
  scope: 'read',
  summary: 'Schedules to begin others with, by name.',
  input: Empty,
  reply: z.object({ items: z.array(ScheduleTemplate) }),
});
export const saveScheduleTemplate = call({
  name: 'schedule-template.save',
  method: 'POST',
  path: '/schedule-templates',
  scope: 'manage',
  summary: 'Keeps a schedule as a template. It carries no password. There may be a hundred.',
  input: TemplateBody.extend({ name: Line(120).min(1) }),
  reply: ScheduleTemplate,
});
export const deleteScheduleTemplate = call({
  name: 'schedule-template.delete',
  method: 'DELETE',
  path: '/schedule-templates/:scheduleTemplateId',
  scope: 'manage',
  summary: 'Deletes a template. Schedules that were begun with it stay.',
  input: z.object({ scheduleTemplateId: ScheduleTemplateId }),
  reply: Empty,
});
