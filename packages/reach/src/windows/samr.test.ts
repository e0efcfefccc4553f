import { createDecipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cut, Unreachable, WindowsError } from '@strongroom/driver-kit';
import { letter } from '../../../../tools/lib/letters.ts';
import { beforeChange } from './accounts.ts';
import { Malformed, utf16, Writer } from './bytes.ts';
import { rc4 } from './rc4.ts';
import { RpcFault } from './rpc.ts';
import { accountSid, builtinSid, openSamr } from './samr.ts';
import {
  aesPasswordBuffer,
  aesSealed,
  aesSealedWithOld,
  changeIterations,
  des,
  oldUnderNew,
  sealedWithOld,
  sealedWithSalt,
  type AesSealed,
} from './samr-secret.ts';
import type { Pipe } from './smb-pipe.ts';
import { ntHash } from './ntlm-response.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** What the host makes of AES. */
function plainOf({ cipher, salt }: AesSealed, key: Buffer): Buffer {
  const label = 'Microsoft SAM encryption key AEAD-AES-256-CBC-HMAC-SHA512 16\0';
  const machine = createDecipheriv(
    'aes-256-cbc',
    createHmac('sha512', key).update(label).digest().subarray(0, 32),
    salt,
  );
  return Buffer.concat([machine.update(cipher), machine.final()]);
}

/** What the host makes of a 516-byte buffer. */
const opened = (buffer: Buffer): string => {
  const length = buffer.readUInt32LE(512);
  return buffer.subarray(512 - length, 512).toString('utf16le');
};

describe('how passwords are wrapped', () => {
  it('the host gets out what went in, at any length', () => {
    const key = Buffer.alloc(16, 3);
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 128 }), (password) => {
        const salted = sealedWithSalt(password, key);
        expect(salted).toHaveLength(532);
        const salt = salted.subarray(516);
        expect(opened(rc4(createHash('md5').update(salt).update(key).digest(), salted.subarray(0, 516)))).toBe(
          password,
        );
        expect(opened(rc4(ntHash('Old-Word'), sealedWithOld(password, 'Old-Word')))).toBe(password);
        expect(aesPasswordBuffer(password)).toHaveLength(514);
      }),
      { numRuns: 30 },
    );
  });

  it('encrypts a block as MS-SAMR section 2.2.11.1 does, by DES with spread keys', () => {
    // FIPS 81, table B1: key 0123456789abcdef, whose seven bytes are these, and "Now is t".
    const seven = [...hex('0123456789abcdef')].reduce((all, byte) => (all << 7n) | BigInt(byte >> 1), 0n);
    const key = Buffer.from(seven.toString(16).padStart(14, '0'), 'hex');
    expect(des(key, Buffer.from('Now is t')).toString('hex')).toBe('3fa40e8a984d4815');
    expect(oldUnderNew('Old-Word', 'New-Word')).toHaveLength(16);
  });

  it('authenticates and encrypts with the keys that Windows Server 2022 had', () => {
    // A session key, a salt and the keys of a recording, published with Samba's tests of the same algorithm.
    const sessionKey = hex('9617399ca7549e41c479714ba0895b0a');
    const salt = hex('ac9cadcb66ed2d05551318a9a56bf96f');
    const plain = Buffer.concat([hex('1400'), utf16('Pa$$w0rd@2'), Buffer.alloc(492)]);
    const { cipher, authData } = aesSealed(plain, sessionKey, salt);
    expect(cipher).toHaveLength(528);
    const integrity = hex(`8a04466d5ee62db8329eabbea48b3f6c3c1ca1aab8ec9c43bc4b91356f3ac4e2
      629be8126373942a5947fcd8785d6d681b9f35319027c8ab888d80ad7beacdf5`);
    const covered = Buffer.concat([Buffer.from([1]), salt, cipher, Buffer.from([1])]);
    expect(authData).toEqual(createHmac('sha512', integrity).update(covered).digest());
    const key = hex('d9b28ba11574f65a73ea82ba993754251b2720aaa3f7d5238f02e6e7215bd2a9');
    const machine = createDecipheriv('aes-256-cbc', key, salt);
    expect(Buffer.concat([machine.update(cipher), machine.final()])).toEqual(plain);
  });
});

/** Answers of RPC with these stubs, in turn; then with the last. */
function pipeOf(...stubs: readonly Buffer[]): Pipe & { readonly sent: Buffer[] } {
  const left = [...stubs];
  const sent: Buffer[] = [];
  let callId = 0;
  const pdu = (type: number, body: Buffer, flags = 3): Buffer =>
    new Writer()
      .u8(5)
      .u8(0)
      .u8(type)
      .u8(flags)
      .u32(0x10)
      .u16(16 + body.length)
      .u16(0)
      .u32(callId)
      .bytes(body)
      .done();
  return {
    sent,
    transceive(message) {
      sent.push(message);
      callId = message.readUInt32LE(12);
      if (message[2] === 11) {
        const body = new Writer().u16(4280).u16(4280).u32(1).u16(11).bytes(Buffer.from('\\PIPE\\samr\0', 'latin1'));
        return Promise.resolve(pdu(12, body.zeros(3).u8(1).zeros(3).zeros(24).done()));
      }
      const stub = left.length > 1 ? left.shift() : left[0];
      return Promise.resolve(
        pdu(
          2,
          new Writer()
            .u32(stub?.length ?? 0)
            .u32(0)
            .bytes(stub ?? Buffer.alloc(0))
            .done(),
        ),
      );
    },
    read: () => Promise.resolve(pdu(2, new Writer().zeros(8).done(), 0)),
  };
}
const handle = Buffer.alloc(20, 1);
const ok = Buffer.alloc(4);

describe('calls of SAMR', () => {
  it('reads a list of accounts over several pages', async () => {
    const page = (from: number, name: string, status: number): Buffer => {
      const text = utf16(name);
      const writer = new Writer()
        .u32(from)
        .u32(1)
        .u32(1)
        .u32(1)
        .u32(1)
        .u32(500 + from);
      writer.u16(text.length).u16(text.length).u32(1).u32(name.length).u32(0).u32(name.length).bytes(text);
      return writer.align(4).u32(1).u32(status).done();
    };
    const samr = await openSamr(pipeOf(page(1, 'Anaïs', 0x105), page(2, 'ben', 0)));
    expect(await samr.users(handle)).toEqual([
      { rid: 501, name: 'Anaïs' },
      { rid: 502, name: 'ben' },
    ]);
  });

  it('sends the wrapped password whole, and throws what the host refused', async () => {
    const pipe = pipeOf(hex('6c0000c0'));
    const samr = await openSamr(pipe);
    const sealed = sealedWithSalt('Next-Word-6', Buffer.alloc(16));
    await expect(samr.setSalted(handle, sealed)).rejects.toMatchObject({ status: 0xc000006c });
    expect(pipe.sent.at(-1)?.subarray(24)).toEqual(Buffer.concat([handle, hex('1a001a00'), sealed, Buffer.alloc(1)]));
  });

  it('sends AES as MS-SAMR lays it out, under the key of the session or of the current password', async () => {
    const pipe = pipeOf(ok);
    const samr = await openSamr(pipe);
    const sealed = aesSealed(aesPasswordBuffer('Next-Word-6'), Buffer.alloc(16, 3));
    await samr.setAes(handle, sealed);
    const set = pipe.sent.at(-1)?.subarray(24) ?? Buffer.alloc(0);
    expect(set.subarray(0, 24)).toEqual(Buffer.concat([handle, hex('1f001f00')]));
    expect(set.subarray(24, 104)).toEqual(Buffer.concat([sealed.authData, sealed.salt]));
    expect([set.readUInt32LE(104), set.readBigUInt64LE(112), set[120], set.readUInt32LE(124)]).toEqual([
      528,
      0n,
      0,
      528,
    ]);
    expect(set.subarray(128)).toEqual(sealed.cipher);

    const under = await aesSealedWithOld('Next-Word-6', 'Old-Word');
    await samr.changeAes('host', 'ana', under, changeIterations);
    const change = pipe.sent.at(-1)?.subarray(24) ?? Buffer.alloc(0);
    const at = change.indexOf(under.authData);
    expect(at % 8).toBe(0);
    expect(change.readUInt32LE(at + 80)).toBe(528);
    const iterations = Number(change.readBigUInt64LE(at + 88));
    expect(change.subarray(at + 100)).toEqual(under.cipher);
    const key = pbkdf2Sync(ntHash('Old-Word'), under.salt, iterations, 16, 'sha512');
    expect(aesSealed(plainOf(under, key), key, under.salt)).toEqual(under);
    expect(plainOf(under, key).toString('utf16le', 2, 2 + plainOf(under, key).readUInt16LE())).toBe('Next-Word-6');
  });

  it('names accounts by identifier', () => {
    expect(builtinSid.toString('hex')).toBe('01000000' + '0101000000000005' + '20000000');
    expect(accountSid(builtinSid, 544).toString('hex')).toBe('02000000' + '0102000000000005' + '20000000' + '20020000');
  });

  it('throws Malformed or WindowsError, and nothing else, for whatever a hostile host answers, and ends', async () => {
    const stub = fc.uint8Array({ maxLength: 120 }).chain((bytes) =>
      // Half of them end in success, so that what is before is read.
      fc.boolean().map((good) => Buffer.concat([Buffer.from(bytes), good ? ok : Buffer.alloc(0)])),
    );
    await fc.assert(
      fc.asyncProperty(stub, async (bytes) => {
        const samr = await openSamr(pipeOf(bytes));
        const calls = [
          () => samr.connect('host'),
          () => samr.domains(handle),
          () => samr.sidOf(handle, 'HOST'),
          () => samr.ridOf(handle, 'ana'),
          () => samr.openUser(handle, 500),
          () => samr.users(handle),
          () => samr.members(handle, 544),
        ];
        for (const call of calls)
          await call().then(
            () => undefined,
            (error: unknown) => {
              expect(error instanceof Malformed || error instanceof WindowsError).toBe(true);
            },
          );
      }),
    );
  });

  it('ends a list and an answer that have no end', async () => {
    const endless = new Writer().u32(1).u32(0).u32(0).u32(0x105).done();
    await expect((await openSamr(pipeOf(endless))).users(handle)).rejects.toThrow('no end');
  });

  it('gives what went wrong before a change as such', () => {
    expect(beforeChange(new Malformed('x'))).toBeInstanceOf(Unreachable);
    expect(beforeChange(new RpcFault(5))).toMatchObject({ status: 5 });
    expect(beforeChange(new Cut('x'))).toBeInstanceOf(Cut);
  });
});
