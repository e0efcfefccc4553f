/**
 * A server of one kind on the network, real or simulated, as the tests of its driver and the crash matrix use it.
 * Each file beside this one starts one kind. A simulator is as simple-minded and as strict as what it stands for, and its file says what it follows.
 */
export interface Peer {
  readonly host: string;
  /** Input of the driver's settings, port included. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Certificates (PEM) that a client must trust to sign in; empty where there are none. */
  readonly trusted: readonly string[];
  /** The login that sets others' passwords; undefined where accounts can only change their own. */
  readonly admin: { readonly username: string; readonly password: string } | undefined;
  /** The login whose password gives whoever signed in more rights, where setting a password needs that: `enable` of a switch. */
  readonly elevation?: { readonly username: string; readonly password: string };
  /** Makes fresh accounts, none of them made before. Throws where the server has a fixed few and all were given out. */
  accounts(count: number): Promise<readonly { readonly username: string; readonly password: string }[]>;
  /** Asks the server itself, past the product, whether this password is the account's. Counts as no failed log-in. */
  isPassword(username: string, password: string): Promise<boolean>;
  /** How many log-ins of the account failed so far, where the server counts them; undefined where it does not. */
  failures(username: string): Promise<number | undefined>;
  /** Ends the line to whoever sets a password next, once the change has been made and before it is answered; `off` stops that. */
  cutAfterSetting(on: boolean): void;
  stop(): Promise<void>;
}
