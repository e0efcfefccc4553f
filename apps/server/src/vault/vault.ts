import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Action, Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Secret } from '../platform/secret.ts';
import { keyVersionOf, openBytes, sealBytes } from './cipher.ts';
import type { SecretColumn } from './columns.ts';
import { fileKeyFrom, type FileKey } from './file-cipher.ts';
import type { MasterKey } from './master-key.ts';

/** The only actions whose grants open a secret. Adding one here is a security decision: see ADR-0004. */
export type Opening =
  | 'account.reveal'
  | 'account.reveal-former'
  | 'account.copy'
  | 'account.restore'
  | 'account.change-password'
  | 'account.verify'
  | 'account.rotate'
  | 'account.rotate-due'
  | 'account.check'
  | 'account.try-script'
  | 'key.reveal'
  | 'key.work'
  | 'schedule.run'
  | 'rotation.apply'
  | 'listener.run'
  | 'listener.read-file'
  | 'webhook.deliver'
  | 'ticket.check'
  | 'ticketing.test'
  | 'ticketing.read-module-file'
  | 'policy.evaluate'
  | 'mail.deliver'
  | 'mail.test'
  | 'resource.reveal-field'
  | 'account.reveal-field'
  | 'account.open-url'
  | 'resource.copy'
  | 'account.download-file'
  | 'account.download-field'
  | 'resource.download-file'
  | 'import.open'
  | 'import.download-skipped'
  | 'import.check'
  | 'import.apply';

/** Those of them that open stored files; the others open none. An import opens nothing else. */
export type FileOpening = Action & Extract<Opening, `${string}.download-${string}` | `import.${string}`>;
type TextOpening = Action & Exclude<Opening, `import.${string}`>;

/** Where a secret text lives. `version` tells the values of one row apart over time. */
export interface Place {
  readonly column: Exclude<SecretColumn, 'data_key.wrapped' | 'stored_file.sealed_key' | 'file_chunk.sealed'>;
  readonly rowId: string;
  readonly version: number;
}

export interface Vault {
  /** The key this vault was opened with. */
  readonly masterKeyId: string;
  /** Makes the first data key of an organisation, in the transaction that makes the organisation. */
  createDataKey(db: OrganisationDb, organisationId: string): Promise<void>;
  seal<A extends Action>(grant: Grant<A>, secret: Secret, place: Place): Promise<Buffer>;
  /** Throws when the bytes were altered, or were sealed for another place or under another key. */
  open<A extends TextOpening>(grant: Grant<A>, sealed: Buffer, place: Place): Promise<Secret>;
  /**
   * Seals the key of a file for `stored_file.sealed_key`. Throws when the file is another organisation's. With `holder`, such as an
   * import, it opens for that one alone: whoever can write rows cannot give the file to another.
   */
  sealFileKey<A extends Action>(grant: Grant<A>, key: FileKey, holder?: string): Promise<Buffer>;
  /** Throws when the bytes were altered, are the key of another file, or were sealed for another holder. */
  openFileKey<A extends FileOpening>(
    grant: Grant<A>,
    sealed: Buffer,
    fileId: string,
    holder?: string,
  ): Promise<FileKey>;
}

/** Thrown at start and never later: the master key does not fit the database. */
export class WrongKey extends Error {}

interface DataKey {
  readonly version: number;
  /** Held by OpenSSL, outside the JavaScript heap. */
  readonly key: KeyObject;
}

/**
 * A vault over one master key. Data keys are unwrapped at their first use and kept in memory: a database copied without
 * the key file opens nothing.
 */
export function createVault(master: MasterKey): Vault {
  const perOrganisation = new Map<string, Map<number, DataKey>>();
  const wrapPlace = (organisationId: string, version: number) => [
    organisationId,
    'data_key.wrapped',
    organisationId,
    version,
  ];
  const fileKeyPlace = (organisationId: string, fileId: string, holder: string | undefined) => [
    organisationId,
    'stored_file.sealed_key',
    holder === undefined ? fileId : `${fileId} of ${holder}`,
    1,
  ];
  const placeOf = (organisationId: string, place: Place) => [organisationId, place.column, place.rowId, place.version];

  async function load(db: OrganisationDb, organisationId: string): Promise<Map<number, DataKey>> {
    const rows = await db
      .selectFrom('dataKey')
      .select(['version', 'wrapped', 'masterKeyId'])
      .where('organisationId', '=', organisationId)
      .execute();
    const keys = new Map<number, DataKey>();
    for (const row of rows) {
      if (row.masterKeyId !== master.id)
        throw new WrongKey(`the database needs master key ${row.masterKeyId}, the key file holds ${master.id}`);
      const bytes = openBytes(master.bytes, row.wrapped, wrapPlace(organisationId, row.version));
      keys.set(row.version, { version: row.version, key: createSecretKey(bytes) });
      bytes.fill(0);
    }
    perOrganisation.set(organisationId, keys);
    return keys;
  }
  async function keyFor(db: OrganisationDb, organisationId: string, version: number | 'newest'): Promise<DataKey> {
    let keys = perOrganisation.get(organisationId);
    if (!keys || (version !== 'newest' && !keys.has(version))) keys = await load(db, organisationId);
    const key = version === 'newest' ? [...keys.values()].sort((a, b) => b.version - a.version)[0] : keys.get(version);
    if (!key) throw new Error('the organisation has no such data key');
    return key;
  }

  return {
    masterKeyId: master.id,
    async createDataKey(db, organisationId) {
      const bytes = randomBytes(32);
      const wrapped = sealBytes(master.bytes, 1, bytes, wrapPlace(organisationId, 1));
      bytes.fill(0);
      await db.insertInto('dataKey').values({ organisationId, version: 1, masterKeyId: master.id, wrapped }).execute();
    },
    async seal(grant, secret, place) {
      const { organisationId } = grant.actor;
      const key = await keyFor(grant.db, organisationId, 'newest');
      const plain = Buffer.from(secret.expose(), 'utf8');
      try {
        return sealBytes(key.key, key.version, plain, placeOf(organisationId, place));
      } finally {
        plain.fill(0);
      }
    },
    async open(grant, sealed, place) {
      const { organisationId } = grant.actor;
      const key = await keyFor(grant.db, organisationId, keyVersionOf(sealed));
      const plain = openBytes(key.key, sealed, placeOf(organisationId, place));
      try {
        return new Secret(plain.toString('utf8'));
      } finally {
        plain.fill(0);
      }
    },
    async sealFileKey(grant, file, holder) {
      const { organisationId } = grant.actor;
      if (file.organisationId !== organisationId) throw new Error('the file is of another organisation');
      const key = await keyFor(grant.db, organisationId, 'newest');
      const plain = file.key.export();
      try {
        return sealBytes(key.key, key.version, plain, fileKeyPlace(organisationId, file.fileId, holder));
      } finally {
        plain.fill(0);
      }
    },
    async openFileKey(grant, sealed, fileId, holder) {
      const { organisationId } = grant.actor;
      const key = await keyFor(grant.db, organisationId, keyVersionOf(sealed));
      const place = fileKeyPlace(organisationId, fileId, holder);
      return fileKeyFrom(organisationId, fileId, openBytes(key.key, sealed, place));
    },
  };
}

/** Refuses a master key that does not open the database's data keys. Call it at start, before anything is served. */
export async function checkMasterKey(
  database: { asOrganisation<T>(id: string, work: (db: OrganisationDb) => Promise<T>): Promise<T> },
  master: MasterKey,
  organisationIds: readonly string[],
): Promise<void> {
  for (const organisationId of organisationIds) {
    await database.asOrganisation(organisationId, async (db) => {
      const rows = await db.selectFrom('dataKey').select(['version', 'wrapped', 'masterKeyId']).execute();
      for (const row of rows) {
        if (row.masterKeyId !== master.id) {
          throw new WrongKey(
            `the database was sealed with master key ${row.masterKeyId}, but the key file holds ${master.id}; nothing was changed. Put the right key file in place and start again`,
          );
        }
        openBytes(master.bytes, row.wrapped, [organisationId, 'data_key.wrapped', organisationId, row.version]).fill(0);
      }
    });
  }
}
