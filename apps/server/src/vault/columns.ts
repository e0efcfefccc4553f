/**
 * Every column of the database that holds a secret, in one place. Each is sealed with AES-256-GCM and bound to its
 * row and column. A test compares this list with the catalogue: a bytea column is either here or among `plainBytes`.
 */
export const secretColumns = ['secret.sealed', 'setting_secret.sealed', 'data_key.wrapped'] as const;
export type SecretColumn = (typeof secretColumns)[number];

/** Bytes that are no secret: hashes of random tokens and of the audit tree. */
export const plainBytes = [
  'api_token.hash',
  'user_link.hash',
  'session.hash',
  'setup_token.hash',
  'idempotency.request_hash',
  'audit_leaf.hash',
] as const;
