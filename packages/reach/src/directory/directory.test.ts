import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Cut, MustChange, Rejected, Unreachable, type Directory, type DirectoryAccess } from '@strongroom/driver-kit';
import { InvalidCredentialsError, NoSuchObjectError, StrongAuthRequiredError, UnwillingToPerformError } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { reachTarget } from '../target.ts';
import { element, passwordModify, readElement } from './ber.ts';
import { bindFailure } from './bind.ts';

const secret = (text: string) => ({ expose: () => text });
const login = { username: 'cn=a,dc=test', password: secret('Word-1') };
const clear: DirectoryAccess = { connection: 'clear text', certificate: 'verified' };
const startTls: DirectoryAccess = { connection: 'StartTLS', certificate: 'verified' };

/** A server that speaks LDAP as `hear` says: called with each message's number and operation. */
async function serving(
  hear: (socket: Socket, id: number, operation: number) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const message = readElement(chunk);
      const id = message && readElement(message.content);
      const operation = message && id && readElement(message.content, id.end);
      if (id && operation) hear(socket, id.content.readUIntBE(0, id.content.length), operation.tag);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

const result = (id: number, tag: number, code: number): Buffer =>
  element(
    0x30,
    Buffer.concat([
      element(0x02, Buffer.from([id])),
      element(
        tag,
        Buffer.concat([
          element(0x0a, Buffer.from([code])),
          element(0x04, Buffer.alloc(0)),
          element(0x04, Buffer.alloc(0)),
        ]),
      ),
    ]),
  );
const reach = (
  port: number,
  access: DirectoryAccess,
  work: (directory: Directory) => Promise<void>,
  timeoutMs = 2000,
) =>
  reachTarget({ host: '127.0.0.1', port, settings: {}, pinned: [], onHostKey: () => undefined, timeoutMs }).directory(
    access,
    login,
    work,
  );
const nothing = () => Promise.resolve();

describe('StartTLS', () => {
  it.each([
    [
      'words behind the answer, in the same packet',
      (id: number) => Buffer.concat([result(id, 0x78, 0), result(id + 1, 0x61, 0)]),
    ],
    [
      'the beginning of words behind the answer',
      (id: number) => Buffer.concat([result(id, 0x78, 0), Buffer.from([0x30, 0x50])]),
    ],
    ['a refusal', (id: number) => result(id, 0x78, 52)],
    ['another answer', (id: number) => result(id, 0x61, 0)],
    ['no LDAP', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a length that never ends', () => Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, ...Buffer.alloc(8000)])],
  ])('sends no name and no password after %s', async (_what, answer) => {
    const heard: number[] = [];
    await serving(
      (socket, id, operation) => {
        heard.push(operation);
        socket.write(answer(id));
      },
      async (port) => {
        await expect(reach(port, startTls, nothing)).rejects.toThrow(Unreachable);
      },
    );
    expect(heard).toEqual([0x77]);
  });

  it('gives up on a server that says nothing', async () => {
    await serving(
      () => undefined,
      async (port) => {
        await expect(reach(port, startTls, nothing, 100)).rejects.toThrow(Unreachable);
      },
    );
  });
});

describe('a line that breaks', () => {
  /** Grants the bind, and closes at the operation. */
  const closingAt = (at: number) => (socket: Socket, id: number, operation: number) => {
    if (operation === 0x60) socket.write(result(id, 0x61, 0));
    else if (operation === at) socket.destroy();
    else if (operation === 0x66) socket.write(result(id, 0x67, 0));
  };
  const change = (directory: Directory) =>
    directory.modify('cn=a,dc=test', [{ operation: 'replace', attribute: 'sn', values: ['x'] }]);

  it.each([
    ['while binding', 0x60, nothing, Unreachable],
    ['while searching', 0x63, (d: Directory) => d.search('', '(a=b)', []).then(() => undefined), Unreachable],
    ['while changing', 0x66, change, Cut],
    ['while a password is set', 0x77, (d: Directory) => d.setPassword('cn=a,dc=test', secret('x')), Cut],
    [
      'while searching after a change',
      0x63,
      (d: Directory) =>
        change(d)
          .then(() => d.search('', '(a=b)', []))
          .then(() => undefined),
      Cut,
    ],
  ] as const)('%s, tells whether something may have happened', async (_when, at, work, fault) => {
    await serving(at === 0x60 ? (socket) => void socket.destroy() : closingAt(at), async (port) => {
      await expect(reach(port, clear, work)).rejects.toThrow(fault);
    });
  });

  it('is never dialled again', async () => {
    let binds = 0;
    await serving(
      (socket, id, operation) => {
        if (operation === 0x60) binds += 1;
        closingAt(0x63)(socket, id, operation);
      },
      async (port) => {
        await reach(port, clear, async (directory) => {
          await expect(directory.search('', '(a=b)', [])).rejects.toThrow(Unreachable);
          await expect(change(directory)).rejects.toThrow(Unreachable);
        });
      },
    );
    expect(binds).toBe(1);
  });
});

describe('bindFailure', () => {
  const ad = (data: string) =>
    new InvalidCredentialsError(
      `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v4563`,
    );
  it.each([
    [ad('52e'), undefined, Rejected],
    [ad('525'), undefined, Rejected],
    [ad('532'), undefined, MustChange],
    [ad('773'), undefined, MustChange],
    [ad('533'), undefined, Unreachable],
    [ad('701'), undefined, Unreachable],
    [ad('775'), undefined, Unreachable],
    [new InvalidCredentialsError(''), undefined, Rejected],
    [new InvalidCredentialsError(''), 0, MustChange],
    [new InvalidCredentialsError(''), 1, Unreachable],
    [new NoSuchObjectError(''), undefined, Rejected],
    [new StrongAuthRequiredError(''), undefined, Unreachable],
    [new UnwillingToPerformError('NDS error: login lockout (-197)'), undefined, Unreachable],
    [new InvalidCredentialsError('NDS error: failed authentication (-669)'), undefined, Rejected],
    [new InvalidCredentialsError('NDS error: bad password (-222)'), undefined, Unreachable],
    [
      new InvalidCredentialsError('Password Policy Error :9000: GSL_PWDEXPIRED_EXCP :Your Password has expired.'),
      undefined,
      Unreachable,
    ],
    [new Error('anything'), undefined, Unreachable],
  ])('takes %s (policy %s) for %o', (error, policy, kind) => {
    expect(bindFailure(error, policy)).toBeInstanceOf(kind);
  });
});

it('writes a password modify request as RFC 3062 lays it out, whatever the length', () => {
  expect(passwordModify('a', 'bc', undefined).toString('hex')).toBe('300780016182026263');
  expect(passwordModify('a', 'bc', 'd').toString('hex')).toBe('300a8001618101648202' + '6263');
  for (const length of [127, 128, 255, 256, 70_000]) {
    const read = readElement(element(0x04, Buffer.alloc(length, 1)));
    expect(read?.content).toHaveLength(length);
  }
  expect(readElement(Buffer.from([0x04, 0x05, 1]))).toBeUndefined();
  expect(() => readElement(Buffer.from([0x04, 0x80, 0, 0]))).toThrow(RangeError);
});
