import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { Unreachable } from '@strongroom/driver-kit';

/* What a client says in TDS 5.0, little-endian. Source: TDS 5.0 Functional Specification: login record, capabilities, TDS_MSG, TDS_PARAMFMT, TDS_PARAMS, TDS_DBRPC. */

/** Types of packets: the login record, and everything after it. */
export const packetType = { login: 2, normal: 15 } as const;

const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A field of fixed width, and how much of it is used. Throws Unreachable where it does not fit, or is not in ASCII. */
function field(text: string, width: number): Buffer {
  if (text.length > width || !/^[\x20-\x7e]*$/.test(text)) throw new Unreachable('the name fits no login record');
  const bytes = Buffer.alloc(width + 1);
  bytes.write(text, 'latin1');
  bytes[width] = text.length;
  return bytes;
}

/** TDS_SEC_LOG_ENCRYPT2 and …3: by RSA, with a nonce. Not the first, by which passwords are encrypted with a key that travels along. */
const encryptedPassword = 0x20 | 0x80;

/**
 * Bits of TDS_CAP_REQUEST that we have a use for: language, RPC, TDS_MSG, parameters; integers, characters, binaries and the long ones,
 * and integers that may be null. None of TDS_CAP_RESPONSE, by which a client would ask to be spared something.
 */
const capabilities = [1, 2, 8, 9, 10, 11, 12, 14, 15, 16, 17, 28, 29, 30];
const maskLength = 14;

function capabilityToken(): Buffer {
  const mask = Buffer.alloc(maskLength);
  // The last byte has the first bits.
  for (const bit of capabilities) {
    const at = maskLength - 1 - (bit >> 3);
    mask[at] = (mask[at] ?? 0) | (1 << (bit & 7));
  }
  const masks = [Buffer.from([1, maskLength]), mask, Buffer.from([2, maskLength]), Buffer.alloc(maskLength)];
  return Buffer.concat([Buffer.from([0xe2]), u16(2 * (2 + maskLength)), ...masks]);
}

/** The record that asks to be let in. There is no password in it: the server is to ask for it, encrypted. */
export function loginRecord(username: string, host: string): Buffer {
  return Buffer.concat([
    field('strongroom', 30),
    field(username, 30),
    field('', 30),
    field('', 30),
    // Integers little-endian, ASCII, IEEE floats and dates alike; tell which database it is; no bulk copy.
    Buffer.from([3, 1, 6, 10, 9, 1, 0]),
    // Interface, type, buffer size, spare.
    Buffer.alloc(2 + 4 + 3),
    field('strongroom', 30),
    // For the server's lists only.
    field(host.slice(0, 30).replace(/[^\x20-\x7e]/g, '?'), 30),
    Buffer.alloc(256),
    Buffer.from([5, 0, 0, 0]),
    field('strongroom', 10),
    Buffer.from([1, 0, 0, 0]),
    // Short integers are converted, floats and dates of four bytes little-endian.
    Buffer.from([0, 13, 17]),
    field('', 30),
    Buffer.from([0, 0, 0, encryptedPassword]),
    // Bulk copy, high availability, its session, spare.
    Buffer.alloc(1 + 1 + 6 + 2),
    // Everything we send is in ASCII.
    field('iso_1', 30),
    Buffer.from([0]),
    field('512', 6),
    Buffer.alloc(4),
    capabilityToken(),
  ]);
}

/** A parameter: text as VARCHAR, bytes as LONGBINARY. */
export type Parameter = string | Buffer;

/** TDS_PARAMFMT and TDS_PARAMS: no names, no user types, no locales. */
function parameters(values: readonly Parameter[]): Buffer {
  const formats = values.map((value) => {
    const type = typeof value === 'string' ? [0x27, 255] : [0xe1, 0xff, 0xff, 0xff, 0x7f];
    return Buffer.from([0, 0, 0, 0, 0, 0, ...type, 0]);
  });
  const data = values.map((value) =>
    typeof value === 'string'
      ? Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')])
      : Buffer.concat([u32(value.length), value]),
  );
  const body = Buffer.concat([u16(values.length), ...formats]);
  return Buffer.concat([Buffer.from([0xec]), u16(body.length), body, Buffer.from([0xd7]), ...data]);
}

/** TDS_MSG with arguments. */
const message = (id: number, values: readonly Parameter[]): Buffer =>
  Buffer.concat([Buffer.from([0x65, 3, 1]), u16(id), parameters(values)]);

/** TDS_MSG_SEC_LOGPWD3, and REMPWD3 for servers that this one may ask in our name: none in particular. */
const [logPassword, remotePasswords] = [0x1f, 0x20];

/**
 * The answer to a server that asks for the password by RSA: OAEP over its nonce and the password, so that it can be used once only.
 * Throws Unreachable where the key is none, or a short one.
 */
export function encryptedLogin(key: Buffer, nonce: Buffer, password: string): Buffer {
  let sealed: Buffer;
  try {
    const rsa = createPublicKey(key.toString('latin1').replaceAll('\0', ''));
    if (rsa.asymmetricKeyType !== 'rsa' || (rsa.asymmetricKeyDetails?.modulusLength ?? 0) < 1024)
      throw new RangeError('too short');
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const;
    sealed = publicEncrypt({ key: rsa, ...padding }, Buffer.concat([nonce, Buffer.from(password, 'latin1')]));
  } catch {
    throw new Unreachable('the server gave no key to encrypt a password with');
  }
  return Buffer.concat([message(logPassword, [sealed]), message(remotePasswords, ['', sealed])]);
}

/** TDS_DBRPC: calls a stored procedure; its parameters travel apart from everything else. */
export function procedureCall(name: string, values: readonly string[]): Buffer {
  const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), u16(2)]);
  return Buffer.concat([Buffer.from([0xe6]), u16(body.length), body, parameters(values)]);
}
