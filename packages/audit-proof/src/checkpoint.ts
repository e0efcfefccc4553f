import { AuditFormatError } from './format-error.ts';
import { openNote, signNote, strictBase64, type NoteSigner, type NoteVerifier } from './note.ts';
import { hashLength } from './tree.ts';

/** What a checkpoint says: this trail had this many events, under this root. */
export interface Checkpoint {
  readonly origin: string;
  /** Number of events it covers. */
  readonly size: number;
  /** Root of the tree over them, 32 bytes. */
  readonly root: Uint8Array;
}

/** The name of an organisation's trail: origin of its checkpoints and name of the key that signs them. Throws AuditFormatError for an id it cannot carry. */
export function originOf(organisationId: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(organisationId)) throw new AuditFormatError('not an organisation id');
  return `strongroom/${organisationId}`;
}

/**
 * Signs a checkpoint. Whoever calls this must never sign two checkpoints of which one does not continue the other.
 * Throws AuditFormatError when a value does not fit the format or the key is another trail's.
 * Source: C2SP tlog-checkpoint.
 */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const { origin, size, root } = checkpoint;
  if (signer.name !== origin) throw new AuditFormatError('a checkpoint is signed by a key of its origin’s name');
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== hashLength)
    throw new AuditFormatError('not a checkpoint');
  return signNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, [signer]);
}

/**
 * Opens a checkpoint signed by a trusted key that bears its origin's name. Throws AuditFormatError when it is not one.
 * Extension lines are refused: Strongroom writes none. Source: C2SP tlog-checkpoint.
 */
export function openCheckpoint(note: string, trusted: readonly NoteVerifier[]): Checkpoint {
  const checkpoint = readCheckpoint(note);
  openNote(
    note,
    trusted.filter((key) => key.name === checkpoint.origin),
  );
  return checkpoint;
}

/** What a checkpoint claims, its signature not looked at. Throws AuditFormatError when it is not of the form. */
export function readCheckpoint(note: string): Checkpoint {
  // The last empty line ends the text, as in openNote: both must read the same text.
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const [, origin, digits, encoded] = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]{44})\n$/.exec(text) ?? [];
  const root = encoded === undefined ? undefined : strictBase64(encoded);
  const size = Number(digits);
  if (origin === undefined || root?.length !== hashLength || !Number.isSafeInteger(size))
    throw new AuditFormatError('not a checkpoint');
  return { origin, size, root };
}
