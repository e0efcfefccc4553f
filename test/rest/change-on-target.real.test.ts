import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleet, type Fleet } from '../lab/fleet.ts';
import { bash, startServer, type Server } from './server.ts';

interface Outcome {
  readonly status: string;
  readonly message: string;
}

let server: Server;
let fleet: Fleet;
beforeAll(async () => {
  [server, fleet] = await Promise.all([startServer(), startFleet(1)]);
});
afterAll(async () => {
  await Promise.all([server?.stop(), fleet?.stop()]);
});

/** Sends one request to the reference's API; `curl` is the rest of a command line, with `$API` for the base address. */
const send = (curl: string): Promise<string> =>
  bash(`API=https://${server.host}/restapi/json/v1; curl -sSk -H 'AUTHTOKEN: ${server.token}' ${curl}`);
/** Sends one request to our own API and reads its reply. */
const ours = async (curl: string): Promise<Record<string, unknown>> =>
  JSON.parse(
    await bash(
      `API=https://${server.host}/api/v1; curl -sSfk -H 'Authorization: Bearer ${server.token}' -H 'Content-Type: application/json' ${curl}`,
    ),
  ) as Record<string, unknown>;
const idOf = async (list: string): Promise<string> =>
  ((await ours(list))['items'] as { id: string }[])[0]?.id ?? 'nothing was found';
const change = (account: string, password: string): Promise<string> =>
  send(
    `-X PUT "$API/resources/1/accounts/${account}/password" -d 'INPUT_DATA={"operation":{"Details":{"NEWPASSWORD":"${password}","RESETTYPE":"REMOTE","REASON":"rotation by script"}}}'`,
  );

describe('a password that a script changes on a real machine', () => {
  it('is the machine’s and the vault’s when the call says Success [PWD-03]', async () => {
    const [host] = fleet.hosts;
    await send(
      `"$API/resources" -d 'INPUT_DATA={"operation":{"Details":{"RESOURCENAME":"lab","RESOURCETYPE":"Linux","DNSNAME":"${host?.host ?? ''}","ACCOUNTNAME":"svcapp","PASSWORD":"Svc-Pw-0"}}}'`,
    );
    await send(
      `"$API/resources/1/accounts" -d 'INPUT_DATA={"operation":{"Details":{"ACCOUNTLIST":[{"ACCOUNTNAME":"root","PASSWORD":"Root-Pw-0"}]}}}'`,
    );
    const resource = await idOf('"$API/resources?number=1"');
    const root = await idOf('"$API/accounts?username=root"');
    await ours(
      `-X PUT "$API/resources/${resource}/reset" -d '{"reset":{"settings":{"port":${host?.port ?? 0},"loginWith":"another account"},"adminAccountId":"${root}"}}'`,
    );
    expect(await change('1', 'Remote-Change-4711!')).toBe(
      '{"operation":{"name":"CHANGE PASSWORD","result":{"status":"Success","message":"Password changed successfully"}}}',
    );
    expect(await fleet.canLogIn(1, 'svcapp', 'Remote-Change-4711!')).toBe(true);
    expect(await fleet.canLogIn(1, 'svcapp', 'Svc-Pw-0')).toBe(false);
    expect(await send('"$API/resources/1/accounts/1/password"')).toContain('"PASSWORD":"Remote-Change-4711!"');
  });
  it('stays what it was, on both, and the reply says why, when the machine lets nobody change it [PWD-03]', async () => {
    // Somebody changed root's password there: the account that sets passwords signs in no more.
    await fleet.execWith('root:Somebody-Else-0\n', 1, 'chpasswd');
    const { result } = (JSON.parse(await change('1', 'Remote-Change-4712!')) as { operation: { result: Outcome } })
      .operation;
    expect(result.status).toBe('Failed');
    expect(result.message).toMatch(/^Password is not changed\. .+/);
    expect(await fleet.canLogIn(1, 'svcapp', 'Remote-Change-4711!')).toBe(true);
    expect(await send('"$API/resources/1/accounts/1/password"')).toContain('"PASSWORD":"Remote-Change-4711!"');
  });
});
