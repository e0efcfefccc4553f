import { KeyKind, NewKeyKind } from '@strongroom/contract';
import { z } from 'zod';

/** What passes between the server and its outpost. Both sides parse what the other sends: neither trusts the other's memory. */
const key = z.object({
  algorithm: z.string().max(100),
  fingerprint: z.string().max(200),
  publicKey: z.string().max(20_000),
});
const login = z.object({
  username: z.string(),
  password: z.string().optional(),
  privateKey: z.string().optional(),
  passphrase: z.string().optional(),
});

/** One thing to do on one target. Secrets travel as text over the socket pair that only the two processes hold. */
export const Errand = z.object({
  id: z.int(),
  driver: z.string(),
  host: z.string(),
  settings: z.unknown(),
  pinned: z.array(key),
  /** Certificates (PEM) that the organisation trusts beside the authorities. */
  trusted: z.array(z.string()),
  task: z.discriminatedUnion('is', [
    z.object({ is: z.literal('verify'), login, via: login.optional() }),
    z.object({
      is: z.literal('reset'),
      admin: login,
      account: z.object({ username: z.string(), current: z.string().optional() }),
      next: z.string(),
      elevation: login.optional(),
    }),
    z.object({
      is: z.literal('rehearse'),
      admin: login,
      account: z.object({ username: z.string(), current: z.string().optional() }),
      elevation: login.optional(),
    }),
    z.object({
      is: z.literal('authorise'),
      admin: login,
      username: z.string(),
      change: z.object({ add: z.array(z.string()), remove: z.array(z.string()), comment: z.string() }),
      elevation: login.optional(),
    }),
    /** On no target: keys are made, and foreign ones read, where a mistake in it finds nothing. */
    z.object({ is: z.literal('make-key'), kind: NewKeyKind }),
    z.object({ is: z.literal('read-key'), privateKey: z.string(), passphrase: z.string().optional() }),
  ]),
});
export type Errand = z.infer<typeof Errand>;

/** Whether a host key of a first contact was pinned. */
const KeyAnswer = z.object({ id: z.int(), pinned: z.boolean() });
export const ToOutpost = z.union([
  z.object({ errand: Errand }),
  z.object({ key: KeyAnswer }),
  /** The authorities (PEM) that TLS trusts: the operating system's files are not for the outpost to read. Told once, first. */
  z.object({ authorities: z.array(z.string()) }),
]);
export type ToOutpost = z.infer<typeof ToOutpost>;

const VerifiedWord = z.enum(['accepted', 'rejected', 'unreachable', 'untrusted']);
const ResetWord = z.discriminatedUnion('is', [
  z.object({ is: z.literal('done') }),
  z.object({ is: z.literal('refused'), why: z.string().max(2000) }),
  z.object({ is: z.literal('unreachable') }),
  z.object({ is: z.literal('untrusted') }),
  z.object({ is: z.literal('unknown') }),
]);

const RehearsedWord = z.object({
  lines: z.array(z.object({ is: z.enum(['sent', 'said']), text: z.string().max(5000) })).max(200),
  ended: z.enum(['stopped', 'refused', 'lost', 'rejected', 'unreachable', 'untrusted']),
  why: z.string().max(2000),
});
const Pair = z.object({
  privateKey: z.string().max(20_000),
  kind: KeyKind,
  publicKey: z.string().max(3000),
  fingerprint: z.string().max(200),
});

export const FromOutpost = z.union([
  z.object({ id: z.int(), rehearsed: RehearsedWord, offered: key.optional() }),
  /** Null: it is no key that can be used. */
  z.object({ id: z.int(), pair: Pair.nullable() }),
  /** A host showed its key for the first time: nothing secret is sent before the answer. */
  z.object({ id: z.int(), key }),
  z.object({ id: z.int(), verified: VerifiedWord, offered: key.optional() }),
  z.object({
    id: z.int(),
    reset: ResetWord,
    offered: key.optional(),
    /** `in`: the target let somebody in. `turned-away`: it refused the log-in, before anything else was sent. `nothing`: nothing was sent. */
    reached: z.enum(['in', 'turned-away', 'nothing']).optional(),
  }),
]);
export type FromOutpost = z.infer<typeof FromOutpost>;
