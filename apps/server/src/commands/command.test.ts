import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StartFault } from '../platform/start-fault.ts';
import { ok, fail, textOf, warn } from './check.ts';
import { command, Refusal, type Called, type Outcome } from './command.ts';
import { diskCheck } from './doctor-files.ts';
import { clockCheck, reportChecks } from './doctor-database.ts';
import { runCommand, usageText } from './index.ts';

let out: string;
let err: string;
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const shape = {
  words: 'thing do',
  takes: 'FILE [--since FILE]...',
  says: 'does a thing',
  positionals: 1,
  options: { since: { type: 'string', multiple: true }, organisation: { type: 'string' } },
} as const;
const gives = (outcome: Outcome) => command(shape, () => Promise.resolve(outcome));

describe('a command', () => {
  it('gets what it was called with', async () => {
    const seen: Called[] = [];
    const made = command(shape, (called) => {
      seen.push(called);
      return Promise.resolve({ ok: true, lines: [], facts: {} });
    });
    expect(await made.run(['--since', 'a', 'file', '--since=b', '--organisation', 'x'])).toBe(0);
    const [called] = seen;
    expect([called?.positionals, called?.all('since'), called?.one('organisation'), called?.one('since')]).toEqual([
      ['file'],
      ['a', 'b'],
      'x',
      'a',
    ]);
    expect(called?.one('absent')).toBeUndefined();
  });

  it('prints lines for people, one object for programs, and tells success by its exit status', async () => {
    const outcome = { ok: false, lines: ['one', 'two'], facts: { n: 2 } };
    expect(await gives(outcome).run(['f'])).toBe(1);
    expect(out).toBe('one\ntwo\n');
    out = '';
    expect(await gives({ ...outcome, ok: true }).run(['f', '--json'])).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, n: 2 });
  });

  it.each([
    [[], 'Something is missing.'],
    [['a', 'b'], 'b is too much.'],
    [['a', '--nope'], "Unknown option '--nope'."],
    [['a', '--since'], "Option '--since <value>' argument missing."],
  ])('refuses %j with its usage and status 2 [G-3]', async (args, said) => {
    expect(await gives({ ok: true, lines: ['done'], facts: {} }).run(args)).toBe(2);
    expect([out, err]).toEqual(['', `${said}\nUsage: strongroom thing do FILE [--since FILE]... [--json]\n`]);
  });

  it('turns what its work throws into a sentence, without a stack', async () => {
    const throwing = (error: Error) => command(shape, () => Promise.reject(error));
    for (const [error, said] of [
      [new StartFault('Port 1 is taken.'), 'Port 1 is taken.'],
      [new Refusal('No.'), 'No.'],
      [
        Object.assign(new Error('connect ENOENT /x'), { code: 'ENOENT' }),
        'The database cannot be reached (ENOENT): connect ENOENT /x.',
      ],
      [new Error('odd'), 'Failed: Odd.'],
    ] as const) {
      err = '';
      expect(await throwing(error).run(['f'])).toBe(1);
      expect(err).toBe(`${said}\n`);
    }
    const faults = [{ where: 'environment', key: 'STRONGROOM_PORT', problem: 'is bad', allowed: 'a number' }];
    expect(await throwing(new Refusal('x', faults)).run(['f', '--json'])).toBe(1);
    expect(JSON.parse(out)).toEqual({ ok: false, faults });
  });
});

describe('the command line', () => {
  it('prints its usage when asked, and with status 2 for words it does not know', async () => {
    expect(await runCommand(['help'])).toBe(0);
    expect([out, err]).toEqual([await usageText(), '']);
    out = '';
    for (const words of [[], ['audit'], ['backup', 'create'], ['user', 'add']]) {
      err = '';
      expect(await runCommand(words)).toBe(2);
      expect([out, err]).toEqual(['', await usageText()]);
    }
  });

  it('offers just what exists, and each by its words', async () => {
    const offered = (await usageText())
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().replace(/ (\[|[A-Z]| ).*$/, ''));
    expect(offered).toEqual([
      'strongroom start',
      'strongroom config check',
      'strongroom doctor',
      'strongroom setup link',
      'strongroom key status',
      'strongroom audit verify',
      'strongroom audit export',
      'strongroom audit public-key',
      'strongroom db migrate',
      'strongroom cert install',
      'strongroom cert import',
      'strongroom service install',
      'strongroom service remove',
    ]);
    for (const words of offered.slice(1)) {
      err = '';
      expect(await runCommand([...words.split(' ').slice(1), '--no-such-option'])).toBe(2);
      expect(err).toMatch(new RegExp(`^Usage: ${words} `, 'm'));
    }
  });
});

describe('checks of doctor', () => {
  it('are one line each, with a remedy unless they are well', () => {
    expect(textOf([ok('a', 'well.'), warn('b', 'so so.', 'mend it'), fail('c', 'bad.', 'mend it now')])).toEqual([
      'ok    a: well.',
      'warn  b: so so. Mend: mend it',
      'fail  c: bad. Mend: mend it now',
    ]);
  });

  it.each([
    [10, 'ok'],
    [1.9, 'warn'],
    [0.2, 'fail'],
    [0, 'fail'],
  ] as const)('of a disk with %d GB free: %s', (free, level) => {
    expect(diskCheck('/h', free * 2 ** 30).level).toBe(level);
  });

  it.each([
    [0, 'ok'],
    [-1900, 'ok'],
    [2500, 'warn'],
    [-2500, 'warn'],
    [90_000, 'fail'],
    [-90_000, 'fail'],
  ] as const)('of a database clock that is ahead by %d ms: %s', (ahead, level) => {
    const check = clockCheck(ahead);
    expect(check.level).toBe(level);
    if (level !== 'ok') expect(check.says).toContain(ahead > 0 ? 'ahead of' : 'behind');
  });

  it('name each fault of a database that this release cannot run on', () => {
    const sound = {
      version: '18.4',
      major: 18,
      role: 'r',
      superuser: false,
      ownsDatabase: true,
      appRole: 'good',
      applied: ['0001_start'],
      missing: [],
      foreign: [],
      aheadMs: 0,
    } as const;
    const faults = (change: object) =>
      reportChecks({ ...sound, ...change })
        .filter(({ level }) => level !== 'ok')
        .map(({ level, what }) => `${level} ${what}`);
    expect(faults({})).toEqual([]);
    expect(faults({ major: 13 })).toEqual(['fail database']);
    expect(faults({ missing: ['0002_more'] })).toEqual(['fail migrations']);
    expect(faults({ foreign: ['0009_later'] })).toEqual(['fail migrations']);
    expect(faults({ superuser: true })).toEqual(['warn database role']);
    expect(faults({ ownsDatabase: false })).toEqual(['fail database role']);
    for (const appRole of ['absent', 'not-granted', 'unsafe'])
      expect(faults({ appRole })).toEqual(['fail database role']);
  });
});
