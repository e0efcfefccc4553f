import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const here = import.meta.dirname;
const core = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.layer.css'));
const esm = join(core, 'esm');

/** What the console imports by value from Mantine, everywhere. */
function imported(): Set<string> {
  const modules = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return new Set(
    modules.flatMap((file) =>
      [...readFileSync(join(here, file), 'utf8').matchAll(/^import \{([^}]*)\} from '@mantine\/core'/gm)]
        .flatMap(([, names = '']) => names.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type ')),
    ),
  );
}

/** The style modules a module of Mantine draws with, by the names of their components. */
function stylesOf(file: string, seen: Set<string>, found: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const style = /(\w+)\.module\.mjs$/.exec(file)?.[1];
  if (style) found.add(style);
  else
    for (const [, next = ''] of readFileSync(file, 'utf8').matchAll(/(?:import|export)[^"']*?from "(\.[^"]+)"/g))
      stylesOf(join(dirname(file), next), seen, found);
}

it('brings the styles of every part of Mantine that is drawn with, in its order, and no others', () => {
  const homes = new Map(
    [...readFileSync(join(esm, 'index.mjs'), 'utf8').matchAll(/import \{([^}]*)\} from "(\.[^"]+)"/g)].flatMap(
      ([, names = '', from = '']) => names.split(',').map((name) => [name.trim(), from] as const),
    ),
  );
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const name of imported()) stylesOf(join(esm, homes.get(name) ?? `no ${name}`), seen, found);
  const all = readFileSync(join(core, 'styles.layer.css'), 'utf8');
  const placed = [...found]
    .map((name) => ({ name, file: join(core, 'styles', `${name}.layer.css`) }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, at: all.indexOf(/\.m_[0-9a-f]+/.exec(readFileSync(file, 'utf8'))?.[0] ?? name) }))
    .sort((a, b) => a.at - b.at);
  expect(placed.length).toBeGreaterThan(20);
  expect(placed.filter(({ at }) => at < 0)).toEqual([]);
  const listed = [
    ...readFileSync(join(here, 'mantine.css'), 'utf8').matchAll(/'@mantine\/core\/styles\/([\w-]+)\.layer\.css'/g),
  ].map(([, name]) => name);
  expect(listed).toEqual(['default-css-variables', 'baseline', 'global', ...placed.map(({ name }) => name)]);
});
