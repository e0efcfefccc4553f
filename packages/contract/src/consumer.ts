import { z } from 'zod';
import { call, Empty, Instant, largestNumber, Line } from './call.ts';
import { AccountId, ConsumerId } from './ids.ts';

/** What it is that uses an account's password. */
export const ConsumerKind = z.enum([
  'service',
  'scheduled-task',
  'application',
  'script',
  'pipeline',
  'person',
  'other',
]);
export type ConsumerKind = z.infer<typeof ConsumerKind>;

const web = (text: string): boolean => {
  if (text === '') return true;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
};
const details = {
  name: Line(120).min(1),
  kind: ConsumerKind,
  /** Who answers for it: a person, a team, an address. */
  contact: Line(200),
  note: z.string().trim().max(2000),
  /** Where one asks whether it is well: http or https, without a password in it. Empty for none. */
  probeUrl: Line(500).refine(web, 'must begin with http:// or https:// and carry no password'),
  /** In which order they are to be told of a new password: smallest first. */
  position: z.int().min(0).max(9999),
};

/** A program, service or person that signs in with an account's password, as somebody declared it. */
export const Consumer = z
  .object({ id: ConsumerId, ...details, addedAt: Instant, version: z.int() })
  .meta({ id: 'Consumer' });
export type Consumer = z.infer<typeof Consumer>;

/** The most that one account may have. */
export const consumersMost = 200;

export const listConsumers = call({
  name: 'account.list-consumers',
  method: 'GET',
  path: '/accounts/:accountId/consumers',
  scope: 'read',
  summary: 'What is declared to use an account’s password, in the order in which it is to be told of a new one.',
  input: z.object({ accountId: AccountId }),
  reply: z.object({ items: z.array(Consumer) }),
});
export const countConsumers = call({
  name: 'account.count-consumers',
  method: 'POST',
  path: '/accounts/consumers/count',
  scope: 'read',
  summary:
    'How many programs use each of some accounts, of those that one may see. Accounts that nothing uses are left out.',
  input: z.object({ accountIds: z.array(AccountId).min(1).max(1000) }),
  reply: z.object({
    items: z.array(z.object({ accountId: AccountId, count: z.int(), names: z.array(z.string()).max(3) })),
  }),
});
export const addConsumer = call({
  name: 'account.add-consumer',
  method: 'POST',
  path: '/accounts/:accountId/consumers',
  scope: 'manage',
  summary: 'Declares that something uses an account’s password.',
  input: z.object({
    accountId: AccountId,
    name: details.name,
    kind: details.kind.default('application'),
    contact: details.contact.default(''),
    note: details.note.default(''),
    probeUrl: details.probeUrl.default(''),
    position: details.position.default(0),
  }),
  reply: Consumer,
});
export const changeConsumer = call({
  name: 'account.change-consumer',
  method: 'PATCH',
  path: '/accounts/:accountId/consumers/:consumerId',
  scope: 'manage',
  summary: 'Changes what is declared of something that uses an account’s password.',
  input: z
    .object({
      accountId: AccountId,
      consumerId: ConsumerId,
      version: z.int().max(largestNumber).optional(),
      ...details,
    })
    .partial({ name: true, kind: true, contact: true, note: true, probeUrl: true, position: true }),
  reply: Consumer,
});
export const removeConsumer = call({
  name: 'account.remove-consumer',
  method: 'DELETE',
  path: '/accounts/:accountId/consumers/:consumerId',
  scope: 'manage',
  summary: 'Says that something does not use an account’s password any more.',
  input: z.object({ accountId: AccountId, consumerId: ConsumerId }),
  reply: Empty,
});
