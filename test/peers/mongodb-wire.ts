import type { Socket } from 'node:net';
import { deserialize, serialize, type Document } from 'bson';

/** Source: MongoDB Wire Protocol, Opcodes. */
const opcodes = { reply: 1, query: 2004, message: 2013 } as const;
const header = 16;
/** maxMessageSizeBytes */
const longest = 48_000_000;

/** One command as it came, with the database it is for. */
export interface Asked {
  readonly database: string;
  readonly command: Document;
}

/**
 * Reads commands from a connection one after another, as mongod does: OP_MSG with one body, and OP_QUERY for the first
 * hello of clients that keep to old servers. `answer` undefined ends the connection without a word. Anything else ends it too.
 */
export function serve(socket: Socket, answer: (asked: Asked) => Document | undefined): void {
  let held = Buffer.alloc(0);
  let last = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= header) {
      const length = held.readInt32LE(0);
      if (length < header + 5 || length > longest) {
        socket.destroy();
        return;
      }
      if (held.length < length) return;
      const message = held.subarray(0, length);
      held = held.subarray(length);
      last += 1;
      const reply = read(message, answer);
      if (reply === undefined) {
        socket.destroy();
        return;
      }
      const head = Buffer.alloc(header);
      head.writeInt32LE(header + reply.body.length, 0);
      head.writeInt32LE(last, 4);
      head.writeInt32LE(message.readInt32LE(4), 8);
      head.writeInt32LE(reply.opcode, 12);
      socket.write(Buffer.concat([head, reply.body]));
    }
  });
}

function read(
  message: Buffer,
  answer: (asked: Asked) => Document | undefined,
): { opcode: number; body: Buffer } | undefined {
  const opcode = message.readInt32LE(12);
  if (opcode === opcodes.message) {
    // No flag but exhaustAllowed, which may be left unused; then a section of kind 0, which is all there is.
    if ((message.readUInt32LE(header) & ~0x10000) !== 0 || message[header + 4] !== 0) return undefined;
    const at = header + 5;
    if (message.readInt32LE(at) !== message.length - at) return undefined;
    const command = deserialize(message.subarray(at));
    if (typeof command['$db'] !== 'string') return undefined;
    const said = answer({ database: command['$db'], command });
    return said && { opcode: opcodes.message, body: Buffer.concat([Buffer.alloc(5), serialize(said)]) };
  }
  if (opcode === opcodes.query) {
    const end = message.indexOf(0, header + 4);
    const [database, collection] = message
      .subarray(header + 4, end)
      .toString('utf8')
      .split(/\.(.*)/s);
    if (database === undefined || collection !== '$cmd') return undefined;
    const command = deserialize(message.subarray(end + 9));
    // Since 5.1 hello is all that may come so.
    if (!('ismaster' in command || 'isMaster' in command || 'hello' in command)) return undefined;
    const said = answer({ database, command });
    const head = Buffer.alloc(20);
    head.writeInt32LE(1, 16);
    return said && { opcode: opcodes.reply, body: Buffer.concat([head, serialize(said)]) };
  }
  return undefined;
}
