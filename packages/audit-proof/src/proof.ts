import { AuditFormatError } from './format-error.ts';
import { emptyRoot, hashLength, nodeHash, treeRoot } from './tree.ts';

/** Leaves `from` up to but not including `to`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Whose roots prove that leaf `index` is in the tree of `size` leaves, nearest the leaf first.
 * Who keeps the leaves elsewhere computes these roots himself; `inclusionProof` does it from memory.
 * Throws AuditFormatError when there is no such leaf. Source: RFC 9162, 2.1.3.1.
 */
export function inclusionPath(index: number, size: number): LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size)
    throw new AuditFormatError(`a tree of ${size} has no leaf ${index}`);
  const path: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + leftWidth(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse();
}

/**
 * Whose roots prove that the tree of `newSize` leaves begins with the tree of `oldSize` leaves.
 * Empty when the old tree is empty or the two are equal. Throws AuditFormatError when the old is larger than the new.
 * Source: RFC 9162, 2.1.4.1.
 */
export function consistencyPath(oldSize: number, newSize: number): LeafRange[] {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize)
    throw new AuditFormatError(`a tree of ${newSize} does not begin with one of ${oldSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: LeafRange[] = [];
  let from = 0;
  let to = newSize;
  while (to !== oldSize) {
    const middle = from + leftWidth(to - from);
    if (oldSize <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  // The old tree's last subtree; when it is the whole old tree its root is known to the one who asks.
  if (from !== 0) path.push({ from, to });
  return path.reverse();
}

/** Proof that leaf `index` is in the tree over these leaf hashes: the roots of `inclusionPath`. Throws as that does. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionPath(index, leafHashes.length).map((range) => treeRoot(leafHashes.slice(range.from, range.to)));
}

/** Proof that the tree over these leaf hashes begins with its first `oldSize`: the roots of `consistencyPath`. Throws as that does. */
export function consistencyProof(leafHashes: readonly Uint8Array[], oldSize: number): Uint8Array[] {
  return consistencyPath(oldSize, leafHashes.length).map((range) => treeRoot(leafHashes.slice(range.from, range.to)));
}

/** What an inclusion proof claims. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof shows the leaf at its place under the root. Anything odd is false, nothing throws. Source: RFC 9162, 2.1.3.2. */
export function verifyInclusion({ index, size, leafHash, root, proof }: Inclusion): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || ![leafHash, root, ...proof].every(isHash)) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leafHash;
  for (const step of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same(hash, root);
}

/** What a consistency proof claims. */
export interface Consistency {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof shows that the new tree begins with the old one. Anything odd is false, nothing throws. Source: RFC 9162, 2.1.4.2. */
export function verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof }: Consistency): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize || ![oldRoot, newRoot, ...proof].every(isHash))
    return false;
  if (oldSize === newSize)
    return proof.length === 0 && same(oldRoot, newRoot) && (oldSize !== 0 || same(oldRoot, emptyRoot()));
  // Every tree begins with the empty one; but then its root must be that of nothing.
  if (oldSize === 0) return proof.length === 0 && same(oldRoot, emptyRoot());

  let fn = oldSize - 1;
  let sn = newSize - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  // A complete old tree (a power of two) is itself the first step.
  const [first, ...steps] = fn === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let oldHash = first;
  let newHash = first;
  for (const step of steps) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldHash = nodeHash(step, oldHash);
      newHash = nodeHash(step, newHash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newHash = nodeHash(newHash, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same(oldHash, oldRoot) && same(newHash, newRoot);
}

/** The largest power of two below `width`: how RFC 9162 splits a tree. */
function leftWidth(width: number): number {
  let left = 1;
  while (left * 2 < width) left *= 2;
  return left;
}

const half = (value: number): number => Math.floor(value / 2);
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isHash = (value: Uint8Array): boolean => value.length === hashLength;
const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
