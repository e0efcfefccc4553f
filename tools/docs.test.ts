import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainBytes, secretColumns } from '../apps/server/src/vault/columns.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A heading's anchor, as forges make it: lower case, no punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

/** What a page points at and is not there: files by link, headings by link, files by name. */
function broken(page: string): string[] {
  const text = read(page);
  const faults: string[] = [];
  for (const [, path = '', anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
    if (/^[a-z]+:/.test(path)) continue;
    const target = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(root, target))) faults.push(`${page}: no ${target}`);
    else if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor))
      faults.push(`${page}: no #${anchor} in ${target}`);
  }
  // A source file is named from the checkout or, for short, from the server's sources. NNNN and NAME are placeholders.
  for (const [, path = ''] of text.matchAll(/`([\w-]+(?:\/[\w.-]+)+\.(?:ts|mjs|py|sql|sh))`/g))
    if (!/NNNN|NAME/.test(path) && ![path, `apps/server/src/${path}`].some((file) => existsSync(join(root, file))))
      faults.push(`${page}: names ${path}`);
  return faults;
}

describe('the documentation', () => {
  it('points only at what is there', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.flatMap(broken)).toEqual([]);
  });

  it('justifies every action that may open the vault, and no other [G-2]', () => {
    const union = /export type Opening =\n((?:\s+\| '[^']+'\n?)+)/.exec(
      read('apps/server/src/vault/vault.ts').replaceAll(';', '\n'),
    )?.[1];
    const opening = [...(union ?? '').matchAll(/'([^']+)'/g)].map(([, action]) => action);
    const rows = read('docs/adr/0004-what-may-open-the-vault.md').match(/^\| `.*$/gm) ?? [];
    const justified = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, action]) => action),
    );
    expect(opening.length).toBeGreaterThan(0);
    expect(justified.sort()).toEqual(opening.sort());
  });

  it('says of every secret column, and of every column of hashes in it, where it is kept [KEY-01]', () => {
    const page = read('docs/secrets.md');
    for (const column of secretColumns) expect(page).toMatch(new RegExp(`\`strongroom(_local)?\\.${column}\``));
    for (const column of plainBytes.filter((name) => !/^(idempotency|audit_leaf)\./.test(name)))
      expect(page).toMatch(new RegExp(`\`strongroom(_local)?\\.${column}\``));
  });

  it('lists every decision', () => {
    const files = readdirSync(join(root, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));
    const index = read('docs/adr/README.md');
    expect(files.map((file) => file.slice(0, 4))).toEqual(
      files.map((_, position) => String(position + 1).padStart(4, '0')),
    );
    for (const file of files) {
      expect(index).toContain(`(${file})`);
      expect(read(`docs/adr/${file}`)).toMatch(/^# \d+\. .+\n\nStatus: /);
    }
  });
});
