import { createHash } from 'node:crypto';
import type { HostKey } from '@strongroom/driver-kit';

/**
 * Describes a host key blob (RFC 4253 section 6.6: a length and the name of the type, then the key).
 * Throws RangeError when the blob is cut short.
 */
export function readHostKey(blob: Buffer): HostKey {
  const length = blob.readUInt32BE(0);
  if (length === 0 || 4 + length > blob.length) throw new RangeError('not a host key');
  return {
    algorithm: blob.subarray(4, 4 + length).toString('latin1'),
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    publicKey: blob.toString('base64'),
  };
}

/** Whether the key is one of the pinned ones. Compares the keys themselves: a fingerprint is for people. */
export function isPinned(offered: HostKey, pinned: readonly HostKey[]): boolean {
  return pinned.some(({ algorithm, publicKey }) => algorithm === offered.algorithm && publicKey === offered.publicKey);
}
