import fc from 'fast-check';

/** Code points without the 2048 surrogates, which are no letters by themselves. */
const [surrogates, count] = [0xd800, 0x800] as const;

/**
 * Any one code point but a surrogate: `fc.string({ unit: letter })` draws what `unit: 'binary'` draws, which lists the 1.1
 * million of them first and takes a second for it in every file.
 */
export const letter: fc.Arbitrary<string> = fc.nat(0x10ffff - count).map(
  (n) => String.fromCodePoint(n < surrogates ? n : n + count),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (point === undefined || text !== String.fromCodePoint(point)) throw new Error('not one code point');
    if (point >= surrogates && point < surrogates + count) throw new Error('a surrogate');
    return point < surrogates ? point : point - count;
  },
);
