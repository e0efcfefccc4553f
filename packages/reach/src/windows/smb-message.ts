import { Malformed, Reader, Writer } from './bytes.ts';

/* The header of every SMB 2 and 3 message. Source: MS-SMB2 section 2.2.1. */

export const command = {
  negotiate: 0,
  sessionSetup: 1,
  treeConnect: 3,
  create: 5,
  read: 8,
  ioctl: 11,
} as const;
export type Command = (typeof command)[keyof typeof command];

export const headerLength = 64;
const protocol = Buffer.from([0xfe, 0x53, 0x4d, 0x42]);
const flags = { response: 1, async: 2, signed: 8 } as const;
/** Where the signature lies: 16 bytes. */
export const signatureAt = 48;

/** What a request says beside its body. */
export interface RequestHead {
  readonly command: Command;
  readonly messageId: bigint;
  readonly sessionId: bigint;
  readonly treeId: number;
  readonly signed: boolean;
}

/** A response, its body where the offsets in it count from: the whole message. */
export interface Response {
  readonly status: number;
  readonly command: number;
  readonly messageId: bigint;
  readonly sessionId: bigint;
  readonly treeId: number;
  readonly interim: boolean;
  readonly signed: boolean;
  readonly message: Buffer;
}

const pending = 0x103;

/** A request; the signature is left empty. */
export function requestMessage(head: RequestHead, body: Buffer): Buffer {
  return new Writer()
    .bytes(protocol)
    .u16(headerLength)
    .u16(1) // charge: nothing of ours is above 64 KiB
    .u32(0)
    .u16(head.command)
    .u16(8) // credits asked for: one request runs at a time
    .u32(head.signed ? flags.signed : 0)
    .u32(0)
    .u64(head.messageId)
    .u32(0)
    .u32(head.treeId)
    .u64(head.sessionId)
    .zeros(16)
    .bytes(body)
    .done();
}

/** Reads a response's header. Throws Malformed, also for requests and for several responses in one. */
export function readResponse(message: Buffer): Response {
  const reader = new Reader(message);
  if (!reader.bytes(4).equals(protocol) || reader.u16() !== headerLength) throw new Malformed('not an SMB 2 message');
  reader.skip(2);
  const status = reader.u32();
  const which = reader.u16();
  reader.skip(2);
  const set = reader.u32();
  if ((set & flags.response) === 0 || reader.u32() !== 0) throw new Malformed('not a single response');
  const messageId = reader.u64();
  const async = (set & flags.async) !== 0;
  reader.skip(4);
  const treeId = reader.u32();
  const sessionId = reader.u64();
  reader.skip(16);
  return {
    status,
    command: which,
    messageId,
    sessionId,
    treeId: async ? 0 : treeId,
    interim: async && status === pending,
    signed: (set & flags.signed) !== 0,
    message,
  };
}
