// Processes for what an organisation brings along: as another user, in a directory of their own, within limits of time, memory and output.
// It owns how such a process is started and ended, and what it may read.
// It knows nothing of what the process is for, and decides nothing about whether it may run.
export { makePlace, type Place, type RunAs } from './place.ts';
export { runProcess, type Ended } from './process.ts';
export { runModule } from './module.ts';
export { runAs } from './run-as.ts';
