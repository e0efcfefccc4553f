import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Cut, Unreachable, type Login, type Protection } from '@strongroom/driver-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { reachTarget } from './target.ts';

const login: Login = { username: 'ana-the-user', password: { expose: () => 'Ana-Word-1' } };
const open: Server[] = [];

/** A server that answers each thing it hears as it is told, and what it heard. */
async function serverOf(answer: (heard: number, socket: Socket) => void, greeting?: Buffer | 'hang up') {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting === 'hang up') socket.destroy();
    else if (greeting !== undefined) socket.write(greeting);
    socket.on('data', (chunk) => {
      heard.push(chunk);
      answer(heard.length, socket);
    });
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, text: () => Buffer.concat(heard).toString('latin1') };
}
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const targetAt = (port: number, timeoutMs = 5000) =>
  reachTarget({ host: '127.0.0.1', port, settings: {}, pinned: [], onHostKey: () => undefined, timeoutMs });

type Opened = (port: number, protection: Protection, timeoutMs?: number) => Promise<unknown>;
const ways: Readonly<Record<string, Opened>> = {
  mysql: (port, protection, ms) =>
    targetAt(port, ms).sql({ kind: 'mysql', protection }, login, () => Promise.resolve()),
  postgres: (port, protection, ms) =>
    targetAt(port, ms).sql({ kind: 'postgres', protection, database: 'postgres' }, login, () => Promise.resolve()),
  mssql: (port, protection, ms) =>
    targetAt(port, ms).sql({ kind: 'mssql', protection, database: 'master' }, login, () => Promise.resolve()),
  sybase: (port, protection, ms) =>
    targetAt(port, ms).sql({ kind: 'sybase', protection }, login, () => Promise.resolve()),
  oracle: (port, protection, ms) =>
    targetAt(port, ms).sql(
      { kind: 'oracle', protection, database: 'lab' },
      { ...login, username: 'ana_the_user' },
      () => Promise.resolve(),
    ),
  redis: (port, protection, ms) => targetAt(port, ms).redis(protection, login, () => Promise.resolve()),
  mongo: (port, protection, ms) =>
    targetAt(port, ms).mongo({ protection, database: 'admin' }, login, () => Promise.resolve()),
};

const garbage = Buffer.from('\u0000\u00ff$9999999999\r\n*-7\r\n{"not":"a protocol"}'.repeat(20), 'latin1');

describe.each(Object.keys(ways))('a hostile %s server', (name) => {
  const opened = ways[name] ?? (() => Promise.resolve());
  // MySQL is spoken to only after it greeted; what greets with garbage is answered by nothing.
  const greeting = name === 'mysql' ? garbage : undefined;

  it.each(['clear text', 'verified', 'pinned'] as const)(
    'that writes garbage is not reached: %s',
    async (protection) => {
      const server = await serverOf((_, socket) => void socket.write(garbage), greeting);
      // Some wait for the rest of what was announced, for as long as they are allowed.
      await expect(opened(server.port, protection, 300)).rejects.toBeInstanceOf(Unreachable);
      if (protection !== 'clear text') expect(server.text()).not.toMatch(/ana[-_]the[-_]user|Ana-Word-1/);
    },
  );

  it.each(['clear text', 'verified'] as const)('that hangs up is not reached: %s', async (protection) => {
    const server = await serverOf((_, socket) => socket.destroy(), name === 'mysql' ? 'hang up' : undefined);
    await expect(opened(server.port, protection)).rejects.toBeInstanceOf(Unreachable);
  });

  it.each(['clear text', 'verified'] as const)(
    'that says nothing is waited for no longer than allowed: %s',
    async (protection) => {
      const server = await serverOf(() => undefined);
      await expect(opened(server.port, protection, 150)).rejects.toBeInstanceOf(Unreachable);
    },
  );
});

/** Greeting of a server without CLIENT_SSL. Source: MySQL Internals, Protocol::HandshakeV10. */
function greetingWithoutTls(): Buffer {
  const body = Buffer.concat([
    Buffer.from('\u000a10.11.0-MariaDB\u0000', 'latin1'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('abcdefgh\u0000'),
    // Lower capabilities, character set, status, upper capabilities, length of the scramble.
    Buffer.from([0xff, 0xf7 & ~0x08, 45, 2, 0, 0x0f, 0, 21]),
    Buffer.alloc(10),
    Buffer.from('ijklmnopqrst\u0000mysql_native_password\u0000'),
  ]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

it('says nothing of who it is to a MySQL server that has no TLS', async () => {
  const server = await serverOf((_, socket) => {
    const body = Buffer.from('\u00ff\u0013\u0004#08S01Bad handshake', 'latin1');
    socket.end(Buffer.concat([Buffer.from([body.length, 0, 0, 2]), body]));
  }, greetingWithoutTls());
  await expect(ways['mysql']?.(server.port, 'verified')).rejects.toBeInstanceOf(Unreachable);
  // The SSL request is 36 bytes, and a handshake record of TLS comes next.
  expect(server.text().length).toBeGreaterThanOrEqual(36);
  expect(server.text()).not.toMatch(/ana-the-user|Ana-Word-1/);
});

const replies: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['garbage', (socket: Socket) => void socket.write('?\r\n')],
  ['an end', (socket: Socket) => void socket.destroy()],
  ['nothing', () => undefined],
  ['too much', (socket: Socket) => void socket.write('$999999999\r\n')],
];
it.each(replies)('takes %s in place of an answer for a cut', async (_, say) => {
  const server = await serverOf((heard, socket) => {
    if (heard === 1) socket.write('+OK\r\n');
    else say(socket);
  });
  const asked = targetAt(server.port, 150).redis('clear text', login, ({ command }) => command('PING'));
  await expect(asked).rejects.toBeInstanceOf(Cut);
});
