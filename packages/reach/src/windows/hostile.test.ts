import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unreachable } from '@strongroom/driver-kit';
import { reachTarget } from '../target.ts';

/** What the host does with each connection, until the next test. */
let behave: (socket: Socket) => void = (socket) => void socket.destroy();
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  behave(socket);
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
});
afterAll(() => void server.close());

const signIn = (timeoutMs = 2000, signal?: AbortSignal) =>
  reachTarget({
    ...{ host: '127.0.0.1', port, settings: {}, pinned: [], onHostKey: () => undefined, timeoutMs },
    ...(signal === undefined ? {} : { signal }),
  }).windows({ username: 'ana', password: { expose: () => 'Secret-Word-1' } }, () => Promise.resolve('in'));
const framed = (message: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
};
const header = (status: number, command: number, messageId: number): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.write('fe534d4240000000', 'hex');
  bytes.writeUInt32LE(status, 8);
  bytes.writeUInt16LE(command, 12);
  bytes.writeUInt32LE(1, 16);
  bytes.writeUInt32LE(messageId, 24);
  return bytes;
};

describe('a hostile host of SMB', () => {
  it('gets nobody in and breaks nothing, whatever it sends', async () => {
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(
          fc.constantFrom(0, 0xc0000016, 0xc000006d, 0x103),
          fc.nat(2),
          fc.nat(2),
          fc.uint8Array({ maxLength: 200 }),
        )
        .map(([status, command, id, body]) => Buffer.concat([header(status, command, id), body])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), fc.boolean(), async (messages, split) => {
        behave = (socket) => {
          for (const one of messages) {
            const bytes = framed(one);
            socket.write(bytes.subarray(0, split ? 3 : bytes.length));
            if (split) socket.write(bytes.subarray(3));
          }
          socket.end();
        };
        await expect(signIn()).rejects.toBeInstanceOf(Error);
      }),
      { numRuns: 60 },
    );
  });

  it('is left when it says nothing, when it floods, and when the caller gives up', async () => {
    behave = () => undefined;
    await expect(signIn(100)).rejects.toThrow(new Unreachable('no answer in time'));
    const giving = new AbortController();
    const given = signIn(20_000, giving.signal);
    giving.abort();
    await expect(given).rejects.toBeInstanceOf(Unreachable);
    behave = (socket) => {
      socket.write(Buffer.from([0, 0xff, 0xff, 0xff]));
    };
    await expect(signIn(20_000)).rejects.toThrow('sends too much');
    // "I am at it", for ever.
    behave = (socket) => {
      const pending = framed(header(0x103, 0, 0));
      const more = (error?: Error | null): void => {
        if (!error) socket.write(pending, more);
      };
      more();
    };
    await expect(signIn(200)).rejects.toBeInstanceOf(Unreachable);
  });

  it('cannot say that a password is right: it would have to know it', async () => {
    // This host lets everybody in, and has no key to sign with.
    const negotiated = Buffer.concat([header(0, 0, 0), Buffer.alloc(64 + 4)]);
    negotiated.writeUInt16LE(65, 64);
    negotiated.writeUInt16LE(0x210, 68);
    const challenge = Buffer.alloc(56 + 4);
    challenge.write('NTLMSSP\0', 'latin1');
    challenge.writeUInt32LE(2, 8);
    challenge.writeUInt32LE(0xe28a8235, 20);
    challenge.writeUInt16LE(4, 40);
    challenge.writeUInt32LE(56, 44);
    const length = challenge.length;
    const token = Buffer.concat([
      Buffer.from([0xa1, length + 6, 0x30, length + 4, 0xa2, length + 2, 0x04, length]),
      challenge,
    ]);
    const setUp = (status: number, id: number, content: Buffer): Buffer => {
      const body = Buffer.alloc(8);
      body.writeUInt16LE(9);
      body.writeUInt16LE(72, 4);
      body.writeUInt16LE(content.length, 6);
      return Buffer.concat([header(status, 1, id), body, content]);
    };
    const answers = [negotiated, setUp(0xc0000016, 1, token), setUp(0, 2, Buffer.alloc(0))];
    let heard = Buffer.alloc(0);
    behave = (socket) => {
      let at = 0;
      socket.on('data', (chunk: Buffer) => {
        heard = Buffer.concat([heard, chunk]);
        const answer = answers[at];
        at += 1;
        if (answer !== undefined) socket.write(framed(answer));
      });
    };
    await expect(signIn()).rejects.toThrow(new Unreachable('the host did not prove that it knows the password'));
    expect(heard.includes('Secret-Word-1')).toBe(false);
    expect(heard.includes(Buffer.from('Secret-Word-1', 'utf16le'))).toBe(false);
  });
});
