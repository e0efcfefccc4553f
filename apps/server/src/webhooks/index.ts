// Who is told of what happens, as it happens: web addresses, and pages and programs that listen.
// It reads the trail, puts in line, signs and sends, and says in a stream what somebody may see of it. It decides nothing about what happened.
export { createFollowers } from './follow.ts';
export { startWebhooks, tidyWebhooks } from './run.ts';
export { webhookEndpoints } from './webhooks.endpoints.ts';
