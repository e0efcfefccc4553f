/** Spaces other than U+0020, and what SASLprep leaves out. Source: RFC 3454 tables C.1.2 and B.1; those that NFKC changes anyway are not listed. */
const mapped = /[\u1680\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/u;

/**
 * Whether SASLprep leaves a password as it is, so that it is the same for clients that apply it and for those that do not.
 * Source: RFC 4013 section 2.
 */
export function saslStable(password: string): boolean {
  return password.normalize('NFKC') === password && !mapped.test(password);
}
