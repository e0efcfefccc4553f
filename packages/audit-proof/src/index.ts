// Proof that an audit trail is whole: canonical events, the Merkle tree over them, signed checkpoints, exports and their verifier.
// Owns the formats of docs/audit-format.md. Pure: opens no file, no connection and no database, and keeps no key.
// It does not decide what is an event, when to seal or who may read.
export { AuditFormatError } from './format-error.ts';
export { canonicalJson, type CanonicalValue } from './canonical.ts';
export {
  assertAuditRecord,
  canonicalEvent,
  parseEvent,
  type ActorKind,
  type AuditRecord,
  type Outcome,
} from './record.ts';
export { CompactTree, emptyRoot, hashLength, leafHash, nodeHash, treeRoot } from './tree.ts';
export {
  consistencyPath,
  consistencyProof,
  inclusionPath,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
  type Consistency,
  type Inclusion,
  type LeafRange,
} from './proof.ts';
export {
  noteSigner,
  noteVerifier,
  openNote,
  signNote,
  type NoteSigner,
  type NoteVerifier,
  type OpenedNote,
} from './note.ts';
export { openCheckpoint, originOf, readCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
export {
  exportFormat,
  exportLines,
  readExport,
  type ExportHeader,
  type ExportItem,
  type ExportSource,
  type SealedEvent,
} from './export.ts';
export { UnusableInput, verifyExport, type Verdict } from '../verify.mjs';
