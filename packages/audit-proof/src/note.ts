import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { AuditFormatError } from './format-error.ts';

/** Who signs notes: a name, the first four bytes of the hash over name and key, and the private key, which stays inside. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  /** The line to give to those who verify: `name+keyid+base64(0x01 || public key)`. */
  readonly verifierKey: string;
  /** The Ed25519 signature over the text's UTF-8 bytes, 64 bytes. */
  sign(text: string): Uint8Array;
}

/** A public key that is trusted for one name. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  /** Whether the signature over the text's UTF-8 bytes is this key's. */
  verify(text: string, signature: Uint8Array): boolean;
}

/** A note whose signature was checked. */
export interface OpenedNote {
  readonly text: string;
  /** The trusted keys that signed it, at least one. */
  readonly signers: readonly NoteVerifier[];
}

const ed25519 = 1;
const maxSignatures = 64;

/**
 * A signer from an Ed25519 seed (the 32 secret bytes of RFC 8032, 5.1.5) under a name.
 * One seed may serve several names: the key id covers the name, so that their signatures cannot be exchanged.
 * Throws AuditFormatError for a seed of another length or a name the format cannot carry.
 * Source: C2SP signed-note v1.0.0, "Ed25519 signatures"; RFC 8410, section 7, for the wrapping of the seed.
 */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  assertName(name);
  if (seed.length !== 32) throw new AuditFormatError('an Ed25519 seed has 32 bytes');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  const keyId = keyIdOf(name, publicKey);
  return {
    name,
    keyId,
    verifierKey: `${name}+${keyId}+${Buffer.from([ed25519, ...publicKey]).toString('base64')}`,
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  };
}

/**
 * Reads a verifier key line. Throws AuditFormatError when it is not one, when its id is not that of its key, or when it is not Ed25519.
 * Source: golang.org/x/mod/sumdb/note, "NewVerifier", the form C2SP's tools share.
 */
export function noteVerifier(line: string): NoteVerifier {
  // The base64 part may hold a plus itself, so only the first two separate.
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line) ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined)
    throw new AuditFormatError('not a verifier key line');
  assertName(name);
  const bytes = strictBase64(encoded);
  if (bytes?.length !== 33 || bytes[0] !== ed25519) throw new AuditFormatError(`the key of ${name} is not Ed25519`);
  const raw = bytes.subarray(1);
  if (keyIdOf(name, raw) !== keyId) throw new AuditFormatError(`the key of ${name} does not have the id ${keyId}`);
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  return {
    name,
    keyId,
    verify: (text, signature) => signature.length === 64 && verify(null, Buffer.from(text), key, signature),
  };
}

/**
 * Signs a text as a note: text, empty line, one line for each signer.
 * Throws AuditFormatError when the text does not end its last line or holds control characters.
 * Source: C2SP signed-note v1.0.0, "Format".
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  assertNoteText(text);
  if (!text.endsWith('\n')) throw new AuditFormatError('the text of a note ends with a newline');
  if (signers.length === 0 || signers.length > maxSignatures)
    throw new AuditFormatError('a note has 1 to 64 signatures');
  const lines = signers.map((signer) => {
    const signature = Buffer.concat([Buffer.from(signer.keyId, 'hex'), signer.sign(text)]);
    return `— ${signer.name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Opens a note signed by at least one of the trusted keys.
 * Signatures of other keys are passed over. Throws AuditFormatError when the note is malformed, no trusted key signed it, or a
 * signature that claims to be a trusted key's is wrong. Source: C2SP signed-note v1.0.0, "Signatures".
 */
export function openNote(note: string, trusted: readonly NoteVerifier[]): OpenedNote {
  assertNoteText(note);
  const split = note.lastIndexOf('\n\n');
  if (split === -1 || !note.endsWith('\n')) throw new AuditFormatError('the note has no signatures');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > maxSignatures) throw new AuditFormatError('the note has too many signatures');
  const signers: NoteVerifier[] = [];
  for (const line of lines) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = encoded === undefined ? undefined : strictBase64(encoded);
    if (name === undefined || bytes === undefined || bytes.length < 5)
      throw new AuditFormatError('the note has a malformed signature line');
    assertName(name);
    const keyId = bytes.toString('hex', 0, 4);
    const signer = trusted.find((key) => key.name === name && key.keyId === keyId);
    if (signer === undefined) continue;
    if (!signer.verify(text, bytes.subarray(4))) throw new AuditFormatError(`the signature of ${name} is wrong`);
    if (!signers.includes(signer)) signers.push(signer);
  }
  if (signers.length === 0) throw new AuditFormatError('the note is signed by no trusted key');
  return { text, signers };
}

/** Bytes of standard base64 in its one spelling, or undefined: with spare bits set, one signature would have several texts. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length);
}

function keyIdOf(name: string, publicKey: Uint8Array): string {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(ed25519))
    .update(publicKey)
    .digest('hex')
    .slice(0, 8);
}

function assertName(name: string): void {
  if (name === '' || /[\p{White_Space}+\p{Cc}\p{Surrogate}]/u.test(name))
    throw new AuditFormatError('a key name is not empty and has no spaces, plus or control characters');
}

function assertNoteText(text: string): void {
  if (/[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u.test(text))
    throw new AuditFormatError('the note holds a control character or half a surrogate pair');
}
