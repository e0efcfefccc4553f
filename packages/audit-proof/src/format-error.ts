/**
 * Something that should be in one of the formats of `docs/audit-format.md` is not.
 * `message` says what and where; it never holds more of the input than a name or a number.
 */
export class AuditFormatError extends Error {
  override readonly name = 'AuditFormatError';
}
