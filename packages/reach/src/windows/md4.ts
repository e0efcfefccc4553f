/* Source: RFC 1320. Broken as a hash: the NT hash of a password is made of it, and nothing else here is. */
const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly add: number;
  readonly order: readonly number[];
  readonly shifts: readonly number[];
}

const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];

/** The message, a bit 1, zeros, and its length in bits: a multiple of 64 bytes. */
function padded(message: Buffer): Buffer {
  const whole = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  message.copy(whole);
  whole[message.length] = 0x80;
  whole.writeBigUInt64LE(BigInt(message.length) * 8n, whole.length - 8);
  return whole;
}

/** The MD4 digest, 16 bytes, which the OpenSSL of Node.js has no more. */
export function md4(message: Buffer): Buffer {
  const state = new Int32Array([0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476]);
  const whole = padded(message);
  for (let block = 0; block < whole.length; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (const { mix, add, order, shifts } of rounds) {
      order.forEach((word, step) => {
        const sum = a + mix(b, c, d) + whole.readInt32LE(block + word * 4) + add;
        [a, b, c, d] = [d, rotate(sum | 0, shifts[step % 4] ?? 0), b, c];
      });
    }
    [a, b, c, d].forEach((value, at) => {
      state[at] = (state[at] ?? 0) + value;
    });
  }
  const digest = Buffer.alloc(16);
  state.forEach((value, at) => digest.writeInt32LE(value, at * 4));
  return digest;
}
