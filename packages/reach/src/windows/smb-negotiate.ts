import { randomBytes } from 'node:crypto';
import { Malformed, Reader, slice, Writer } from './bytes.ts';
import { cipherId, dialect, dialects } from './smb-keys.ts';
import { headerLength } from './smb-message.ts';

/* The first exchange: which dialect, and which cipher. Source: MS-SMB2 sections 2.2.3, 2.2.4 and 3.2.5.2. */

const context = { preauth: 1, encryption: 2 } as const;
const sha512 = 1;
const capabilityEncryption = 0x40;
/** We sign everything, and take nothing that is not signed. */
const signingRequired = 2;

/** What we offered. It is asked about again inside the session, where nobody can change the answer. */
export interface Offer {
  readonly guid: Buffer;
}

/** What the host chose. */
export interface Agreed {
  readonly dialect: number;
  /** Undefined where the host cannot encrypt. */
  readonly cipher: number | undefined;
  readonly capabilities: number;
  readonly guid: Buffer;
  readonly securityMode: number;
}

export const makeOffer = (): Offer => ({ guid: randomBytes(16) });

/** The body of the request. */
export function negotiateBody({ guid }: Offer): Buffer {
  const preauth = new Writer().u16(1).u16(32).u16(sha512).bytes(randomBytes(32)).done();
  const encryption = new Writer().u16(2).u16(cipherId.aes128gcm).u16(cipherId.aes128ccm).done();
  const fixed = 36 + dialects.length * 2;
  const body = new Writer()
    .u16(36)
    .u16(dialects.length)
    .u16(signingRequired)
    .u16(0)
    .u32(capabilityEncryption)
    .bytes(guid)
    .u32(headerLength + Math.ceil(fixed / 8) * 8)
    .u16(2)
    .u16(0);
  for (const one of dialects) body.u16(one);
  for (const [type, data] of [
    [context.preauth, preauth],
    [context.encryption, encryption],
  ] as const)
    body.align(8).u16(type).u16(data.length).u32(0).bytes(data);
  return body.done();
}

/** Reads the host's choice from its whole message. Throws Malformed. */
export function readNegotiated(message: Buffer): Agreed {
  const reader = new Reader(message, headerLength);
  reader.skip(2);
  const securityMode = reader.u16();
  const chosen = reader.u16();
  const contexts = reader.u16();
  const guid = reader.bytes(16);
  const capabilities = reader.u32();
  reader.skip(12 + 16 + 4);
  const offset = reader.u32();
  if (!dialects.includes(chosen)) throw new Malformed('the host speaks no dialect of SMB 2.1 or later');
  const older = chosen !== dialect.v311;
  const oldCipher =
    chosen !== dialect.v210 && (capabilities & capabilityEncryption) !== 0 ? cipherId.aes128ccm : undefined;
  const cipher = older ? oldCipher : readContexts(message, offset, contexts);
  return { dialect: chosen, cipher, capabilities, guid, securityMode };
}

/** The cipher. Throws Malformed where the host hashes otherwise than we do. */
function readContexts(message: Buffer, offset: number, count: number): number | undefined {
  const reader = new Reader(message, offset);
  let cipher: number | undefined;
  let hashed = false;
  for (let at = 0; at < count; at += 1) {
    if (at > 0) reader.align(8);
    const type = reader.u16();
    const data = new Reader(reader.bytes(contextLength(reader)));
    if (type === context.preauth) {
      data.skip(4);
      hashed = data.u16() === sha512;
    } else if (type === context.encryption && data.u16() === 1) {
      const chosen = data.u16();
      if (chosen === cipherId.aes128gcm || chosen === cipherId.aes128ccm) cipher = chosen;
    }
  }
  if (!hashed) throw new Malformed('the host negotiates no SHA-512');
  return cipher;
}

function contextLength(reader: Reader): number {
  const length = reader.u16();
  reader.skip(4);
  return length;
}

/** What FSCTL_VALIDATE_NEGOTIATE_INFO asks. Source: MS-SMB2 section 2.2.31.4. */
export function validateBody({ guid }: Offer): Buffer {
  const body = new Writer().u32(capabilityEncryption).bytes(guid).u16(signingRequired).u16(dialects.length);
  for (const one of dialects) body.u16(one);
  return body.done();
}

/** Whether what the host says inside the session is what it seemed to say before. Source: MS-SMB2 section 3.2.5.14.12. */
export function isValidated(output: Buffer, agreed: Agreed): boolean {
  const reader = new Reader(slice(output, 0, 24));
  return (
    reader.u32() === agreed.capabilities &&
    reader.bytes(16).equals(agreed.guid) &&
    reader.u16() === agreed.securityMode &&
    reader.u16() === agreed.dialect
  );
}
