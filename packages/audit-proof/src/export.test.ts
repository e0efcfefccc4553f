import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportLines, readExport, type ExportItem, type SealedEvent } from './export.ts';
import { linesOfTrail, organisationId, testEvent, testTrail, type Trail } from './testing/trail.ts';
import { UnusableInput, verifyExport } from '../verify.mjs';

const trail = testTrail(30, [0, 10, 25, 30]);
const whole = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''));

/** The bytes cut into pieces of the given length. */
function pieces(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

async function read(bytes: Buffer, length = 1000): Promise<ExportItem[]> {
  const items: ExportItem[] = [];
  for await (const item of readExport(pieces(bytes, length))) items.push(item);
  return items;
}

describe('writing and reading an export', () => {
  it('puts every checkpoint at the size it signs, and ends with the number of events', async () => {
    const lines = await linesOfTrail(trail);
    const kinds = (await read(whole(lines))).map((item) => item.is);
    const events = (count: number): string[] => Array.from({ length: count }, () => 'event');
    expect(kinds).toEqual([
      'header',
      'checkpoint',
      ...events(10),
      'checkpoint',
      ...events(15),
      'checkpoint',
      ...events(5),
      'checkpoint',
      'end',
    ]);
    expect(lines.at(-1)).toBe('{"end":true,"events":30}\n');
  });

  it('gives the events back as they went in, however the bytes are cut', async () => {
    for (const length of [1, 7, 4096]) {
      const items = await read(whole(await linesOfTrail(trail)), length);
      expect(items[0]).toEqual({ is: 'header', ...trail.header });
      expect(items.flatMap((item) => (item.is === 'event' ? [item.event] : []))).toEqual(
        trail.events.map((_, n) => testEvent(n)),
      );
      expect(items.flatMap((item) => (item.is === 'checkpoint' ? [item.note] : []))).toEqual(trail.checkpoints);
    }
  });

  it('leaves out events that no checkpoint covers, and asks for no more of them than one', async () => {
    let asked = 0;
    let closed = false;
    async function* events(): AsyncGenerator<SealedEvent> {
      try {
        for (const [index, event] of trail.events.entries()) {
          asked += 1;
          yield await Promise.resolve({ index, event });
        }
      } finally {
        closed = true;
      }
    }
    const lines: string[] = [];
    for await (const line of exportLines({
      ...trail.header,
      events: events(),
      checkpoints: trail.checkpoints.slice(0, 2),
    }))
      lines.push(line);
    expect(lines.at(-1)).toBe('{"end":true,"events":10}\n');
    expect({ asked, closed }).toEqual({ asked: 11, closed: true });
  });

  it('refuses to write an export that proves nothing', async () => {
    await expect(linesOfTrail({ ...trail, checkpoints: [] })).rejects.toThrow('no checkpoint');
  });

  it('writes a trail with a gap as it is, so that the gap is found', async () => {
    const events = trail.events.flatMap((event, index) => (index === 12 ? [] : [{ index, event }]));
    const lines: string[] = [];
    for await (const line of exportLines({ ...trail.header, events, checkpoints: trail.checkpoints })) lines.push(line);
    expect(await verifyExport([whole(lines)], trail.signer.verifierKey)).toMatchObject({
      intact: false,
      first: 12,
      last: 12,
      proven: 10,
    });
  });

  it('names the line that is not of the form', async () => {
    const lines = await linesOfTrail(trail);
    await expect(read(whole(lines.with(3, '{"index":1,"event":{}}\n')))).rejects.toThrow(
      'line 4: the event lacks action',
    );
    await expect(read(whole(lines.with(0, '{}\n')))).rejects.toThrow('line 1: the first line');
    await expect(read(whole(lines.with(5, 'x\n')))).rejects.toThrow('line 6: not JSON');
  });
});

describe('verifyExport', () => {
  it('reads pieces of any size', async () => {
    const bytes = whole(await linesOfTrail(trail));
    for (const length of [1, 2, 333, 100_000]) {
      expect(await verifyExport(pieces(bytes, length), trail.signer.verifierKey)).toMatchObject({
        intact: true,
        organisationId,
        events: 30,
        checkpoints: 4,
      });
    }
  });

  it('leaves the bytes it was given as they were', async () => {
    const bytes = whole(await linesOfTrail(trail));
    const before = createHash('sha256').update(bytes).digest('hex');
    await verifyExport([bytes], trail.signer.verifierKey);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(before);
  });

  it('reads events and texts of a megabyte', async () => {
    const long = testTrail(0, [0]);
    const { canonicalEvent } = await import('./record.ts');
    const { sealTrail } = await import('./testing/trail.ts');
    const sealed = sealTrail([canonicalEvent({ ...testEvent(1), reason: '\\"é'.repeat(400_000) })], [1], long.signer);
    expect(
      await verifyExport(pieces(whole(await linesOfTrail(sealed)), 65_536), long.signer.verifierKey),
    ).toMatchObject({ intact: true, events: 1 });
  });

  it.each<[string, string, string[]]>([
    ['no key', '', []],
    ['a key that is none', 'key', []],
    ['a key with a wrong id', trail.signer.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), []],
    ['a kept text that is no checkpoint', trail.signer.verifierKey, ['hello']],
    ['kept lines that are not JSON', trail.signer.verifierKey, ['{']],
  ])('says that %s cannot be used', async (_, key, kept) => {
    await expect(verifyExport([whole(await linesOfTrail(trail))], key, kept)).rejects.toThrow(UnusableInput);
  });
});

describe.each([
  ['verify.mjs', process.execPath, []],
  ['verify.py', 'python3', ['-B']],
])('the command %s, alone in a folder', (script, command, before) => {
  let folder: string;
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-proof-'));
    await copyFile(fileURLToPath(new URL(`../${script}`, import.meta.url)), path(script));
    const cut: Trail = { ...trail, events: trail.events.slice(0, 25), checkpoints: trail.checkpoints.slice(0, 3) };
    const lines = await linesOfTrail(trail);
    await writeFile(path('whole.jsonl'), whole(lines));
    await writeFile(path('changed.jsonl'), whole(lines).toString().replace('CHG-15', 'CHG-14'));
    await writeFile(path('cut.jsonl'), whole(await linesOfTrail(cut)));
    await writeFile(path('key.txt'), `# key of the trail\n${trail.signer.verifierKey}\n`);
    await writeFile(path('kept.txt'), trail.checkpoints[3] ?? '');
    await writeFile(path('early.txt'), trail.checkpoints[1] ?? '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    try {
      const { stdout, stderr } = await promisify(execFile)(command, [...before, script, ...args], { cwd: folder });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }

  it('says 0 and what it checked when the trail is whole', async () => {
    const { code, out } = await run('whole.jsonl', 'key.txt', '--since', 'early.txt', '--since', 'kept.txt');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`INTACT: 30 events of`) });
    expect(out).toContain(organisationId);
  });

  it('says 1 and where when an event was changed', async () => {
    const { code, out } = await run('changed.jsonl', 'key.txt');
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/NOT INTACT[^]*10 to 24[^]*Events 0 to 9 are as they were sealed/),
    });
  });

  it('sees events cut together with their checkpoints only with a kept checkpoint, and says so without', async () => {
    const blind = await run('cut.jsonl', 'key.txt');
    expect(blind).toMatchObject({ code: 0, out: expect.stringMatching(/cut/) });
    expect(await run('cut.jsonl', 'key.txt', '--since', 'kept.txt')).toMatchObject({
      code: 1,
      out: expect.stringContaining('cut'),
    });
  });

  it.each([
    [[]],
    [['whole.jsonl']],
    [['whole.jsonl', 'key.txt', 'more']],
    [['whole.jsonl', 'key.txt', '--since']],
    [['whole.jsonl', 'key.txt', '--what']],
    [['absent.jsonl', 'key.txt']],
    [['whole.jsonl', 'absent.txt']],
    [['whole.jsonl', 'whole.jsonl']],
    [['whole.jsonl', 'key.txt', '--since', 'key.txt']],
  ])('says 2 and no verdict for %j', async (args) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim()).not.toBe('');
  });
});

describe('the verifiers stand alone', () => {
  it('use nothing but what comes with Node and Python [AUD-05]', async () => {
    const node = await readFile(new URL('../verify.mjs', import.meta.url), 'utf8');
    const python = await readFile(new URL('../verify.py', import.meta.url), 'utf8');
    expect([...node.matchAll(/(?:from|import\(|require\() ?'([^']+)'/g)].map(([, name]) => name)).toEqual([
      'node:buffer',
      'node:crypto',
      'node:fs',
      'node:url',
    ]);
    expect([...python.matchAll(/^\s*(?:import|from) (\w+)/gm)].map(([, name]) => name)).toEqual([
      'base64',
      'binascii',
      'hashlib',
      'json',
      're',
      'sys',
      'dataclasses',
    ]);
  });
});
