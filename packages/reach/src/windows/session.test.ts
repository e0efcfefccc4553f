import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Unreachable } from '@strongroom/driver-kit';
import { Malformed, Writer } from './bytes.ts';
import { cipherId, dialect } from './smb-keys.ts';
import { command, headerLength, readResponse } from './smb-message.ts';
import { seal, sign } from './smb-protection.ts';
import { openPipe } from './smb-pipe.ts';
import { SmbSession } from './smb-session.ts';

const keys = {
  signing: randomBytes(16),
  sending: randomBytes(16),
  receiving: randomBytes(16),
  application: randomBytes(16),
};
/** The keys as the host has them. */
const host = { ...keys, sending: keys.receiving, receiving: keys.sending };
const sessionId = 7n;

interface Said {
  readonly status?: number;
  readonly which?: number;
  readonly messageId?: bigint;
  readonly session?: bigint;
  readonly flags?: number;
  readonly body?: Buffer;
}
/** An answer, with the flags of a signed response unless said otherwise. */
function answer({
  status = 0,
  which = command.read,
  messageId = 3n,
  session = sessionId,
  flags = 9,
  body,
}: Said = {}): Buffer {
  const head = new Writer()
    .bytes(Buffer.from('fe534d4240000000', 'hex'))
    .u32(status)
    .u16(which)
    .u16(1)
    .u32(flags)
    .u32(0);
  return head
    .u64(messageId)
    .u32(0)
    .u32(5)
    .u64(session)
    .zeros(16)
    .bytes(body ?? Buffer.alloc(0))
    .done();
}

/** A session whose host answers so, in turn. Message 3 is the first that is asked. */
function sessionWith(answers: readonly Buffer[], cipher?: number): SmbSession {
  const left = [...answers];
  const line = {
    send: () => undefined,
    within: () => undefined,
    close: () => undefined,
    receive: () => {
      const next = left.shift();
      return next === undefined ? Promise.reject(new Error('nothing more')) : Promise.resolve(next);
    },
  };
  const agreed = { dialect: dialect.v311, cipher, capabilities: 0, guid: Buffer.alloc(16), securityMode: 1 };
  return new SmbSession(line, { agreed, offer: { guid: Buffer.alloc(16) }, keys, sessionId, messageId: 3n });
}
const ask = (answers: readonly Buffer[], cipher?: number) =>
  sessionWith(answers, cipher).request(command.read, 5, Buffer.alloc(0));
const signed = (said?: Said): Buffer => sign(dialect.v311, host, answer(said));
const pending = { status: 0x103, flags: 3 };

describe('a session', () => {
  it('waits while the host is at it, signed or not, and takes the signed answer', async () => {
    const said = await ask([answer(pending), answer(pending), signed({ status: 5, body: Buffer.from('body') })]);
    expect(said).toMatchObject({ status: 5, treeId: 5 });
    expect(said.message.subarray(headerLength).toString()).toBe('body');
  });

  it.each([
    ['without a signature', () => answer({ flags: 1 })],
    ['with the signature of somebody else', () => sign(dialect.v311, { ...host, signing: randomBytes(16) }, answer())],
    ['that is signed, and does not say so', () => signed({ flags: 1 })],
    ['to another request', () => signed({ messageId: 4n })],
    ['of another kind', () => signed({ which: command.ioctl })],
    ['of another session', () => signed({ session: 8n })],
    ['that is a request', () => signed({ flags: 8 })],
    ['that says "at it" of another request', () => answer({ ...pending, messageId: 9n })],
    ['that is encrypted without having been asked to be', () => seal(cipherId.aes128gcm, host, sessionId, signed())],
  ])('takes no answer %s', async (_, wrong) => {
    await expect(ask([wrong()])).rejects.toBeInstanceOf(Malformed);
  });

  it('takes nothing in clear once it encrypts', async () => {
    const cipher = cipherId.aes128gcm;
    const sealed = (said?: Said) => seal(cipher, host, sessionId, answer({ flags: 1, ...said }));
    expect(await ask([sealed(pending), sealed({ status: 5 })], cipher)).toMatchObject({ status: 5 });
    for (const wrong of [
      signed(),
      answer(pending),
      seal(cipher, keys, sessionId, answer()),
      seal(cipher, host, 8n, answer()),
    ])
      await expect(ask([wrong], cipher)).rejects.toBeInstanceOf(Malformed);
  });
});

describe('a pipe', () => {
  const opening = (bodies: readonly Buffer[], status = 0) => {
    const left = [...bodies];
    return {
      agreed: { dialect: dialect.v311, cipher: undefined, capabilities: 0, guid: Buffer.alloc(16), securityMode: 1 },
      offer: { guid: Buffer.alloc(16) },
      request: () => Promise.resolve(readResponse(answer({ status, body: left.shift() ?? Buffer.alloc(0) }))),
    };
  };

  it('throws Malformed or Unreachable, and nothing else, for whatever a host answers', async () => {
    const body = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(body, { maxLength: 4 }),
        fc.constantFrom(0, 0xc0000022, 0x80000005),
        async (bodies, status) => {
          try {
            const pipe = await openPipe(opening([Buffer.alloc(16), Buffer.alloc(88), ...bodies], 0), 'host', 'samr');
            await pipe.transceive(Buffer.from('x'));
            await pipe.read();
            await openPipe(opening(bodies, status), 'host', 'samr');
          } catch (error) {
            expect(error instanceof Malformed || error instanceof Unreachable).toBe(true);
          }
        },
      ),
    );
  });

  it('says what the host did not want', async () => {
    await expect(openPipe(opening([], 0xc0000022), 'host', 'samr')).rejects.toThrow(/^access denied/);
  });
});
