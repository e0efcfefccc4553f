import { z } from 'zod';
import { call, Empty, Instant, listInput, listReply, Reason, Ticket } from './call.ts';
import { AccountId } from './ids.ts';

/** Kinds of key that the product makes. */
export const NewKeyKind = z.enum(['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-3072', 'rsa-4096']);
export type NewKeyKind = z.infer<typeof NewKeyKind>;
/** `other`: an RSA key of another length, brought along. */
export const KeyKind = z.enum([...NewKeyKind.options, 'other']);
export type KeyKind = z.infer<typeof KeyKind>;

/** `rotating`: the next key is put beside the current one; `cleaning`: the former one is taken away; `withdrawing`: the next one is. */
export const KeyStage = z.enum(['settled', 'rotating', 'cleaning', 'withdrawing']);
export type KeyStage = z.infer<typeof KeyStage>;

/**
 * What is known of a key on an account that it is to open. `open`: a log-in with it worked; `waiting`: not tried yet; `leaving`: it is
 * being taken away; `refused`: the host did not do it or does not accept the key; `unreachable`, `untrusted`: it could not be asked.
 */
export const KeyPlaceState = z.enum(['open', 'waiting', 'leaving', 'refused', 'unreachable', 'untrusted']);
export type KeyPlaceState = z.infer<typeof KeyPlaceState>;
export const KeyPlace = z
  .object({
    accountId: AccountId,
    username: z.string(),
    resourceName: z.string(),
    state: KeyPlaceState,
    why: z.string().nullable(),
    checkedAt: Instant.nullable(),
    nextTryAt: Instant.nullable(),
  })
  .meta({ id: 'KeyPlace' });
export type KeyPlace = z.infer<typeof KeyPlace>;

/** The SSH key of an account, without its private half. */
export const AccountKey = z
  .object({
    accountId: AccountId,
    username: z.string(),
    resourceName: z.string(),
    kind: KeyKind,
    /** As in a .pub file. */
    publicKey: z.string(),
    fingerprint: z.string(),
    version: z.int(),
    stage: KeyStage,
    /** The fingerprint of the next key, while it is on its way. */
    next: z.string().nullable(),
    madeBy: z.string(),
    madeAt: Instant,
    places: z.array(KeyPlace),
    /** Accounts that it opens and that one does not see. */
    hiddenPlaces: z.int(),
  })
  .meta({ id: 'AccountKey' });
export type AccountKey = z.infer<typeof AccountKey>;

const account = { accountId: AccountId };
const why = { reason: Reason.optional(), ticket: Ticket.optional() };

export const listKeys = call({
  name: 'key.list',
  method: 'GET',
  path: '/keys',
  scope: 'read',
  summary: 'The SSH keys of the accounts one sees.',
  input: listInput(['resource', 'account', 'madeAt']),
  reply: listReply(
    AccountKey.omit({ places: true, hiddenPlaces: true, publicKey: true, next: true }).extend({
      /** How many accounts it is to open, and on how many a log-in with it worked. */
      placed: z.int(),
      open: z.int(),
    }),
  ),
});
export const readKey = call({
  name: 'key.read',
  method: 'GET',
  path: '/accounts/:accountId/key',
  scope: 'read',
  summary: 'The SSH key of an account and where it is, and whose keys open the account.',
  input: z.object(account),
  reply: z.object({
    key: AccountKey.nullable(),
    /** Keys that open this account, of the accounts one sees. */
    openedBy: z.array(KeyPlace),
    /** Keys can be put on this account: its resource is set up for it. */
    takesKeys: z.boolean(),
  }),
});
export const makeKey = call({
  name: 'key.make',
  method: 'POST',
  path: '/accounts/:accountId/key',
  scope: 'passwords',
  summary: 'Makes an SSH key for an account that has none.',
  input: z.object({ ...account, kind: NewKeyKind.default('ed25519'), ...why }),
  reply: AccountKey,
});
export const importKey = call({
  name: 'key.import',
  method: 'POST',
  path: '/accounts/:accountId/key/import',
  scope: 'passwords',
  secret: true,
  summary:
    'Takes a private key (OpenSSH, PEM, PuTTY) for an account that has none. A passphrase opens it once and is not kept.',
  input: z.object({
    ...account,
    privateKey: z.string().min(1).max(20_000),
    passphrase: z.string().min(1).max(1024).optional(),
    ...why,
  }),
  reply: AccountKey,
});
export const revealKey = call({
  name: 'key.reveal',
  method: 'POST',
  path: '/accounts/:accountId/key/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens the private key, or a former one, under the rules of passwords.',
  input: z.object({ ...account, version: z.int().min(1).max(2_000_000_000).optional(), ...why }),
  reply: z.object({
    privateKey: z.string(),
    publicKey: z.string(),
    fingerprint: z.string(),
    version: z.int(),
  }),
});
export const placeKey = call({
  name: 'key.place',
  method: 'POST',
  path: '/accounts/:accountId/key/places',
  scope: 'passwords',
  summary: 'Puts an account’s key on accounts that one manages, and proves it by logging in.',
  input: z.object({ ...account, accountIds: z.array(AccountId).min(1).max(500) }),
  reply: AccountKey,
});
export const withdrawKey = call({
  name: 'key.withdraw',
  method: 'POST',
  path: '/accounts/:accountId/key/withdraw',
  scope: 'passwords',
  summary: 'Takes an account’s key away from accounts, and proves that it is refused there.',
  input: z.object({ ...account, accountIds: z.array(AccountId).min(1).max(500) }),
  reply: AccountKey,
});
export const rotateKey = call({
  name: 'key.rotate',
  method: 'POST',
  path: '/accounts/:accountId/key/rotate',
  scope: 'passwords',
  summary:
    'Makes the next key, puts it beside the current one everywhere, proves it, and only then takes the former one away.',
  input: z.object({ ...account, kind: NewKeyKind.optional(), ...why }),
  reply: AccountKey,
});
export const stopKeyRotation = call({
  name: 'key.stop-rotation',
  method: 'POST',
  path: '/accounts/:accountId/key/stop-rotation',
  scope: 'passwords',
  summary: 'Gives the next key up, and takes it away from where it was put.',
  input: z.object(account),
  reply: AccountKey,
});
export const verifyKey = call({
  name: 'key.verify',
  method: 'POST',
  path: '/accounts/:accountId/key/verify',
  scope: 'passwords',
  summary: 'Logs in with the key wherever it is, in the background.',
  input: z.object(account),
  reply: AccountKey,
});
export const deleteKey = call({
  name: 'key.delete',
  method: 'DELETE',
  path: '/accounts/:accountId/key',
  scope: 'passwords',
  summary: 'Deletes a key that is nowhere, with all its versions.',
  input: z.object({ ...account, ...why }),
  reply: Empty,
});
