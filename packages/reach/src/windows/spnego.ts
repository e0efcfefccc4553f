import { Malformed, Reader } from './bytes.ts';

/* The wrapping that SMB and HTTP put NTLM in. Source: RFC 4178 section 4.2, in DER; MS-SPNG. NTLM is all that is offered. */

const spnego = Buffer.from('06062b0601050502', 'hex');
const ntlmssp = Buffer.from('060a2b06010401823702020a', 'hex');

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** NegTokenInit, with the first NTLM message. */
export function firstToken(token: Buffer): Buffer {
  const mechanisms = tagged(0xa0, offered);
  const inner = tagged(0xa0, tagged(0x30, Buffer.concat([mechanisms, tagged(0xa2, tagged(0x04, token))])));
  return tagged(0x60, Buffer.concat([spnego, inner]));
}

/** What mechListMIC covers: the list of mechanisms as it was offered. */
export const offered: Buffer = tagged(0x30, ntlmssp);

/** NegTokenResp, with the last NTLM message and the code over what was offered. An NTLM message with an integrity code asks for it. Source: MS-SPNG section 3.1.5.1. */
export function lastToken(token: Buffer, mechListMic: Buffer): Buffer {
  const parts = [tagged(0xa2, tagged(0x04, token)), tagged(0xa3, tagged(0x04, mechListMic))];
  return tagged(0xa1, tagged(0x30, Buffer.concat(parts)));
}

function element(reader: Reader): { tag: number; content: Buffer } {
  const tag = reader.u8();
  const first = reader.u8();
  let length = first;
  if (first >= 0x80) {
    // No token is longer than 16 bits can say.
    if (first !== 0x81 && first !== 0x82) throw new Malformed('not a token of SPNEGO');
    length = first === 0x81 ? reader.u8() : reader.u8() * 256 + reader.u8();
  }
  return { tag, content: reader.bytes(length) };
}

function within(bytes: Buffer, tag: number): Buffer {
  const found = element(new Reader(bytes));
  if (found.tag !== tag) throw new Malformed('not a token of SPNEGO');
  return found.content;
}

/** The NTLM message in the host's NegTokenResp. Throws Malformed. */
export function tokenOf(bytes: Buffer): Buffer {
  const reader = new Reader(within(within(bytes, 0xa1), 0x30));
  while (reader.left > 0) {
    const { tag, content } = element(reader);
    if (tag === 0xa2) return within(content, 0x04);
  }
  throw new Malformed('the host answered without a token');
}
