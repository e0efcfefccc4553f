import { z } from 'zod';
import { call, Empty } from './call.ts';
import { PolicyId } from './ids.ts';

export const Policy = z
  .object({
    id: PolicyId,
    name: z.string(),
    builtIn: z.boolean(),
    isDefault: z.boolean(),
    minLength: z.int(),
    maxLength: z.int(),
    mixedCase: z.boolean(),
    digits: z.int(),
    specials: z.int(),
    specialCharacters: z.string(),
    startsWithLetter: z.boolean(),
    loginNameAllowed: z.boolean(),
    historyDepth: z.int(),
    maxAgeDays: z.int(),
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;
export const listPolicies = call({
  name: 'policy.list',
  method: 'GET',
  path: '/policies',
  scope: 'read',
  summary: 'The password policies.',
  input: Empty,
  reply: z.object({ items: z.array(Policy) }),
});
export const generatePassword = call({
  name: 'policy.generate',
  method: 'POST',
  path: '/policies/:policyId/generate',
  scope: 'passwords',
  secret: true,
  summary: 'Draws passwords that keep the policy. Nothing is stored.',
  input: z.object({
    policyId: PolicyId,
    count: z.int().min(1).max(20).default(1),
    length: z.int().min(4).max(128).optional(),
    username: z.string().max(255).optional(),
    resourceType: z.string().max(80).optional(),
  }),
  reply: z.object({ passwords: z.array(z.string()) }),
});
