// Resets of the passwords of resource groups by the calendar: when, with which passwords, and who is told.
// It owns schedules, their templates and what became of each time they were due, and mails of both.
// It resets nothing itself: rotation/ does, account by account, with the rights of whose schedule it is.
export { scheduleCalls as scheduleEndpoints } from './schedules.endpoints.ts';
export { startScheduler } from './scheduler.ts';
export { afterRun } from './tell.ts';
export { tick } from './tick.ts';
