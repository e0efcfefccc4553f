import type { z } from 'zod';
import type { Exposable, Login } from './target.ts';
import type { Target } from './ways.ts';

/**
 * Does the login work? `unreachable`: the question could not be put, so it is no evidence either way.
 * `untrusted`: the host key is not the pinned one; nothing was sent.
 */
export type Verified = 'accepted' | 'rejected' | 'unreachable' | 'untrusted';

/**
 * What a reset says. It is a hint, never the truth: only signing in tells which password works.
 * `unknown`: the line broke after sending, and the command may even be running still. `refused.why`: one line for a person, free of the secrets passed in.
 */
export type Reset =
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'unreachable' }
  | { readonly is: 'untrusted' }
  | { readonly is: 'unknown' };

/** An account seen on a target. */
export interface Found {
  readonly username: string;
  /** True for user id 0. */
  readonly privileged: boolean;
}

/** What a password for this target may not be. The generator keeps to it, and reset() refuses the rest. */
export interface Limits {
  /** In UTF-16 units, as JavaScript counts. */
  readonly maxLength: number;
  /** Every character that may not occur. */
  readonly forbidden: string;
  /** Only U+0020 to U+007E: what 7-bit systems can carry. */
  readonly asciiOnly?: boolean;
}

/** The account whose password is set; `current` where the caller knows it. */
export interface Subject {
  readonly username: string;
  readonly current?: Exposable;
}

/** What came of a dialogue that was had up to the change. `stopped`: at the change, as it should. */
export interface Rehearsed {
  /** Without secrets: what was sent has placeholders in their places. */
  readonly lines: readonly { readonly is: 'sent' | 'said'; readonly text: string }[];
  readonly ended: 'stopped' | 'refused' | 'lost' | 'rejected' | 'unreachable' | 'untrusted';
  /** One sentence for a person. */
  readonly why: string;
}

/** Keys that are to open an account, and keys that are not to any more: each `algorithm base64`, as in the first fields of a .pub file. */
export interface KeyChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Behind each added key, to tell whose it is: letters, digits and `. _ : @ -`. */
  readonly comment: string;
}

/** One kind of target. What a driver leaves out, the product does not offer. */
export interface Driver<S = unknown> {
  /** Stored in the database and shown in the API: never rename. */
  readonly type: string;
  readonly title: string;
  /** `none` where the target lets nobody prove a password by itself (a cloud's console log-in): then what reset() said is all there is, verify() is never asked, and nothing counts as proven. `log-in` when left out. */
  readonly proof?: 'log-in' | 'none';
  /** False where the service's address is the driver's to know: the resource needs none. True when left out. */
  readonly addressed?: boolean;
  /** Parsed once by the caller; z.toJSONSchema of it makes the form, the import and the API. */
  readonly settings: z.ZodType<S>;
  readonly limits: Limits;
  /**
   * Does this login work? Changes nothing, and makes one log-in attempt at most: a failed one may lock the account.
   * `via` is the account that signs in where the settings say that an account cannot do so itself.
   */
  verify(target: Target<S>, login: Login, via?: Login): Promise<Verified>;
  /**
   * Sets the password of `account`, signed in as `admin` (the account itself, or another).
   * `elevation` is root's own login for su, or the login whose password sudo wants when it is not the admin's.
   * Never throws for a target's reasons.
   */
  reset?(target: Target<S>, admin: Login, account: Subject, next: Exposable, elevation?: Login): Promise<Reset>;
  /**
   * Signs in as reset() would and has its dialogue up to the point where the new password would be sent, for people to see.
   * Never throws for a target's reasons.
   */
  rehearse?(target: Target<S>, admin: Login, account: Subject, elevation?: Login): Promise<Rehearsed>;
  /**
   * Puts lines into the list of keys that open `account`, and takes others out, in one step. What is asked for already is no change.
   * Never throws for a target's reasons.
   */
  authorise?(
    target: Target<S>,
    admin: Login,
    account: Pick<Subject, 'username'>,
    change: KeyChange,
    elevation?: Login,
  ): Promise<Reset>;
  /** Lists the accounts on the target. Throws what Target.shell throws. */
  discover?(target: Target<S>, admin: Login): Promise<Found[]>;
}

/** Gives the driver back, typed by its settings. */
export function defineDriver<S>(driver: Driver<S>): Driver<S> {
  return driver;
}

/** Every C0 control character and DEL: a terminal would act on them instead of passing them on. */
export const controlCharacters: string =
  Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('') + '\u007f';

/** Whether a target with these limits can carry this password exactly. The empty password never fits. */
export function fits(limits: Limits, password: string): boolean {
  if (password.length === 0 || password.length > limits.maxLength) return false;
  // A lone surrogate becomes U+FFFD in UTF-8: the target would store another password than we do.
  if (!password.isWellFormed()) return false;
  if (limits.asciiOnly === true && !/^[\x20-\x7e]*$/.test(password)) return false;
  return ![...password].some((character) => limits.forbidden.includes(character));
}
