import { z } from 'zod';
import { call } from './call.ts';
import { UserId } from './ids.ts';

export const explainAccess = call({
  name: 'access.explain',
  method: 'GET',
  path: '/explain',
  scope: 'read',
  summary: 'Why a user may or may not do something to an object: every rule, whether it holds, and the facts it saw.',
  input: z.object({ userId: UserId, action: z.string().max(80), objectId: z.uuid() }),
  reply: z.object({
    allowed: z.boolean(),
    rules: z.array(z.object({ says: z.string(), holds: z.boolean(), refusal: z.string().nullable() })),
    facts: z.record(z.string(), z.union([z.string(), z.boolean(), z.number(), z.null()])),
  }),
});
