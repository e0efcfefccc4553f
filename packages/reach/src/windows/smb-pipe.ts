import { Unreachable } from '@strongroom/driver-kit';
import { Malformed, Reader, slice, utf16, Writer } from './bytes.ts';
import { isValidated, validateBody } from './smb-negotiate.ts';
import { dialect } from './smb-keys.ts';
import { command, headerLength, type Response } from './smb-message.ts';
import type { SmbSession } from './smb-session.ts';
import { ntStatus, statusText } from './status.ts';

/* A named pipe in a session: what DCE/RPC travels over. Source: MS-SMB2 sections 2.2.9, 2.2.13, 2.2.19 and 2.2.31. */

const fsctl = { pipeTransceive: 0x0011_c017, validateNegotiate: 0x0014_0204 } as const;
const most = 0xffff;

type Asking = Pick<SmbSession, 'request' | 'agreed' | 'offer'>;

/** An open pipe. */
export interface Pipe {
  /** Writes a message and reads the first that comes back. Throws LineBroken and Malformed. */
  transceive(message: Buffer): Promise<Buffer>;
  /** Reads the next message. */
  read(): Promise<Buffer>;
}

/** Opens a pipe by name, such as `samr`. Throws Unreachable when the host does not want to, LineBroken and Malformed. */
export async function openPipe(session: Asking, host: string, name: string): Promise<Pipe> {
  const path = utf16(`\\\\${host}\\IPC$`);
  const tree = new Writer()
    .u16(9)
    .u16(0)
    .u16(headerLength + 8)
    .u16(path.length)
    .bytes(path)
    .done();
  const connected = must(await session.request(command.treeConnect, 0, tree));
  const treeId = connected.treeId;
  if (session.agreed.dialect !== dialect.v311) await validate(session, treeId);

  const opened = must(await session.request(command.create, treeId, createBody(name)));
  const file = slice(opened.message, headerLength + 64, 16);

  const read = async (): Promise<Buffer> => {
    const { message } = must(await session.request(command.read, treeId, readBody(file)));
    const reader = new Reader(message, headerLength + 2);
    const offset = reader.u8();
    reader.skip(1);
    return slice(message, offset, reader.u32());
  };
  return {
    read,
    async transceive(message) {
      // No fragment is longer than what is asked for, so none comes in two.
      return outputOf(
        must(await session.request(command.ioctl, treeId, ioctlBody(fsctl.pipeTransceive, file, message))),
      );
    },
  };
}

function must(response: Response): Response {
  if (response.status !== ntStatus.success) throw new Unreachable(statusText(response.status));
  return response;
}

/** Asks again, inside the session, what was agreed before it. A host that knows no such question says so, signed. */
async function validate(session: Asking, treeId: number): Promise<void> {
  const nowhere = Buffer.alloc(16, 0xff);
  const body = ioctlBody(fsctl.validateNegotiate, nowhere, validateBody(session.offer));
  const response = await session.request(command.ioctl, treeId, body);
  if (response.status === ntStatus.success && !isValidated(outputOf(response), session.agreed))
    throw new Malformed('what was agreed with the host was changed on the way');
}

/** Opens for reading and writing, what is there. */
function createBody(name: string): Buffer {
  const path = utf16(name);
  return new Writer()
    .u16(57)
    .u8(0)
    .u8(0)
    .u32(2) // the host may act as us
    .zeros(16)
    .u32(0x0012_019f)
    .u32(0)
    .u32(7)
    .u32(1)
    .u32(0x40)
    .u16(headerLength + 56)
    .u16(path.length)
    .u32(0)
    .u32(0)
    .bytes(path)
    .done();
}

function ioctlBody(code: number, file: Buffer, input: Buffer): Buffer {
  const at = headerLength + 56;
  return new Writer()
    .u16(57)
    .u16(0)
    .u32(code)
    .bytes(file)
    .u32(at)
    .u32(input.length)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(most)
    .u32(1)
    .u32(0)
    .bytes(input)
    .done();
}

function readBody(file: Buffer): Buffer {
  return new Writer().u16(49).u8(0).u8(0).u32(most).u64(0n).bytes(file).u32(0).u32(0).u32(0).u16(0).u16(0).u8(0).done();
}

function outputOf({ message }: Response): Buffer {
  const reader = new Reader(message, headerLength + 32);
  const offset = reader.u32();
  return slice(message, offset, reader.u32());
}
