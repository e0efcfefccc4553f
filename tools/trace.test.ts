import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './lib/install.mjs';
import { titlesWithIds, traceRequirements } from './lib/requirements.mjs';

describe('the table of requirements', () => {
  it('has a test or a written decision for each requirement, names no unknown one, and is up to date [XTR-25]', () => {
    const { page, faults } = traceRequirements(root);
    expect(faults).toEqual([]);
    // Out of date: run `npm run trace` and commit docs/requirements.md.
    expect(readFileSync(join(root, 'docs', 'requirements.md'), 'utf8')).toBe(page);
  });
});

/** A checkout with these files; the requirements are AAA-01 (shown or not), BBB-02 (decided) and G-1. */
function traced(files: Record<string, string>): ReturnType<typeof traceRequirements> {
  const home = mkdtempSync(join(tmpdir(), 'trace-'));
  try {
    const requirements = {
      'AAA-01': { says: 'A works.' },
      'BBB-02': { says: 'B works.', decision: 'Not built yet.' },
      'G-1': { says: 'All works.' },
    };
    const all = { 'tools/requirements/1.json': JSON.stringify({ area: 'Area', requirements }), ...files };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    return traceRequirements(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

describe('tracing', () => {
  it('lists the tests of a requirement and counts it', () => {
    const { page, shown, total, faults } = traced({
      'apps/a/x.test.ts': "describe('a', () => { it('does | it [AAA-01, G-1]', go); });",
    });
    expect({ shown, total, faults }).toEqual({ shown: 2, total: 3, faults: [] });
    expect(page).toContain('| AAA-01 | A works. | `apps/a/x.test.ts`: does \\| it |');
    expect(page).toContain('| BBB-02 | B works. | *Not built yet.* |');
    expect(page).toContain('**2 of 3 requirements shown by tests.**');
  });

  it('finds a requirement with neither tests nor a decision', () => {
    expect(traced({ 'apps/a/x.test.ts': "it('does [G-1]', go);" }).faults).toEqual([
      'AAA-01 has neither tests nor a decision',
    ]);
  });

  it('finds a test that names no requirement', () => {
    const { faults } = traced({ 'test/x.whole.test.ts': "it('all [AAA-01] [G-1] [CCC-09]', go);" });
    expect(faults).toEqual(['test/x.whole.test.ts names CCC-09, which is no requirement']);
  });

  it('finds a decision that tests have overtaken', () => {
    const { faults, shown } = traced({ 'tools/x.test.ts': "it('all [AAA-01, BBB-02, G-1]', go);" });
    expect(faults).toEqual(['BBB-02 is shown by tools/x.test.ts and still carries the decision "Not built yet."']);
    expect(shown).toBe(2);
  });

  it('does not count what does not run', () => {
    const idle =
      "it.skip('a [AAA-01]', go); it.todo('a [AAA-01]'); describe.skip('x', () => { it('a [AAA-01]', go); });";
    expect(titlesWithIds('x.test.ts', idle)).toEqual([]);
    expect(titlesWithIds('x.test.ts', "// it('a [AAA-01]')\nconst text = 'a [AAA-01]'; other('a [AAA-01]');")).toEqual(
      [],
    );
  });

  it('reads every form of title, and the rows of a benchmark', () => {
    const forms =
      "it.each([1])('one %i [AAA-01]', go); test(`two ${x} [AAA-02]`, go); describe.sequential('three' + ' [AAA-03]', go);" +
      "it.skipIf(no)('four [AAA-04]', go); it('no id [RFC-9162] [see AAA-05]', go);";
    expect(titlesWithIds('x.test.ts', forms)).toEqual([
      { title: 'one %i', ids: ['AAA-01'] },
      { title: 'two …', ids: ['AAA-02'] },
      { title: 'three', ids: ['AAA-03'] },
      { title: 'four', ids: ['AAA-04'] },
    ]);
    expect(titlesWithIds('bench/x.bench.ts', "export const rows = [{ what: 'fast [AAA-01]' }];")).toEqual([
      { title: 'fast', ids: ['AAA-01'] },
    ]);
  });
});
