import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { driverFor, drivers } from './index.ts';

const here = new URL('.', import.meta.url);
/** Tests on a server of its kind, real or simulated. */
const onPeers = new URL('../../../test/drivers/', here);

it('registers every driver file, under the name of its file, with a test beside it or on a peer', () => {
  const files = readdirSync(here);
  const sources = files.filter((file) => file !== 'index.ts' && !file.endsWith('.test.ts'));
  expect(drivers.map(({ type }) => `${type}.ts`).sort()).toEqual(sources.sort());
  for (const { type } of drivers) {
    const tests = [`${type}.test.ts`, `${type}.real.test.ts`];
    expect([type, tests.some((name) => files.includes(name) || existsSync(new URL(name, onPeers)))]).toEqual([
      type,
      true,
    ]);
    expect(driverFor(type)?.type).toBe(type);
  }
  expect(driverFor('no-such-type')).toBeUndefined();
});

it.each(drivers.map((driver) => [driver.type, driver] as const))(
  '%s: one schema gives the form its titles and defaults, and refuses what is out of range',
  (_type, driver) => {
    const schema = z.toJSONSchema(driver.settings, { io: 'input' });
    for (const property of Object.values(schema.properties ?? {})) expect(property).toHaveProperty('title');
    expect(driver.settings.parse({})).toMatchObject({ timeoutSeconds: expect.any(Number) as number });
    expect(driver.settings.safeParse({ timeoutSeconds: 0 }).success).toBe(false);
    const { port } = driver.settings.parse({}) as { port?: number };
    if (port !== undefined) expect(driver.settings.safeParse({ port: 70_000 }).success).toBe(false);
  },
);

it.each(drivers.filter(({ type }) => type.endsWith('-ssh')).map((driver) => [driver.type, driver] as const))(
  '%s: asks what every Unix over SSH asks',
  (_type, driver) => {
    const { properties = {} } = z.toJSONSchema(driver.settings, { io: 'input' });
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['port', 'loginWith', 'proveBy', 'elevation', 'prompts', 'timeoutSeconds']),
    );
    expect(driver.settings.parse({})).toMatchObject({ port: 22, elevation: 'none', loginWith: 'the account itself' });
    expect(driver.settings.safeParse({ elevation: 'doas' }).success).toBe(false);
  },
);
