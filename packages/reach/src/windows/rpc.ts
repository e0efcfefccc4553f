import { Malformed, Reader, Writer } from './bytes.ts';
import type { Pipe } from './smb-pipe.ts';

/* DCE/RPC over a pipe, as far as it takes to call. Source: C706 chapter 12, MS-RPCE section 2.2.2. Who calls, and that nobody listens, is the session's business. */

const packet = { request: 0, response: 2, fault: 3, bind: 11, bindAck: 12 } as const;
const whole = 3; // first and last fragment
const last = 2;
const mostFragment = 4280;
/** The longest answer put together: a list of some ten thousand accounts comes in several calls. */
const mostAnswer = 1024 * 1024;

const ndr = Buffer.from('045d888aeb1cc9119fe808002b10486002000000', 'hex');

/** An interface to call: its UUID as on the wire, and its version. */
export interface RpcInterface {
  readonly uuid: Buffer;
  readonly version: number;
}

/** The host could not make anything of a call. Nothing was done. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly code: number;
  constructor(code: number) {
    super(`the host answered with fault 0x${code.toString(16)}`);
    this.code = code;
  }
}

/** Calls a procedure by number; gives back what it returned, in NDR. Throws RpcFault, Malformed and what the pipe throws. */
export type Call = (operation: number, parameters: Buffer) => Promise<Buffer>;

function pdu(type: number, callId: number, body: Buffer): Buffer {
  return new Writer()
    .u8(5)
    .u8(0)
    .u8(type)
    .u8(whole)
    .u32(0x10) // little-endian, ASCII, IEEE
    .u16(16 + body.length)
    .u16(0)
    .u32(callId)
    .bytes(body)
    .done();
}

/** Reads one fragment. */
function fragment(bytes: Buffer, callId: number): { type: number; last: boolean; body: Reader } {
  const reader = new Reader(bytes);
  const [major, minor, type, flags] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const representation = reader.u32();
  const length = reader.u16();
  const authLength = reader.u16();
  if (
    major !== 5 ||
    minor > 1 ||
    representation !== 0x10 ||
    length !== bytes.length ||
    authLength !== 0 ||
    reader.u32() !== callId
  )
    throw new Malformed('not an answer of RPC');
  return { type, last: (flags & last) !== 0, body: reader };
}

/** Binds to an interface. */
export async function bind(pipe: Pipe, { uuid, version }: RpcInterface): Promise<Call> {
  let callId = 1;
  const context = new Writer().u8(1).u8(0).u16(0).u16(0).u8(1).u8(0).bytes(uuid).u32(version).bytes(ndr).done();
  const body = new Writer().u16(mostFragment).u16(mostFragment).u32(0).bytes(context).done();
  const { type, body: ack } = fragment(await pipe.transceive(pdu(packet.bind, callId, body)), callId);
  if (type !== packet.bindAck) throw new Malformed('the host has no such interface');
  ack.skip(8);
  ack.skip(ack.u16());
  ack.align(4);
  const results = ack.u8();
  ack.skip(3);
  if (results < 1 || ack.u16() !== 0) throw new Malformed('the host has no such interface');

  return async (operation, parameters) => {
    callId += 1;
    const request = pdu(
      packet.request,
      callId,
      new Writer().u32(parameters.length).u16(0).u16(operation).bytes(parameters).done(),
    );
    if (request.length > mostFragment) throw new RangeError('a call of ours is too long');
    const parts: Buffer[] = [];
    let length = 0;
    for (let bytes = await pipe.transceive(request); ; bytes = await pipe.read()) {
      const part = fragment(bytes, callId);
      part.body.skip(8);
      if (part.type === packet.fault) throw new RpcFault(part.body.u32());
      if (part.type !== packet.response) throw new Malformed('not an answer of RPC');
      const stub = part.body.bytes(part.body.left);
      parts.push(stub);
      length += stub.length;
      if (length > mostAnswer || (!part.last && stub.length === 0)) throw new Malformed('an answer of RPC has no end');
      if (part.last) return Buffer.concat(parts);
    }
  };
}
