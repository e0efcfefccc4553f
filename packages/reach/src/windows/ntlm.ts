import { randomBytes } from 'node:crypto';
import { Malformed, Reader, slice, utf16, Writer } from './bytes.ts';
import { exchangedKey, messageIntegrity, ntlmv2, responseKey, type NtlmLogin } from './ntlm-response.ts';

/* NTLMv2, the side that signs in. Source: MS-NLMP. Neither LM nor NTLMv1 is here. */

const signature = Buffer.from('NTLMSSP\0', 'latin1');
const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  seal: 0x20,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSessionSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
} as const;
const wanted = Object.values(flag).reduce((all, one) => all | one, 0) >>> 0;
/** Without these a session could not be signed with a key that only the password gives. */
const needed = flag.unicode | flag.extendedSessionSecurity | flag.targetInfo | flag.key128 | flag.keyExchange;
/** Windows 6.1, revision 15: what an answer needs to be read at all. Source: MS-NLMP section 2.2.2.10. */
const version = Buffer.from([6, 1, 0, 0, 0, 0, 0, 15]);

/** AV pairs. Source: MS-NLMP section 2.2.2.1. */
const av = { end: 0, computer: 1, domain: 2, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;

/** The host's challenge. */
export interface Challenge {
  readonly message: Buffer;
  readonly serverChallenge: Buffer;
  readonly pairs: readonly (readonly [id: number, value: Buffer])[];
  /** The host's own NetBIOS name, which its local accounts are under. */
  readonly computer: string;
}

/** What answers a challenge beside the login. */
export interface Answering {
  /** What is signed in to: `cifs/host` or `HTTP/host`. */
  readonly service: string;
  /** Of the TLS below, 16 bytes; see tlsBinding(). */
  readonly channelBinding?: Buffer;
}

/** The first message. */
export function negotiateMessage(): Buffer {
  return new Writer().bytes(signature).u32(1).u32(wanted).zeros(16).bytes(version).done();
}

/** Reads the host's challenge. Throws Malformed, also when the host is too old to sign properly. */
export function readChallenge(message: Buffer): Challenge {
  const reader = new Reader(message);
  if (!reader.bytes(8).equals(signature) || reader.u32() !== 2) throw new Malformed('not an NTLM challenge');
  reader.skip(8);
  const flags = reader.u32();
  const serverChallenge = reader.bytes(8);
  reader.skip(8);
  const length = reader.u16();
  reader.skip(2);
  const info = slice(message, reader.u32(), length);
  if ((flags & needed) >>> 0 !== needed >>> 0) throw new Malformed('the host does not offer NTLMv2 with 128-bit keys');
  const pairs = readPairs(info);
  return { message, serverChallenge, pairs, computer: valueOf(pairs, av.computer)?.toString('utf16le') ?? '' };
}

function readPairs(info: Buffer): (readonly [number, Buffer])[] {
  const reader = new Reader(info);
  const pairs: (readonly [number, Buffer])[] = [];
  for (;;) {
    const id = reader.u16();
    const value = reader.bytes(reader.u16());
    if (id === av.end) return pairs;
    pairs.push([id, value]);
  }
}

const valueOf = (pairs: Challenge['pairs'], wantedId: number): Buffer | undefined =>
  pairs.find(([id]) => id === wantedId)?.[1];

/** Now, in 100 ns since 1601. */
const fileTime = (): bigint => (BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n;

function answeredInfo(pairs: Challenge['pairs'], { service, channelBinding }: Answering): Buffer {
  const own: (readonly [number, Buffer])[] = [
    // Says that the message carries an integrity code.
    [av.flags, new Writer().u32(2).done()],
    [av.targetName, utf16(service)],
    [av.channelBindings, channelBinding ?? Buffer.alloc(16)],
  ];
  const kept = pairs.filter(([id]) => !own.some(([ours]) => ours === id));
  const writer = new Writer();
  for (const [id, value] of [...kept, ...own]) writer.u16(id).u16(value.length).bytes(value);
  return writer.u32(0).done();
}

/** The last message, and the session key that both sides have if the password is right. Source: MS-NLMP sections 2.2.1.3 and 3.1.5.1.2. */
export function authenticateMessage(
  negotiate: Buffer,
  challenge: Challenge,
  login: NtlmLogin,
  answering: Answering,
): { message: Buffer; key: Buffer } {
  const time = valueOf(challenge.pairs, av.timestamp);
  const { response, sessionBaseKey } = ntlmv2(
    responseKey(login),
    challenge.serverChallenge,
    randomBytes(8),
    time?.length === 8 ? time.readBigUInt64LE() : fileTime(),
    answeredInfo(challenge.pairs, answering),
  );
  const { key, sealed } = exchangedKey(sessionBaseKey);
  // In the order of their fields; the answer of LM is left out: zeros say so.
  const fields = [Buffer.alloc(24), response, utf16(login.domain), utf16(login.username), utf16('STRONGROOM'), sealed];
  const header = new Writer().bytes(signature).u32(3);
  const headerLength = 88;
  let offset = headerLength;
  for (const field of fields) {
    header.u16(field.length).u16(field.length).u32(offset);
    offset += field.length;
  }
  header.u32(wanted).bytes(version);
  const assemble = (code: Buffer): Buffer => Buffer.concat([header.done(), code, ...fields]);
  const code = messageIntegrity(key, negotiate, challenge.message, assemble(Buffer.alloc(16)));
  return { message: assemble(code), key };
}
