import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyPath,
  consistencyProof,
  inclusionPath,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';
import { CompactTree, emptyRoot, leafHash, nodeHash, treeRoot } from './tree.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');

// The eight leaves and their roots that certificate-transparency and its successors share as test data.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  .map(bytes)
  .map(leafHash);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** Straight from the definition in RFC 9162, 2.1.1, to compare with. */
function definition(hashes: readonly Uint8Array[]): Uint8Array {
  const [first, second] = hashes;
  if (first === undefined) return emptyRoot();
  if (second === undefined) return first;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(definition(hashes.slice(0, k)), definition(hashes.slice(k)));
}

const manyLeaves = fc
  .array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
  .map((all) => all.map(leafHash));
const another = (hash: Uint8Array): Uint8Array => hash.map((byte, at) => (at === 0 ? byte ^ 1 : byte));

describe('tree', () => {
  it('has the known root at every size', () => {
    expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(roots.map((_, at) => hex(treeRoot(leaves.slice(0, at + 1))))).toEqual(roots);
  });

  it('is the tree of the definition, however the leaves come in and wherever it is saved and restored', () => {
    fc.assert(
      fc.property(manyLeaves, fc.array(fc.boolean(), { maxLength: 70 }), (hashes, stops) => {
        let tree = new CompactTree();
        hashes.forEach((hash, at) => {
          if (stops[at] === true) tree = CompactTree.restore(tree.serialise());
          tree.append(hash);
          expect(tree.size).toBe(at + 1);
          expect(hex(tree.root())).toBe(hex(definition(hashes.slice(0, at + 1))));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a saved tree that is not one', () => {
    const tree = new CompactTree();
    for (const leaf of leaves.slice(0, 5)) tree.append(leaf);
    const saved = tree.serialise();
    expect(CompactTree.restore(saved).serialise()).toBe(saved);
    expect(CompactTree.restore('0:').size).toBe(0);
    for (const wrong of [
      '',
      '5',
      '5:',
      saved.replace('5:', '7:'),
      saved.replace('5:', '05:'),
      `${saved}A`,
      ` ${saved}`,
      saved.replace('=', ''),
    ]) {
      expect(() => CompactTree.restore(wrong)).toThrow('saved tree');
    }
  });

  it('tells sizes past 32 bits apart', () => {
    const saved = `${2 ** 40}:${Buffer.from(leaves[0] ?? '').toString('base64')}`;
    const tree = CompactTree.restore(saved);
    tree.append(leaves[1] ?? emptyRoot());
    expect(tree.size).toBe(2 ** 40 + 1);
    expect(hex(tree.root())).toBe(roots[1]);
  });
});

describe('inclusion proof', () => {
  it.each<[number, number, string[]]>([
    [0, 1, []],
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
    [
      1,
      5,
      [
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('of leaf %i of %i is the known one', (index, size, known) => {
    const proof = inclusionProof(leaves.slice(0, size), index);
    expect(proof.map(hex)).toEqual(known);
    expect(
      verifyInclusion({
        index,
        size,
        leafHash: leaves[index] ?? emptyRoot(),
        root: bytes(roots[size - 1] ?? ''),
        proof,
      }),
    ).toBe(true);
  });

  it('verifies for every leaf, and for nothing else', () => {
    fc.assert(
      fc.property(manyLeaves, fc.nat(), fc.nat(), (hashes, pick, other) => {
        const [size, index] = [hashes.length, pick % hashes.length];
        const claim = {
          index,
          size,
          leafHash: hashes[index] ?? emptyRoot(),
          root: treeRoot(hashes),
          proof: inclusionProof(hashes, index),
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: another(claim.leafHash) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: another(claim.root) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, emptyRoot()] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [emptyRoot(), ...claim.proof] })).toBe(false);
        expect(verifyInclusion({ ...claim, size: index })).toBe(false);
        for (let at = 0; at < claim.proof.length; at += 1) {
          expect(verifyInclusion({ ...claim, proof: claim.proof.filter((_, place) => place !== at) })).toBe(false);
          expect(
            verifyInclusion({
              ...claim,
              proof: claim.proof.map((step, place) => (place === at ? another(step) : step)),
            }),
          ).toBe(false);
        }
        const elsewhere = other % size;
        if (hex(hashes[elsewhere] ?? emptyRoot()) !== hex(claim.leafHash))
          expect(verifyInclusion({ ...claim, index: elsewhere })).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses to prove a leaf that is not there', () => {
    expect(() => inclusionPath(3, 3)).toThrow('no leaf');
    expect(() => inclusionPath(-1, 3)).toThrow('no leaf');
    expect(() => inclusionPath(0.5, 3)).toThrow('no leaf');
  });
});

describe('consistency proof', () => {
  it.each<[number, number, string[]]>([
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
    [
      6,
      7,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
  ])('from %i to %i is the known one', (oldSize, newSize, known) => {
    const proof = consistencyProof(leaves.slice(0, newSize), oldSize);
    expect(proof.map(hex)).toEqual(known);
    expect(
      verifyConsistency({
        oldSize,
        newSize,
        oldRoot: bytes(roots[oldSize - 1] ?? ''),
        newRoot: bytes(roots[newSize - 1] ?? ''),
        proof,
      }),
    ).toBe(true);
  });

  it('verifies for every earlier tree, and for nothing else', () => {
    fc.assert(
      fc.property(manyLeaves, fc.nat(), (hashes, pick) => {
        const [newSize, oldSize] = [hashes.length, pick % (hashes.length + 1)];
        const claim = {
          oldSize,
          newSize,
          oldRoot: treeRoot(hashes.slice(0, oldSize)),
          newRoot: treeRoot(hashes),
          proof: consistencyProof(hashes, oldSize),
        };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, oldRoot: another(claim.oldRoot) })).toBe(false);
        // The empty tree begins every tree, so its proof says nothing of the new root.
        if (oldSize > 0) expect(verifyConsistency({ ...claim, newRoot: another(claim.newRoot) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...claim.proof, emptyRoot()] })).toBe(false);
        expect(verifyConsistency({ ...claim, newSize: oldSize - 1 })).toBe(false);
        for (let at = 0; at < claim.proof.length; at += 1) {
          expect(verifyConsistency({ ...claim, proof: claim.proof.filter((_, place) => place !== at) })).toBe(false);
          expect(
            verifyConsistency({
              ...claim,
              proof: claim.proof.map((step, place) => (place === at ? another(step) : step)),
            }),
          ).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not verify between two trees that parted', () => {
    fc.assert(
      fc.property(manyLeaves, fc.nat(), fc.nat(), (hashes, pick, where) => {
        const oldSize = 1 + (pick % hashes.length);
        const parted = where % oldSize;
        const others = hashes.map((hash, at) => (at === parted ? another(hash) : hash));
        const claim = {
          oldSize,
          newSize: hashes.length,
          oldRoot: treeRoot(hashes.slice(0, oldSize)),
          newRoot: treeRoot(others),
        };
        expect(verifyConsistency({ ...claim, proof: consistencyProof(others, oldSize) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: consistencyProof(hashes, oldSize) })).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses to go back', () => {
    expect(() => consistencyPath(4, 3)).toThrow('does not begin');
  });
});
