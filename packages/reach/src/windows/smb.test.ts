import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed, Writer } from './bytes.ts';
import { cipherId, dialect, smbKeys } from './smb-keys.ts';
import { headerLength, readResponse } from './smb-message.ts';
import { isValidated, makeOffer, negotiateBody, readNegotiated, validateBody } from './smb-negotiate.ts';
import { isSigned, seal, sign, unseal } from './smb-protection.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

// "SMB 2 and SMB 3 security in Windows 10: the anatomy of signing and cryptographic keys", Microsoft, appendix.
const preauth = hex(`0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB79
  28622DDDAD522D9751640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01`);
const windows10 = smbKeys(dialect.v311, hex('270E1BA896585EEB7AF3472D3B4C75A7'), preauth);
/** The signed end of a sign-in, as Windows 10 sent it. */
const signedEnd = hex(`FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000
  1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01
  00A3120410010000003B453CDC3524164200000000`);

describe('the keys of a session', () => {
  it.each([
    [
      '3.0',
      smbKeys(dialect.v300, hex('7CD451825D0450D235424E44BA6E78CC'), Buffer.alloc(0)),
      [
        '0b7e9c5cac36c0f6ea9ab275298cedce',
        'fad27796665b313ebb578f388632b4f7',
        'b0f0427f7ceb416d1d9dcc0cd4f99447',
        'bb23a4575aa26c721af525af15a87b4f',
      ],
    ],
    [
      '3.1.1',
      windows10,
      [
        '73fe7a9a77bef0bde49c650d8ccb5f76',
        '629bcbc54422a0f572b97f45989b6073',
        'e2af0dcefac68da71a0dfbd0d1350d74',
        '6d7ad7954e9ec61e907b4d473dc178ff',
      ],
    ],
  ])('of SMB %s are those of the published example', (_, keys, expected) => {
    const { signing, sending, receiving, application } = keys;
    expect([signing, sending, receiving, application].map((key) => key.toString('hex'))).toEqual(expected);
  });

  it('verify what Windows 10 signed, and nothing that was changed', () => {
    expect(isSigned(dialect.v311, windows10, signedEnd)).toBe(true);
    expect(readResponse(signedEnd)).toMatchObject({ status: 0, command: 1, signed: true, messageId: 3n });
    fc.assert(
      fc.property(fc.nat(signedEnd.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(signedEnd);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(isSigned(dialect.v311, windows10, changed)).toBe(false);
      }),
    );
  });
});

describe('signing and encryption', () => {
  const keys = {
    signing: randomBytes(16),
    sending: randomBytes(16),
    receiving: randomBytes(16),
    application: randomBytes(16),
  };
  const host = { ...keys, sending: keys.receiving, receiving: keys.sending };

  it.each(Object.entries(dialect))('what is signed over %s is known again', (_, spoken) => {
    const signed = sign(spoken, keys, signedEnd);
    expect(isSigned(spoken, keys, signed)).toBe(true);
    expect(isSigned(spoken, { ...keys, signing: randomBytes(16) }, signed)).toBe(false);
  });

  it.each(Object.entries(cipherId))('%s: whoever has the keys reads it, and a changed byte is noticed', (_, cipher) => {
    const sealed = seal(cipher, host, 7n, signedEnd);
    expect(sealed.includes(signedEnd.subarray(0, 16))).toBe(false);
    expect(unseal(cipher, keys, 7n, sealed)).toEqual(signedEnd);
    expect(() => unseal(cipher, keys, 8n, sealed)).toThrow(Malformed);
    expect(() => unseal(cipher, host, 7n, sealed)).toThrow(Malformed);
    expect(() => unseal(cipher, keys, 7n, signedEnd)).toThrow(Malformed);
    // The unused end of the nonce, 11 or 12 of its 16 bytes, is covered as well.
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(() => unseal(cipher, keys, 7n, changed)).toThrow(Malformed);
      }),
    );
  });
});

/** A host's answer to negotiate. Source: MS-SMB2 section 2.2.4. */
function negotiated(chosen: number, contexts: readonly (readonly [number, Buffer])[], capabilities = 0x40): Buffer {
  const writer = new Writer().zeros(headerLength).u16(65).u16(1).u16(chosen).u16(contexts.length).zeros(16);
  writer
    .u32(capabilities)
    .zeros(12 + 16)
    .u16(128)
    .u16(0)
    .u32(128);
  for (const [type, data] of contexts) writer.align(8).u16(type).u16(data.length).u32(0).bytes(data);
  return writer.done();
}
const sha512 = new Writer().u16(1).u16(0).u16(1).done();
const gcm = new Writer().u16(1).u16(2).done();

describe('negotiation', () => {
  it('takes what the host chose, and only a hash that both have', () => {
    expect(
      readNegotiated(
        negotiated(dialect.v311, [
          [1, sha512],
          [2, gcm],
        ]),
      ),
    ).toMatchObject({ dialect: 0x311, cipher: 2 });
    expect(readNegotiated(negotiated(dialect.v311, [[1, sha512]])).cipher).toBeUndefined();
    expect(() => readNegotiated(negotiated(dialect.v311, [[2, gcm]]))).toThrow('SHA-512');
    expect(readNegotiated(negotiated(dialect.v302, [])).cipher).toBe(cipherId.aes128ccm);
    expect(readNegotiated(negotiated(dialect.v302, [], 0)).cipher).toBeUndefined();
    expect(readNegotiated(negotiated(dialect.v210, [])).cipher).toBeUndefined();
    for (const old of [0x202, 0x2ff, 0x312]) expect(() => readNegotiated(negotiated(old, []))).toThrow('no dialect');
  });

  it('notices when what was agreed was changed on the way', () => {
    const agreed = readNegotiated(negotiated(dialect.v300, []));
    const output = new Writer()
      .u32(agreed.capabilities)
      .bytes(agreed.guid)
      .u16(agreed.securityMode)
      .u16(agreed.dialect);
    expect(isValidated(output.done(), agreed)).toBe(true);
    expect(isValidated(output.done(), { ...agreed, cipher: undefined, dialect: dialect.v210 })).toBe(false);
    expect(() => isValidated(Buffer.alloc(3), agreed)).toThrow(Malformed);
  });

  it('offers the same dialects before the session and inside it', () => {
    const offer = makeOffer();
    const dialects = Buffer.from('10020003020311' + '03', 'hex');
    for (const body of [negotiateBody(offer), validateBody(offer)]) {
      expect(body.includes(dialects)).toBe(true);
      expect(body.includes(offer.guid)).toBe(true);
    }
  });

  it('throws Malformed, and nothing else, for whatever comes', () => {
    const good = negotiated(dialect.v311, [
      [1, sha512],
      [2, gcm],
    ]);
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(good.length),
        (at, byte, length) => {
          const bad = Buffer.from(good);
          bad[at] = byte;
          for (const read of [readNegotiated, readResponse])
            try {
              read(bad.subarray(0, length));
            } catch (error) {
              expect(error).toBeInstanceOf(Malformed);
            }
        },
      ),
    );
  });
});
