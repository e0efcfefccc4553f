import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed, utf16, Writer } from './bytes.ts';
import { authenticateMessage, negotiateMessage, readChallenge } from './ntlm.ts';
import { exchangedKey, firstSignature, ntHash, ntlmv2, responseKey } from './ntlm-response.ts';
import { rc4 } from './rc4.ts';
import { firstToken, lastToken, tokenOf } from './spnego.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const pair = (id: number, value: Buffer): Buffer => new Writer().u16(id).u16(value.length).bytes(value).done();

/** The example of MS-NLMP section 4.2.4: "User" of "Domain" with "Password", at no time. */
const example = { domain: 'Domain', username: 'User', password: 'Password' };
const targetInfo = Buffer.concat([pair(2, utf16('Domain')), pair(1, utf16('Server')), pair(0, Buffer.alloc(0))]);
const serverChallenge = hex('0123456789abcdef');
const random = Buffer.alloc(16, 0x55);

/** A challenge as MS-NLMP section 2.2.1.2 lays it out. */
function challengeOf(info: Buffer, flags = 0xe28a8235): Buffer {
  const head = new Writer().bytes(Buffer.from('NTLMSSP\0', 'latin1')).u32(2).u16(0).u16(0).u32(56).u32(flags);
  return head.bytes(serverChallenge).zeros(8).u16(info.length).u16(info.length).u32(56).zeros(8).bytes(info).done();
}

describe('NTLMv2', () => {
  it('makes the values of MS-NLMP section 4.2.4', () => {
    expect(ntHash('Password').toString('hex')).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(responseKey(example).toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
    const made = ntlmv2(responseKey(example), serverChallenge, Buffer.alloc(8, 0xaa), 0n, targetInfo);
    expect(made.response.toString('hex', 0, 16)).toBe('68cd0ab851e51c96aabc927bebef6a1c');
    expect(made.sessionBaseKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    expect(exchangedKey(made.sessionBaseKey, random).sealed.toString('hex')).toBe('c5dad2544fc9799094ce1ce90bc9d03e');
  });

  it('signs as MS-NLMP section 4.2.4.4 does, where the message was encrypted before', () => {
    const message = utf16('Plaintext');
    const sealing = hex('59f600973cc4960a25480a7c196e4c58');
    const signature = firstSignature(random, message);
    const checksum = rc4(sealing, signature.subarray(4, 12));
    expect(checksum).toEqual(
      createHmac('md5', hex('4788dc861b4782f35d43fd98fe1a2d39'))
        .update(Buffer.alloc(4))
        .update(message)
        .digest()
        .subarray(0, 8),
    );
    const later = rc4(sealing, Buffer.concat([message, checksum])).subarray(message.length);
    expect(later.toString('hex')).toBe('7fb38ec5c55d4976');
  });

  it('raises letters as Windows does: those that would become two stay', () => {
    const key = (username: string) => responseKey({ ...example, username }).toString('hex');
    expect(key('USER')).toBe(key('user'));
    expect(key('straße')).not.toBe(key('STRASSE'));
  });

  it('answers with an integrity code over all three messages, and says where it wants to', () => {
    const negotiate = negotiateMessage();
    const challenge = readChallenge(challengeOf(targetInfo));
    expect(challenge.computer).toBe('Server');
    const binding = Buffer.alloc(16, 7);
    const { message, key } = authenticateMessage(negotiate, challenge, example, {
      service: 'cifs/host',
      channelBinding: binding,
    });
    const bare = Buffer.from(message);
    bare.fill(0, 72, 88);
    const code = createHmac('md5', key)
      .update(Buffer.concat([negotiate, challenge.message, bare]))
      .digest();
    expect(message.subarray(72, 88)).toEqual(code);
    for (const part of [utf16('cifs/host'), binding, pair(6, hex('02000000'))])
      expect(message.includes(part)).toBe(true);
    expect(message.includes(utf16('Password'))).toBe(false);
  });

  it('refuses a host that offers less than 128-bit keys and key exchange', () => {
    for (const flag of [0x1, 0x80000, 0x800000, 0x20000000, 0x40000000])
      expect(() => readChallenge(challengeOf(targetInfo, (0xe28a8235 & ~flag) >>> 0))).toThrow(Malformed);
  });

  it('throws Malformed, and nothing else, for whatever else comes as a challenge', () => {
    const good = challengeOf(targetInfo);
    const tried = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
        const bad = Buffer.from(good);
        bad[at] = byte;
        return bad;
      }),
      fc.nat(good.length).map((length) => good.subarray(0, length)),
    );
    fc.assert(
      fc.property(tried, (bytes) => {
        try {
          authenticateMessage(negotiateMessage(), readChallenge(bytes), example, { service: 'cifs/host' });
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
    );
  });
});

describe('SPNEGO', () => {
  it('wraps the first message as RFC 4178 says, and takes the challenge out', () => {
    expect(firstToken(Buffer.from('ab')).toString('hex')).toBe(
      '602206062b0601050502a0183016a00e300c060a2b06010401823702020aa20404026162',
    );
  });

  it('finds the token of an answer, short or long', () => {
    for (const length of [1, 130, 300]) {
      const token = Buffer.alloc(length, 1);
      expect(tokenOf(lastToken(token, Buffer.alloc(16)))).toEqual(token);
    }
    // What Windows answers: state, mechanism, token.
    expect(tokenOf(hex('a1193017a0030a0101a10c060a2b06010401823702020aa2020400'))).toHaveLength(0);
  });

  it('throws Malformed, and nothing else, for whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, plausible) => {
        const sent = Buffer.from(plausible ? [0xa1, bytes.length, ...bytes] : bytes);
        try {
          tokenOf(sent);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
    );
  });
});
