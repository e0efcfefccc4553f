import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { parse } from './t.ts';

vi.mock(import('./t.ts'), async (original) => ({
  ...(await original()),
  // The texts themselves in place of the voice that says them.
  catalogue: ((_area: string, english: Readonly<Record<string, string>>) => english) as never,
}));
const folder = join(import.meta.dirname, 'messages');

it.each(readdirSync(folder))('has in %s only texts that can be said', async (file) => {
  const module = (await import(join(folder, file))) as Record<string, Readonly<Record<string, string>>>;
  const texts = Object.values(module).flatMap((one) => Object.entries(one));
  expect(texts.length).toBeGreaterThan(0);
  for (const [key, text] of texts) expect(() => parse(text), `${file} ${key}`).not.toThrow();
});
