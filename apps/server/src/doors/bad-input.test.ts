import { calls } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, type Client } from '../../test/browser.ts';
import { inputFor } from '../../test/contract-input.ts';
import { valuesFor } from '../../test/matrix-input.ts';
import { world, type World } from '../../test/world.ts';
import type { Action } from '../authorise/index.ts';

let w: World;
let boss: Client;
beforeAll(async () => {
  w = await world();
  const app = w.app();
  await app.ready();
  const { token, csrf } = await w.people.boss.session();
  boss = Object.assign(client(app), { cookie: `__Host-strongroom=${token}`, csrf });
});
afterAll(() => w.close());

/** An id that the contract takes and that nothing has. */
const absent = '01990000-0000-7000-8000-0000000000ff';
/** Values of a wrong kind; for any field one of them is, unless it takes whatever comes. */
const wrong: readonly unknown[] = [{ odd: 1 }, 'x', -7, [[]], true];
/** Says of a call that there is nothing to give it. */
const takesNothing = ({ input }: (typeof calls)[number]): boolean =>
  'shape' in input && Object.keys(input.shape as object).length === 0;
const withBody = calls.filter((call) => call.method !== 'GET' && call.method !== 'DELETE' && !takesNothing(call));
type ACall = (typeof withBody)[number];

/** Every input that has one wrong field, with the name of that field. */
function spoilt(call: ACall): [string, Record<string, unknown>][] {
  const names = ['policyId', 'ownerId', 'adminAccountId', 'elevationAccountId'];
  const given = Object.entries(valuesFor(call)).filter(([, value]) => value !== undefined);
  const good = inputFor(call, Object.fromEntries([...names.map((name) => [name, absent]), ...given]));
  const inPath = [...call.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  return Object.keys(good).flatMap((name): [string, Record<string, unknown>][] => {
    const values = inPath.includes(name) ? ['x y'] : wrong;
    const value = values.find((one) => !call.input.safeParse({ ...good, [name]: one }).success);
    return value === undefined ? [] : [[name, { ...good, [name]: value }]];
  });
}

describe('input of a wrong kind', () => {
  it('can be made for every call that takes a body', () => {
    expect(withBody.length).toBeGreaterThan(30);
    const without = withBody.filter((call) => spoilt(call).length === 0).map((call) => call.name);
    expect(without).toEqual([]);
  });

  it.each(withBody.map((call) => [call.name, call] as const))(
    'to %s is answered with the field that is wrong, and nothing is done [G-3]',
    async (_name, call) => {
      const done = async () => (await w.audit(call.name as Action)).filter(({ outcome }) => outcome === 'done').length;
      const before = await done();
      for (const [field, input] of spoilt(call)) {
        const { status, headers, body } = await boss.send(call, input);
        expect([field, status, body['code']]).toEqual([field, 400, 'input-invalid']);
        expect(headers['content-type']).toContain('application/problem+json');
        const lines = body['errors'] as { path: string; message: string }[];
        expect(lines.map(({ path }) => path.split('.', 1)[0])).toContain(field);
        for (const { message } of lines) expect(message.length).toBeGreaterThan(5);
      }
      expect(await done()).toBe(before);
    },
  );
});
