import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cut, Rejected, Unreachable, type WindowsAccounts } from '@strongroom/driver-kit';
import { letter } from '../../../../tools/lib/letters.ts';
import { makeCertificate } from '../../../../apps/server/test/certificates.ts';
import { reachTarget } from '../target.ts';
import { Malformed } from './bytes.ts';
import { orderLine, programArguments, script } from './winrm-script.ts';
import { escapeXml } from './wsman-messages.ts';
import { commandIdOf, isTimedOut, received, shellIdOf } from './wsman-replies.ts';

const guid = '0C5F3E4A-8A35-4C3B-9B54-6E3E1D2F9A10';
const shell = `<w:Selector Name="ShellId">${guid}</w:Selector>`;
const command = `<rsp:CommandId>${guid}</rsp:CommandId>`;
const done = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done';

describe('the script', () => {
  it('is short enough for a command line of Windows, and holds nothing of an order', () => {
    // Source: "Command prompt line string limitation", Microsoft Learn.
    expect(`powershell.exe ${programArguments.join(' ')}`.length).toBeLessThan(8191);
    expect(Buffer.from(programArguments.at(-1) ?? '', 'base64').toString('utf16le')).toBe(script);
    expect(orderLine({ do: 'set', name: 'Ünï', password: 'p"\'$`ss\u2713' })).toMatch(/^[A-Za-z0-9+/=]+\r\n$/);
  });
});

describe('what a host of WinRM answers', () => {
  it('is read whatever prefixes it chose', () => {
    expect(shellIdOf(`<x:Selector a="b" Name="ShellId" c="d">${guid}</x:Selector>`)).toBe(guid);
    expect(commandIdOf(`<CommandId xmlns="y">${guid}</CommandId>`)).toBe(guid);
    const out = Buffer.from('one\r\n').toString('base64');
    const streams = `<r:Stream CommandId="1" Name="stdout">${out}</r:Stream><r:Stream Name="stderr">${out}</r:Stream>`;
    expect(received(`${streams}<r:CommandState CommandId="1" State="${done}"/>`)).toEqual({
      output: 'one\r\n',
      done: true,
    });
    expect(received(streams).done).toBe(false);
    expect(isTimedOut('<s:Subcode><s:Value>w:TimedOut</s:Value></s:Subcode>')).toBe(true);
    expect(isTimedOut('<s:Value>w:AccessDenied</s:Value>')).toBe(false);
  });

  it('names nothing but GUIDs, which go back to it', () => {
    for (const bad of ['', 'x', `${guid}0`, `"${guid}`]) {
      expect(() => shellIdOf(`<w:Selector Name="ShellId">${bad}</w:Selector>`)).toThrow(Malformed);
      expect(() => commandIdOf(`<rsp:CommandId>${bad}</rsp:CommandId>`)).toThrow(Malformed);
    }
    expect(escapeXml('<a b="c" & \'d\'>')).toBe('&#60;a b=&#34;c&#34; &#38; &#39;d&#39;&#62;');
  });

  it('may be anything: it is read at once, or Malformed is thrown', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      ' Name="stdout"',
      '<r:Stream ',
      '<w:Selector ',
      'Name="ShellId"',
      guid,
      'A',
      '/',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        received(text);
        isTimedOut(text);
        for (const read of [shellIdOf, commandIdOf])
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Malformed);
          }
      }),
    );
    // A megabyte of what begins a match, and never ends one.
    const before = performance.now();
    for (const start of ['<r:Stream ', '<w:Selector ', '<rsp:CommandState ', '<s:Value ']) {
      received(start.repeat(100_000));
      isTimedOut(start.repeat(100_000));
    }
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

/** What the host writes for each request, by its number; undefined: it hangs up. */
let behave: (request: number, socket: TLSSocket) => string | undefined = () => undefined;
const http = (status: number, body: string): string =>
  `HTTP/1.1 ${String(status)} x\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
let port = 0;
let authority = '';
let stop: () => void = () => undefined;
beforeAll(async () => {
  const made = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'winhost.example.lan', ip: ['127.0.0.1'], by: made });
  authority = made.cert;
  const server = createServer({ cert: pair.cert, key: pair.key }, (socket) => {
    let requests = 0;
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      const head = heard.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(heard)?.[1] ?? 0);
      if (head < 0 || heard.length < head + 4 + length) return;
      heard = heard.slice(head + 4 + length);
      requests += 1;
      const answer = behave(requests, socket);
      if (answer === undefined) socket.destroy();
      else socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
  stop = () => void server.close();
});
afterAll(() => {
  stop();
});

function signIn<T>(
  work: (accounts: WindowsAccounts) => Promise<T>,
  { authentication = 'Basic', username = 'Administrator', timeoutMs = 2000 } = {},
): Promise<T> {
  const settings = { way: 'WinRM', authentication };
  const options = { host: '127.0.0.1', port, settings, pinned: [], onHostKey: () => undefined, timeoutMs };
  return reachTarget({ ...options, trusted: [authority] }).windows(
    { username, password: { expose: () => 'Secret-Word-1' } },
    work,
  );
}
const set = (accounts: WindowsAccounts) =>
  accounts.setPassword({ domain: undefined, name: 'ana' }, { expose: () => 'x' });
const nothing = () => Promise.resolve('in');

describe('a hostile host of WinRM', () => {
  it('breaks nothing, whatever it sends first', async () => {
    const first = fc.oneof(
      fc.string({ unit: letter, maxLength: 200 }),
      fc
        .tuple(fc.constantFrom(200, 401, 500, 302), fc.string({ maxLength: 100 }))
        .map(([status, body]) => http(status, body)),
    );
    await fc.assert(
      fc.asyncProperty(first, fc.constantFrom('Basic', 'NTLM'), async (answer, authentication) => {
        behave = (request) => (request === 1 ? `${answer}` : undefined);
        const said = await signIn(nothing, { authentication, timeoutMs: 150 }).catch((error: unknown) => error);
        expect(said instanceof Unreachable || said instanceof Rejected).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('is left when it never answers, floods, or redirects', async () => {
    behave = () => '';
    await expect(signIn(nothing, { timeoutMs: 150 })).rejects.toBeInstanceOf(Unreachable);
    behave = () => `HTTP/1.1 200 x\r\nContent-Length: 9999999\r\n\r\n${'x'.repeat(2_000_000)}`;
    await expect(signIn(nothing, { timeoutMs: 10_000 })).rejects.toBeInstanceOf(Unreachable);
    behave = () => 'HTTP/1.1 302 x\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n';
    await expect(signIn(nothing)).rejects.toThrow('HTTP status 302');
  });

  it('leaves us not knowing only once the order was sent', async () => {
    const upTo = (last: number) => (request: number) => {
      const bodies = ['', shell, command, '<rsp:SendResponse/>'];
      return request > last ? undefined : http(200, bodies[request] ?? '');
    };
    behave = upTo(1);
    await expect(signIn(set)).rejects.toBeInstanceOf(Unreachable);
    behave = upTo(2);
    await expect(signIn(set)).rejects.toBeInstanceOf(Cut);
    behave = upTo(3);
    await expect(signIn(set)).rejects.toBeInstanceOf(Cut);
    // A script that ends without a word, and one that goes on for ever.
    behave = (request) => upTo(3)(request) ?? http(200, `<rsp:CommandState CommandId="1" State="${done}"/>`);
    await expect(signIn(set)).rejects.toBeInstanceOf(Cut);
    behave = (request) => upTo(3)(request) ?? http(500, '<s:Value>w:TimedOut</s:Value>');
    await expect(signIn(set, { timeoutMs: 300 })).rejects.toBeInstanceOf(Cut);
  });

  it('gets no Basic for a name that Basic would cut in two', async () => {
    behave = () => http(200, shell);
    for (const username of ['a:b', 'DOMAIN\\ana'])
      await expect(signIn(nothing, { username })).rejects.toBeInstanceOf(Unreachable);
    expect(await signIn(nothing)).toBe('in');
  });
});
