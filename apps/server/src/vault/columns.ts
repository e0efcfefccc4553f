/**
 * Every column of the database that holds a secret, in one place. Each is sealed with AES-256-GCM and bound to its
 * row and column. A test compares this list with the catalogue: a bytea column is either here or among `plainBytes`.
 */
export const secretColumns = [
  'secret.sealed',
  'ssh_key_version.sealed',
  'setting_secret.sealed',
  'data_key.wrapped',
  'stored_file.sealed_key',
  'field_value.sealed',
  'file_chunk.sealed',
  'mail_outbox.sealed',
  'reset_run.sealed',
  'reset_schedule.sealed',
  'listener.sealed',
  'listener_file.sealed',
  'listener_version.approval',
  'webhook.sealed',
  'ticketing.sealed',
  'ticketing_module.sealed',
  'ticketing_module.approval',
] as const;
export type SecretColumn = (typeof secretColumns)[number];

/** Bytes that are no secret: hashes of random tokens, of sealed files and of the audit tree; pictures. */
export const plainBytes = [
  'access_link.hash',
  'api_token.hash',
  // Of public keys and certificates.
  'api_credential.fingerprint',
  'user_link.hash',
  'session.hash',
  'setup_token.hash',
  'idempotency.request_hash',
  'audit_leaf.hash',
  // Over the sealed chunks, never over what is in them: a hash of the content would confirm a guess at it.
  'stored_file.sha256',
  'resource_type_icon.png',
] as const;
