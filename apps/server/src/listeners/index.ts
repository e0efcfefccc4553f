// What follows a new password: scripts, modules and webhooks that two administrators stand behind.
// It owns listeners with their versions, approvals and runs, follows the trail with a cursor of its own, and starts what was approved in a
// process of its own.
// It resets nothing and delays no reset: it begins when a password is another already.
export { listenerEndpoints } from './listeners.endpoints.ts';
export { listenerRound, startListeners, tidyListenerRuns } from './round.ts';
export { runLane, runListener, type ListenerParts } from './run.ts';
