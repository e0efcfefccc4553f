// Seals and opens secrets.
// It owns the master key, the organisations' data keys, the formats, and the list of every secret column.
// It decides nothing: a Grant is the decision. It stores no account.
export { plainBytes, secretColumns } from './columns.ts';
export {
  chunkBytes,
  DamagedFile,
  newFileKey,
  openChunks,
  sealChunks,
  wipe,
  type FileKey,
  type SealedChunk,
} from './file-cipher.ts';
export { copyMasterKey, createMasterKey, masterKeyExists, readMasterKey, type MasterKey } from './master-key.ts';
export { checkMasterKey, createVault, WrongKey, type FileOpening, type Place, type Vault } from './vault.ts';
