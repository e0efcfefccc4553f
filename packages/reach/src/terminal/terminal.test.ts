import { createServer, type Server, type Socket } from 'node:net';
import {
  Cut,
  MustChange,
  NoPrompt,
  promptEnding,
  Rejected,
  Unreachable,
  type Greeting,
  type Login,
  type Terminal,
} from '@strongroom/driver-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { reachTarget } from '../index.ts';
import { terminalOver } from './terminal.ts';
import { Reader, type Wire } from './wire.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server that answers each line it hears by what `says` makes of it, `null` ending the line; what it heard is kept. */
async function host(says: (line: string, socket: Socket) => string | null, greets = 'Username: ') {
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.write(greets);
    let typed = '';
    socket.on('data', (bytes: Buffer) => {
      typed += bytes.toString('latin1').replace(/\u00ff[\u00fb-\u00fe]./g, '');
      for (let end = typed.indexOf('\r\n'); end >= 0; end = typed.indexOf('\r\n')) {
        const line = typed.slice(0, end);
        typed = typed.slice(end + 2);
        heard.push(line);
        const answer = says(line, socket);
        if (answer === null) socket.destroy();
        else socket.write(answer);
      }
      // A key alone, as a pager wants it.
      if (typed === ' ') {
        typed = '';
        heard.push(' ');
        socket.write(says(' ', socket) ?? '');
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, heard };
}

const greeting: Greeting = {
  username: /username: $/i,
  password: /password: $/i,
  prompt: promptEnding('>|#'),
  refused: /login invalid/i,
};
const ana: Login = { username: 'ana', password: { expose: () => 'Ana-Pw-1' } };
const to = <T>(
  port: number,
  work: (terminal: Terminal) => Promise<T>,
  more: Partial<Greeting> = {},
  timeoutMs = 2000,
  login = ana,
) =>
  reachTarget({
    ...{ host: '127.0.0.1', port, settings: { protocol: 'Telnet' }, pinned: [], onHostKey: () => undefined, timeoutMs },
  }).terminal(login, { ...greeting, ...more }, work);
const nothing = () => Promise.resolve('in');

/** Lets ana in with her password, then answers by `then`. */
const letsIn = (then: (line: string, socket: Socket) => string | null = () => '\r\nsw#') => {
  let at = 0;
  return (line: string, socket: Socket): string | null => {
    at += 1;
    if (at === 1) return `${line}\r\nPassword: `;
    if (at === 2) return line === 'Ana-Pw-1' ? '\r\nsw#' : '\r\n% Login invalid\r\nUsername: ';
    return then(line, socket);
  };
};

describe('a log-in over Telnet', () => {
  it('answers each question once: right, wrong, asked again without a word, closed after a no', async () => {
    const right = await host(letsIn());
    expect(await to(right.port, nothing)).toBe('in');
    expect(right.heard).toEqual(['ana', 'Ana-Pw-1']);
    const wrong = await host(letsIn());
    const other = { username: 'ana', password: { expose: () => 'Wrong-Word-0' } };
    await expect(to(wrong.port, nothing, {}, 2000, other)).rejects.toBeInstanceOf(Rejected);
    expect(wrong.heard).toHaveLength(2);
    const silent = await host((line) => (line === 'ana' ? '\r\nPassword: ' : '\r\nUsername: '));
    await expect(to(silent.port, nothing)).rejects.toBeInstanceOf(Rejected);
    const closing = await host((line, socket) => {
      if (line === 'ana') return '\r\nPassword: ';
      socket.end('\r\n% Login invalid\r\n');
      return '';
    });
    await expect(to(closing.port, nothing)).rejects.toBeInstanceOf(Rejected);
  });

  it('takes for no evidence: a line that closes, a dead port, silence, a name that was not to be asked for, an open door', async () => {
    const closes = await host((line) => (line === 'ana' ? '\r\nPassword: ' : null));
    await expect(to(closes.port, nothing)).rejects.toBeInstanceOf(Unreachable);
    await expect(to(9, nothing)).rejects.toBeInstanceOf(Unreachable);
    const mute = await host(() => '', '');
    await expect(to(mute.port, nothing, {}, 200)).rejects.toBeInstanceOf(Unreachable);
    const strange = await host(() => '', 'Who is there? ');
    await expect(to(strange.port, nothing, {}, 200)).rejects.toBeInstanceOf(NoPrompt);
    const names = await host(letsIn());
    await expect(to(names.port, nothing, { noUsername: true })).rejects.toBeInstanceOf(Unreachable);
    const unnamed = await host(letsIn(), 'Password: ');
    await expect(to(unnamed.port, nothing)).rejects.toBeInstanceOf(Unreachable);
    const open = await host(letsIn(), '\r\nsw#');
    await expect(to(open.port, nothing)).rejects.toBeInstanceOf(Unreachable);
    expect([...mute.heard, ...strange.heard, ...names.heard, ...unnamed.heard, ...open.heard]).toEqual([]);
  });

  it('knows a password that was taken and has to be changed, and never answers that question', async () => {
    const expired = await host((line) =>
      line === 'ana' ? '\r\nPassword: ' : '\r\nYour password has expired.\r\nEnter new password: ',
    );
    await expect(to(expired.port, nothing)).rejects.toBeInstanceOf(MustChange);
    expect(expired.heard).toHaveLength(2);
  });

  it('takes neither a banner that is still arriving nor ###### for a prompt, and types no name it cannot', async () => {
    const banner = await host(letsIn(), '################\r\n#   keep out   #');
    await expect(to(banner.port, nothing, {}, 200)).rejects.toThrow('asks for nothing that the settings name');
    for (const username of ['-froot', 'ana\r\nroot', 'änna']) {
      const { port, heard } = await host(letsIn());
      await expect(to(port, nothing, {}, 2000, { ...ana, username })).rejects.toBeInstanceOf(Unreachable);
      expect(heard).toEqual([]);
    }
  });
});

describe('a command line over Telnet', () => {
  const end = { when: promptEnding('#') };

  it('answers questions, turns pages, and hides every secret', async () => {
    const { port, heard } = await host(
      letsIn((line, socket) => {
        if (line.startsWith('secret')) {
          socket.write('secret ab#cd\r\n');
          return 'Sure? ';
        }
        if (line === 'yes') return 'yes\r\nset to secret ab#cd\r\n--More--';
        return `\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b${line}end\r\nsw#`;
      }),
    );
    const said = await to(port, (terminal) =>
      terminal.ask({ expose: () => 'secret ab#cd' }, [
        { when: /sure\? $/i, send: 'yes' },
        { when: /--More--$/, press: ' ' },
        end,
      ]),
    );
    expect(said.ended).toBe(2);
    expect(said.output).not.toContain('ab#cd');
    expect(said.output).not.toContain('More');
    expect(said.output).toContain('set to [secret]\n end\nsw#');
    expect(heard.slice(2)).toEqual(['secret ab#cd', 'yes', ' ']);
  });

  it('does not take the echo of a # for the prompt, in whatever pieces it comes', async () => {
    let hear: (text: string) => void = () => undefined;
    const pieces = ['se', 'cret ab#', 'cd#', '\r', '\n', 'sw', '#'];
    const wire: Wire = {
      send() {
        const next = (): void => {
          const piece = pieces.shift();
          if (piece === undefined) return;
          hear(piece);
          setImmediate(next);
        };
        setImmediate(next);
      },
      carries: () => true,
      onText: (listener) => (hear = listener),
      onClose: () => undefined,
      close: () => undefined,
    };
    const said = await terminalOver(wire, new Reader(wire, 2000), []).ask('secret ab#cd#', [end]);
    expect(said).toEqual({ output: 'secret ab#cd#\nsw#', ended: 0 });
    expect(pieces).toEqual([]);
  });

  it('is NoPrompt when none comes, Cut when the line breaks, the caller gives up, or the target asks or writes without end', async () => {
    const mute = await host(letsIn(() => '\r\nwhat? '));
    await expect(to(mute.port, (terminal) => terminal.ask('x', [end]), {}, 200)).rejects.toBeInstanceOf(NoPrompt);
    const breaks = await host(letsIn(() => null));
    await expect(to(breaks.port, (terminal) => terminal.ask('x', [end]))).rejects.toBeInstanceOf(Cut);
    const asks = await host(letsIn(() => '\r\nmore? '));
    const again = { when: /more\? $/, send: 'y' };
    await expect(to(asks.port, (terminal) => terminal.ask('x', [again, end]))).rejects.toThrow('asks without end');
    const floods = await host(letsIn(() => `\r\n${'x'.repeat(5 * 1024 * 1024)}`));
    await expect(to(floods.port, (terminal) => terminal.ask('x', [end]), {}, 20_000)).rejects.toThrow('wrote too much');
  });

  it('sends no text that the line would spoil', async () => {
    const { port, heard } = await host(letsIn());
    await expect(to(port, (terminal) => terminal.ask('p\u00e4ss', [end]))).rejects.toBeInstanceOf(Unreachable);
    expect(heard).toHaveLength(2);
  });
});
