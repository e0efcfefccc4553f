import { Cut, Rejected, Unreachable, prompt, type Shell } from '@strongroom/driver-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFleet, type Fleet } from '../lab/fleet.ts';
import { by, keyOf, reaching } from './reaching.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(1);
  await fleet.exec(1, 'mkfifo', '-m', '666', '/run/started');
});
afterAll(() => fleet.stop());

const alice = by('alice', 'Alice-Pw-0');
const inShell = <T>(work: (shell: Shell) => Promise<T>, more = {}): Promise<T> =>
  reaching(fleet, 1, {}, more).shell(alice, work);
/** Resolves once a command has written to the pipe: it runs then. */
const started = () => fleet.exec(1, 'cat', '/run/started');
const endless = 'echo up > /run/started; sleep 600';

describe('a command over SSH', () => {
  it('gets its input whole, and gives status, output and errors apart', async () => {
    const input = `ünï\n${'x'.repeat(300_000)}`;
    await inShell(async (shell) => {
      expect(await shell.run('cat; echo no >&2; exit 7', input)).toEqual({ code: 7, stdout: input, stderr: 'no\n' });
      expect(await shell.run('wc -c')).toMatchObject({ code: 0, stdout: '0\n' });
    });
  });

  it('is Cut when the line breaks, and so is the next one on it', async () => {
    const next: Promise<unknown>[] = [];
    const first = inShell(async (shell) => {
      const broken = await shell.run(endless).catch((why: unknown) => why);
      next.push(shell.run('true').catch((why: unknown) => why));
      return broken;
    });
    await started();
    await fleet.cutSessions(1);
    expect(await first).toBeInstanceOf(Cut);
    expect(await next[0]).toBeInstanceOf(Cut);
  });

  it('is Cut when it takes too long, when the caller gives up, and when it dies without a status', async () => {
    await expect(inShell((shell) => shell.run('sleep 600'), { timeoutMs: 1500 })).rejects.toBeInstanceOf(Cut);
    const giveUp = new AbortController();
    const given = inShell((shell) => shell.run(endless), { signal: giveUp.signal });
    const outcome = expect(given).rejects.toBeInstanceOf(Cut);
    await started();
    giveUp.abort();
    await outcome;
    await expect(inShell((shell) => shell.run('kill -9 $$'))).rejects.toBeInstanceOf(Cut);
  });

  it('is Cut when it writes without end', async () => {
    await expect(inShell((shell) => shell.run('yes'))).rejects.toThrow('the target wrote too much');
    await expect(inShell((shell) => shell.dialogue('yes', []))).rejects.toThrow('the target wrote too much');
  });

  it('is Unreachable when the target runs no commands, since nothing was started', async () => {
    await fleet.configure(1, 'MaxSessions 0');
    await expect(inShell((shell) => shell.run('true'))).rejects.toBeInstanceOf(Unreachable);
    await fleet.reset(1);
    await fleet.exec(1, 'mkfifo', '-m', '666', '/run/started');
  });
});

describe('a dialogue over SSH', () => {
  const ask = (text: string) => `printf '\\033[?2004h${text}'; read -r answer; echo "got [$answer]"`;

  it('answers on a terminal, in order, without echo, and hides what it typed', async () => {
    const said = await inShell((shell) =>
      shell.dialogue(`tty -s && ${ask('First word: ')}; ${ask('Second word: ')}; exit 3`, [
        { expect: prompt('first word'), send: { expose: () => 'Secr3t' } },
        { expect: prompt('second word'), send: 'plain' },
      ]),
    );
    expect(said).toEqual({
      code: 3,
      output: 'First word: got [[secret]]\nSecond word: got [plain]\n',
      reached: 2,
      refused: false,
    });
  });

  it('ends at a refusal and sends no more, and is Cut when no question comes', async () => {
    const word = prompt('word');
    const said = await inShell((shell) =>
      shell.dialogue(`${ask('Word: ')}; ${ask('Word: ')}; ${ask('Word: ')}`, [
        { expect: word, send: 'one', refused: word },
        { expect: prompt('another'), send: 'two' },
      ]),
    );
    expect(said).toMatchObject({ code: -1, reached: 1, refused: true });
    expect(said.output).not.toContain('two');
    const waiting = inShell((shell) => shell.dialogue('read -r x', [{ expect: word, send: 'x' }]), { timeoutMs: 1500 });
    await expect(waiting).rejects.toBeInstanceOf(Cut);
  });

  it('passes every byte that no driver forbids, # and @ too', async () => {
    const all = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');
    const said = await inShell((shell) =>
      shell.dialogue(`printf 'Word: '; IFS= read -r answer; printf '%s' "$answer" | od -An -tx1`, [
        { expect: prompt('word'), send: `${all}ü✓🔑` },
      ]),
    );
    const bytes = said.output.slice('Word: '.length).replace(/\s/g, '');
    expect(Buffer.from(bytes, 'hex').toString('utf8')).toBe(`${all}ü✓🔑`);
  });
});

describe('a connection that is kept for the next reset on its host', () => {
  const logIns = async () => (await fleet.log(1)).match(/Accepted password for root/g)?.length ?? 0;
  const whoami = async (shell: Shell) => (await shell.run('id -un')).stdout;

  it('is used again by the same log-in alone, each time by one, and opened anew once it is gone', async () => {
    const pinned = [await keyOf(fleet, 1)];
    const target = reaching(fleet, 1, {}, { pinned });
    const kept = (password: string, user = 'root') => target.keptShell?.(by(user, password), whoami);
    const before = await logIns();
    expect([await kept('Root-Pw-0'), await kept('Root-Pw-0'), await kept('Root-Pw-0')]).toEqual(
      Array(3).fill('root\n'),
    );
    expect(await logIns()).toBe(before + 1);
    await expect(kept('Root-Pw-1')).rejects.toBeInstanceOf(Rejected);
    expect(await kept('Alice-Pw-0', 'alice')).toBe('alice\n');
    // A log-in that is to prove something is always a new one.
    await target.shell(by('root', 'Root-Pw-0'), whoami);
    expect(await logIns()).toBe(before + 2);
    await Promise.all([kept('Root-Pw-0'), kept('Root-Pw-0')]);
    expect(await logIns()).toBe(before + 3);
    await fleet.cutSessions(1);
    // Whoever asks before the end has reached this side gets the line that broke.
    await vi.waitFor(async () => {
      expect(await kept('Root-Pw-0')).toBe('root\n');
    });
    expect(await logIns()).toBe(before + 4);
  });

  it('is not kept where the work failed, nor where the host is still a stranger', async () => {
    await fleet.cutSessions(1);
    const pinned = [await keyOf(fleet, 1)];
    const before = await logIns();
    const target = reaching(fleet, 1, {}, { pinned });
    await expect(target.keptShell?.(by('root', 'Root-Pw-0'), () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    await target.keptShell?.(by('root', 'Root-Pw-0'), whoami);
    expect(await logIns()).toBe(before + 2);
    const stranger = reaching(fleet, 1, {});
    await stranger.keptShell?.(by('root', 'Root-Pw-0'), whoami);
    await stranger.keptShell?.(by('root', 'Root-Pw-0'), whoami);
    expect(await logIns()).toBe(before + 4);
  });
});
