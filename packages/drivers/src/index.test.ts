import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { driverFor, drivers } from './index.ts';

it('registers every driver file, under the name of its file, with a test beside it', () => {
  const files = readdirSync(new URL('.', import.meta.url));
  const sources = files.filter((file) => file !== 'index.ts' && !file.endsWith('.test.ts'));
  expect(drivers.map(({ type }) => `${type}.ts`).sort()).toEqual(sources.sort());
  for (const { type } of drivers) {
    expect(files).toContain(`${type}.test.ts`);
    expect(driverFor(type)?.type).toBe(type);
  }
  expect(driverFor('no-such-type')).toBeUndefined();
});

it.each(drivers.map((driver) => [driver.type, driver] as const))(
  '%s: one schema gives the form its titles and defaults, and refuses what is out of range',
  (_type, driver) => {
    const schema = z.toJSONSchema(driver.settings, { io: 'input' });
    const properties = schema.properties ?? {};
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['port', 'loginWith', 'proveBy', 'elevation', 'prompts', 'timeoutSeconds']),
    );
    for (const property of Object.values(properties)) expect(property).toHaveProperty('title');
    expect(driver.settings.parse({})).toMatchObject({ port: 22, elevation: 'none', loginWith: 'the account itself' });
    expect(driver.settings.safeParse({ port: 70_000 }).success).toBe(false);
    expect(driver.settings.safeParse({ elevation: 'doas' }).success).toBe(false);
  },
);
