import type { Exposable } from '../target.ts';

/** One change of an entry. Values that are secrets are given as such. */
export interface EntryChange {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly (string | Buffer)[];
}

/** An entry found, its attributes by name as the server spelt them. */
export interface Entry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** A bound connection to an LDAP server. Each throws DirectoryError for what the server refused, and Cut when the line broke after sending. */
export interface Directory {
  /** The password modify extended operation. Source: RFC 3062. */
  setPassword(dn: string, next: Exposable, current?: Exposable): Promise<void>;
  modify(dn: string, changes: readonly EntryChange[]): Promise<void>;
  /** Pages through all results. `filter` as in RFC 4515: escape what goes into it. */
  search(
    base: string,
    filter: string,
    attributes: readonly string[],
    scope?: 'base' | 'one' | 'sub',
  ): Promise<readonly Entry[]>;
}

/** What an LDAP server said no to. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  /** Result code. Source: RFC 4511 section 4.1.9. */
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
