import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createResource, listAccounts, shareAccount, type Account } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../../test/world.ts';

const run = promisify(execFile);
let w: World;
let app: FastifyInstance;
let host: string;
let accounts: Account[];

beforeAll(async () => {
  w = await world();
  app = w.app(w.tls.options);
  await app.listen({ port: 0, host: '127.0.0.1' });
  host = `127.0.0.1:${String((app.server.address() as AddressInfo).port)}`;
  const keeper = await w.people.keeper.actor();
  const { id } = await w.invoke(createResource, keeper, {
    name: 'Core Switch',
    type: 'Linux',
    accounts: ['monitor', 'root'].map((username) => ({ username, password: `secret of ${username}` })),
  });
  accounts = (await w.invoke(listAccounts, keeper, { resourceId: id, sort: 'number' })).items;
});
afterAll(async () => {
  await app?.close();
  await w?.close();
});

interface Operation {
  readonly name: string;
  readonly result: { readonly status: string; readonly message: string };
  readonly Details?: Readonly<Record<string, string>>;
}
/** Runs a command line as the guide prints it; bash joins its lines. `-sS` keeps curl’s progress off the terminal. */
async function shell(line: string): Promise<Operation> {
  const { stdout } = await run('/bin/bash', ['-c', line.replace(/^curl/, 'curl -sS')], { timeout: 20_000 });
  return (JSON.parse(stdout) as { operation: Operation }).operation;
}
const get = (token: string, path: string): Promise<Operation> =>
  shell(`curl -k "https://${host}/restapi/json/v1/${path}" -H "AUTHTOKEN: ${token}"`);
const guide = `curl -k -X PUT \\
   "https://<PAM360_IP_ADDRESS>:8282/restapi/json/v1/user/regenerateAuthtoken" \\
   -H "AUTHTOKEN: <Current_API_Token>"`;
const regenerate = (token: string): Promise<Operation> =>
  shell(guide.replace('<PAM360_IP_ADDRESS>:8282', host).replace('<Current_API_Token>', token));
const unknown = 'API key received is not associated to any user. Authentication failed.';

describe('an integration', () => {
  it('works as a Password User that is shared one account: it renews its token by the guide’s line, fetches by names, and is let in no more once the token expires [API-02]', async () => {
    const admin = await w.people.admin.token(['read', 'administer']);
    const made = await app.inject({
      method: 'POST',
      url: '/restapi/json/v1/user',
      headers: { authtoken: admin.text },
      payload: `INPUT_DATA=${JSON.stringify({ operation: { Details: { USERNAME: 'sechard', FULLNAME: 'An integration', ISAPIUSER: 'true', HOSTNAME: '127.0.0.1', ROLE: 'Password User', EXPIRYDATE: '31/12/2098' } } })}`,
    });
    const { result, Details } = made.json<{ operation: Operation }>().operation;
    expect(result).toEqual({ status: 'Success', message: 'User Created Successfully' });
    const { AUTHTOKEN: first = '' } = Details ?? {};
    const [user] = await w.sql<{ id: string; role: string; super_administrator: boolean }>(
      "select id, role, super_administrator from strongroom.app_user where username = 'sechard'",
    );
    expect(user).toMatchObject({ role: 'password-user', super_administrator: false });

    // The guide's line makes a token which ends when the first would have; the first ends at once.
    const renewed = await regenerate(first);
    expect(renewed).toMatchObject({ name: 'REGENERATE_AUTHTOKEN', result: { status: 'Success' } });
    expect(Object.keys(renewed.Details ?? {}).sort()).toEqual(['AUTHTOKEN', 'EXPIRYDATE']);
    expect(new Date(renewed.Details?.['EXPIRYDATE'] ?? '')).toEqual(new Date(2098, 11, 31, 23, 59, 59));
    const token = renewed.Details?.['AUTHTOKEN'] ?? '';
    expect(token).not.toBe(first);
    for (const again of [regenerate(first), get(first, 'resources')])
      expect(await again).toEqual({ name: 'Authentication', result: { status: 'Failed', message: unknown } });

    // Least privilege: nothing before it is shared, then that account alone.
    const byName = 'resources/getResourceIdAccountId?RESOURCENAME=Core%20Switch&ACCOUNTNAME=';
    expect((await get(token, `${byName}monitor`)).result.status).toBe('Failed');
    const [monitor, root] = accounts as [Account, Account];
    await w.invoke(shareAccount, await w.people.keeper.actor(), {
      accountId: monitor.id,
      set: [{ to: { kind: 'user', id: user?.id as never }, permission: 'view' }],
    });
    const { RESOURCEID: r, ACCOUNTID: a } = (await get(token, `${byName}monitor`)).Details ?? {};
    expect([r, a]).toEqual([String(monitor.resourceNumber), String(monitor.number)]);
    expect((await get(token, `resources/${r}/accounts/${a}/password`)).Details).toEqual({
      PASSWORD: 'secret of monitor',
    });
    expect((await get(token, `${byName}root`)).result.status).toBe('Failed');
    expect((await get(token, `resources/${r}/accounts/${root.number}/password`)).result).toEqual({
      status: 'Failed',
      message: 'No such account found',
    });

    // The day comes.
    await w.sql('update strongroom.api_token set expires_at = now() where user_id = $1 and revoked_at is null', [
      user?.id,
    ]);
    for (const late of [get(token, `resources/${r}/accounts/${a}/password`), regenerate(token)])
      expect((await late).result).toEqual({ status: 'Failed', message: unknown });
  });
});
