import { createHash } from 'node:crypto';
import { AuditFormatError } from './format-error.ts';

/** Bytes in a hash of the tree (SHA-256). */
export const hashLength = 32;

/** Hash of a leaf: SHA-256 of 0x00 and the leaf's bytes. Text is taken as UTF-8. Source: RFC 9162, 2.1.1. */
export function leafHash(leaf: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(leafPrefix).update(leaf).digest();
}

/** Hash of an inner node: SHA-256 of 0x01, the left hash and the right hash. Source: RFC 9162, 2.1.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

/** Root of the tree with no leaf: SHA-256 of nothing. Source: RFC 9162, 2.1.1. */
export function emptyRoot(): Uint8Array {
  return createHash('sha256').digest();
}

/** Root over all the given leaf hashes, in order. */
export function treeRoot(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const tree = new CompactTree();
  for (const hash of leafHashes) tree.append(hash);
  return tree.root();
}

/**
 * The tree so far, as the roots of its complete subtrees only (one for each 1 bit of the size): enough to add leaves and to
 * tell the root at any time, in 32 bytes times the logarithm of the size. Not enough to make proofs of single leaves.
 * Source: RFC 9162, 2.1.2 (the stack algorithm); sizes up to 2^53 − 1.
 */
export class CompactTree {
  #size = 0;
  /** Roots of complete subtrees, the largest (leftmost) first. */
  #peaks: Uint8Array[] = [];

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** Adds one leaf by its hash. Throws AuditFormatError when the hash is not 32 bytes. */
  append(hash: Uint8Array): void {
    if (hash.length !== hashLength) throw new AuditFormatError(`a leaf hash has ${hashLength} bytes`);
    let node = hash;
    // Each trailing 1 bit of the size is a complete subtree of the same height as the node at hand: join them.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new AuditFormatError('the tree lost a subtree');
      node = nodeHash(left, node);
    }
    this.#peaks.push(node);
    this.#size += 1;
  }

  /** Root over all leaves so far. */
  root(): Uint8Array {
    const [last, ...lefts] = [...this.#peaks].reverse();
    if (last === undefined) return emptyRoot();
    return lefts.reduce((right, left) => nodeHash(left, right), last);
  }

  /** One line of text from which `restore` goes on: the size, a colon, and the subtree roots in base64, largest first. */
  serialise(): string {
    return `${this.#size}:${Buffer.concat(this.#peaks).toString('base64')}`;
  }

  /** The tree that `serialise` wrote. Throws AuditFormatError for any other text. */
  static restore(text: string): CompactTree {
    const match = /^(0|[1-9][0-9]{0,15}):([A-Za-z0-9+/]*={0,2})$/.exec(text);
    const size = Number(match?.[1]);
    const bytes = Buffer.from(match?.[2] ?? '', 'base64');
    if (match === null || !Number.isSafeInteger(size) || bytes.toString('base64') !== match[2]) {
      throw new AuditFormatError('not a saved tree');
    }
    if (bytes.length !== hashLength * oneBits(size))
      throw new AuditFormatError('a saved tree whose hashes do not fit its size');
    const tree = new CompactTree();
    tree.#size = size;
    for (let at = 0; at < bytes.length; at += hashLength) tree.#peaks.push(bytes.subarray(at, at + hashLength));
    return tree;
  }
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

// Not with bit operators: those cut numbers to 32 bits.
function oneBits(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
