import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { consoleDist } from './product.ts';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly dynamicImports?: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(consoleDist, '.vite/manifest.json'), 'utf8')) as Readonly<
  Record<string, Chunk>
>;
const sizes = new Map<string, number>();
const gzipped = (file: string): number => {
  const known = sizes.get(file) ?? gzipSync(readFileSync(join(consoleDist, file)), { level: 9 }).length;
  sizes.set(file, known);
  return known;
};

/** Every chunk that must be there before this one runs, itself included. */
function closure(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const next of manifest[name]?.imports ?? []) closure(next, found);
  return found;
}
/** The frame around the pages of those who are signed in, where it is a chunk of its own. */
const frame = 'src/parts/shell/Shell.tsx';
const outside = /^src\/pages\/(login|setup|link)\//;

/** Kilobytes, gzip, that a browser loads when this page is the first one it opens. */
function load(page: string, kind: 'js' | 'css'): number {
  const chunks = new Set([
    ...closure('index.html'),
    ...closure(page),
    ...(frame in manifest && !outside.test(page) ? closure(frame) : []),
  ]);
  const files = new Set(
    [...chunks].flatMap((name) => (kind === 'js' ? [manifest[name]?.file ?? ''] : [...(manifest[name]?.css ?? [])])),
  );
  return [...files].filter((file) => file.endsWith(`.${kind}`)).reduce((sum, file) => sum + gzipped(file), 0) / 1000;
}
/** Every page that has an address: what the router loads. */
const pages = (manifest['index.html']?.dynamicImports ?? []).filter((name) => /^src\/pages\/.+\.tsx$/.test(name));

describe('what the console weighs', () => {
  it('loads every page apart from the others', () => {
    expect(pages).toContain('src/pages/home/index.tsx');
    expect(pages).toContain('src/pages/login/index.tsx');
    expect(pages.length).toBeGreaterThan(12);
  });
  it.each(pages)('keeps to the script budget: %s', (page) => {
    expect(load(page, 'js')).toBeLessThanOrEqual(page.startsWith('src/pages/home/') ? 270 : 240);
  });
  it.each(pages)('keeps to the style budget: %s', (page) => {
    expect(load(page, 'css')).toBeLessThanOrEqual(45);
  });
  it('carries two fonts for Latin text, of at most 90 kB together', () => {
    const fonts = Object.values(manifest).flatMap((chunk) =>
      /latin-wght-normal.*\.woff2$/.test(chunk.file) ? [chunk.file] : [],
    );
    expect(fonts).toHaveLength(2);
    expect(
      fonts.reduce((sum, file) => sum + readFileSync(join(consoleDist, file)).length, 0) / 1000,
    ).toBeLessThanOrEqual(90);
  });
});
