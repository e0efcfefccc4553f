import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aesCmac } from './aes-cmac.ts';
import { deriveKey } from './counter-kdf.ts';
import { md4 } from './md4.ts';
import { rc4 } from './rc4.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

describe('what SMB needs and OpenSSL 3 lacks', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('MD4 of %j is as RFC 1320, A.5, says', (text, digest) => {
    expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
  });

  it.each([
    // RFC 6229: the first 16 bytes of the stream.
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
    ['1ada31d5cf688221c109163908ebe51debb46227c6cc8b37641910833222772a', 'dd5bcb0018e922d494759d7c395d02d3'],
  ])('RC4 under %s streams as RFC 6229 says', (key, stream) => {
    expect(rc4(hex(key), Buffer.alloc(16)).toString('hex')).toBe(stream);
  });

  it.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('AES-CMAC of %d bytes is as RFC 4493, section 4, says', (length, code) => {
    const message = hex(`6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
      30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`);
    expect(aesCmac(hex('2b7e151628aed2a6abf7158809cf4f3c'), message.subarray(0, length)).toString('hex')).toBe(code);
  });

  it('derives the keys of the SMB 3.0 example, and 32 bytes by the general form', () => {
    // "SMB 2 and SMB 3 security in Windows 10: the anatomy of signing and cryptographic keys", test vectors.
    const session = hex('7CD451825D0450D235424E44BA6E78CC');
    const key = deriveKey(session, Buffer.from('SMB2AESCMAC\0'), Buffer.from('SmbSign\0'));
    expect(key.toString('hex')).toBe('0b7e9c5cac36c0f6ea9ab275298cedce');
    // A group key's derivation, with a context that is no text.
    const root = hex(`98cbd75471d876b1518032a0948452f441b3a4dbd10e2183b2c150f87e1742e3
      2dddab0cf70f3eb3a4d97bb36a76e44a0c02f1e58b37ed9bdc7ac8f581de250f`);
    const context = hex('72e9700135a04caf993be052d5bd12166a010000ffffffffffffffff');
    expect(deriveKey(root, Buffer.from('KDS service\0', 'utf16le'), context, 32).toString('hex')).toBe(
      'db5eadf39d0d313936037fefc104dcdafc21694c128ca6b15f41a41234a909c2',
    );
  });

  it('RC4 undoes itself, and MD4 takes any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.uint8Array({ maxLength: 300 }), (key, data) => {
        const [k, d] = [Buffer.from(key), Buffer.from(data)];
        expect(rc4(k, rc4(k, d))).toEqual(d);
        expect(md4(d)).toHaveLength(16);
        expect(md4(d)).not.toEqual(createHash('md5').update(d).digest());
      }),
    );
  });
});
