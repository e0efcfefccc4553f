import type { Exposable } from '../target.ts';

/** How the line to an LDAP server is protected, and how its certificate is judged where there is one. */
export interface DirectoryAccess {
  /** `LDAPS`: TLS from the first byte. `StartTLS`: RFC 4511 section 4.14. `clear text`: whoever listens reads along. */
  readonly connection: 'LDAPS' | 'StartTLS' | 'clear text';
  readonly certificate: 'verified' | 'pinned';
  /** The name that the certificate must be for, where it is not the host's. */
  readonly certificateName?: string;
}

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

/**
 * A bound connection to an LDAP server. Each throws DirectoryError for what the server refused; when the line breaks,
 * Cut once a change was sent on it, and Unreachable before.
 */
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

/** Makes a text safe as a value in a filter. Source: RFC 4515 section 3. */
export function escapeFilterValue(text: string): string {
  return text.replace(/[\u0000()*\\]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The values of an attribute, whose name LDAP compares in any case; none when the entry lacks it. */
export function valuesOf(entry: Entry | undefined, attribute: string): readonly string[] {
  const name = Object.keys(entry?.attributes ?? {}).find((one) => one.toLowerCase() === attribute.toLowerCase());
  return name === undefined ? [] : (entry?.attributes[name] ?? []);
}
