import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/problem.ts';
import { input, page, problem, result, startDoor, type Door } from './testing/door.ts';
import { admin, uuid, web } from './testing/rows.ts';

let door: Door;
beforeEach(async () => {
  door = await startDoor();
});
afterEach(() => door.stop());

describe('accounts', () => {
  it('are listed below their resource with every key that clients read', async () => {
    const { operation } = await door.send('GET', '/resources/304/accounts');
    expect(operation).toMatchObject({
      name: 'GET RESOURCE ACCOUNTLIST',
      result: { status: 'Success', message: 'Resource details with account list fetched successfully' },
      totalRows: 1,
    });
    const details = operation.Details as Record<string, unknown> & { 'ACCOUNT LIST': Record<string, unknown>[] };
    expect(Object.keys(details).sort()).toEqual([
      'ACCOUNT LIST',
      'ALLOWOPENURLINBROWSER',
      'CUSTOM FIELD',
      'DEPARTMENT',
      'DNS NAME',
      'DOMAIN NAME',
      'ISRDPRESTRICTED',
      'IS_LOCAL_ACCOUNTS_AUTOLOGON_RESTRICTED',
      'IS_SSH_RESTRICTED',
      'LOCATION',
      'NEWSSHTERMINAL',
      'PASSWORDREQUEST_REASON_MANDATORY',
      'RESOURCE DESCRIPTION',
      'RESOURCE ID',
      'RESOURCE NAME',
      'RESOURCE OWNER',
      'RESOURCE PASSWORD POLICY',
      'RESOURCE TYPE',
      'RESOURCE URL',
    ]);
    expect(details).toMatchObject({
      'RESOURCE ID': '304',
      DEPARTMENT: 'NOC',
      'RESOURCE OWNER': 'ada',
      'RESOURCE PASSWORD POLICY': 'Strong',
      'DNS NAME': 'db/1.example',
    });
    expect(details['ACCOUNT LIST']).toEqual([
      {
        'ACCOUNT ID': '308',
        'ACCOUNT NAME': 'root',
        PASSWDID: '308',
        'PASSWORD STATUS': '####',
        'ACCOUNT PASSWORD POLICY': 'Strong',
        ACCOUNT_DESCRIPTION: 'console only',
        ISFAVPASS: 'true',
        AUTOLOGONLIST: [],
        AUTOLOGONSTATUS: 'Automatic log-on is not available',
        ISREASONREQUIRED: 'true',
        IS_TICKETID_REQD: 'false',
        IS_TICKETID_REQD_MANDATORY: 'false',
        IS_TICKETID_REQD_ACW: 'false',
        PASSWORDREQUEST_REASON_MANDATORY: 'true',
        ISREMOTEAPPONLY: 'false',
        IS_USER_WITH_COMMAND_CONTROL_ROLE: 'false',
        IS_COMMAND_CONTROL_CONFIGURED: 'false',
        IS_TOTP_CONFIGURED: 'false',
      },
    ]);
    expect((await door.send('GET', '/resources/9/accounts')).operation.result).toEqual({
      status: 'Failed',
      message: 'No such resource found',
    });
  });
  it('have details, as flat strings', async () => {
    const { operation } = await door.send('GET', '/resources/303/accounts/307');
    expect(operation).toMatchObject({
      name: 'GET RESOURCE ACCOUNT DETAILS',
      result: { status: 'Success', message: 'Account details fetched successfully' },
    });
    expect(operation.Details).toMatchObject({
      DESCRIPTION: 'N/A',
      PASSWDID: '307',
      'PASSWORD STATUS': '****',
      'PASSWORD POLICY': 'Strong',
      'LAST ACCESSED TIME': 'N/A',
      'COMPLIANT STATUS': 'Compliant',
      'COMPLIANT REASON': 'N/A',
      PASSWORDREQUEST_REASON_MANDATORY: 'true',
    });
    expect((operation.Details as Record<string, string>)['LAST MODIFIED TIME']).toMatch(
      /^Nov 2\d, 2026 \d\d:00 [AP]M$/,
    );
  });
  it('are expired from the moment that the policy’s age is reached', async () => {
    const expiryOf = async (expiresAt: string): Promise<unknown> => {
      door.answers['account.list'] = (asking) => page([{ ...admin, expiresAt }], asking, 'username');
      const { Details } = (await door.send('GET', '/resources/303/accounts/307')).operation;
      return (Details as Record<string, unknown>)['EXPIRY STATUS'];
    };
    expect(await expiryOf('2020-01-01T00:00:00Z')).toBe('Expired');
    expect(await expiryOf(new Date(Date.now() + 60_000).toISOString())).toBe('Valid');
  });
  it('say whether they keep the policy, and why not', async () => {
    const complianceOf = async (compliance: string | null, complianceWhy: string[]): Promise<unknown> => {
      door.answers['account.list'] = (asking) => page([{ ...admin, compliance, complianceWhy }], asking, 'username');
      return (await door.send('GET', '/resources/303/accounts/307')).operation.Details;
    };
    expect(await complianceOf('violating', ['It is too short.', 'It has no digit.'])).toMatchObject({
      'COMPLIANT STATUS': 'Non-Compliant',
      'COMPLIANT REASON': 'It is too short. It has no digit.',
    });
    for (const unknown of ['unknown', null])
      expect(await complianceOf(unknown, [])).toMatchObject({ 'COMPLIANT STATUS': 'N/A', 'COMPLIANT REASON': 'N/A' });
  });
  it.each(['GET', 'PUT', 'DELETE'])(
    'are not found by %s on a resource that is not theirs, or under no number',
    async (method) => {
      for (const path of [
        '/resources/304/accounts/307',
        '/resources/303/accounts/1000000',
        '/resources/1000000/accounts/307',
        '/resources/x/accounts/y',
      ]) {
        expect(
          (await door.send(method, path, method === 'GET' ? undefined : input({ ACCOUNTNAME: 'x' }))).operation.result,
        ).toEqual({ status: 'Failed', message: 'No such account found' });
      }
    },
  );
  it('are added one by one, and those that exist do not keep others out', async () => {
    door.answers['account.create'] = (asking) => {
      const [first] = asking['accounts'] as { username: string }[];
      if (first?.username === 'old') throw new Problem('name-taken');
      return { items: [admin] };
    };
    const reply = await door.send(
      'POST',
      '/resources/303/accounts',
      input({
        ACCOUNTLIST: [
          { ACCOUNTNAME: 'new', PASSWORD: 'p w', NOTES: 'n', TOTP_SECRET: '' },
          { ACCOUNTNAME: 'old' },
          { ACCOUNTNAME: 'odd', TOTP_SECRET: 'ABC' },
        ],
      }),
    );
    expect(reply.text).toBe(
      '{"operation":{"name":"ADD ACCOUNTS","result":{"status":"Success","message":"Account(s) added successfully"},"Details":[{"new":{"STATUS":"Account added successfully"}},' +
        '{"old":{"STATUS":"Account is not added  as it already exists"}},{"odd":{"STATUS":"Account is not added. The request is not valid. TOTP_SECRET is not available in this product."}}]}}',
    );
    expect(door.asked.find((call) => call.name === 'account.create')?.input).toEqual({
      resourceId: web['id'],
      accounts: [{ username: 'new', password: 'p w', notes: 'n', policyId: null, fields: {} }],
    });
  });
  it('are not said to be added when none was', async () => {
    door.answers['account.create'] = problem('name-taken');
    const { operation } = await door.send(
      'POST',
      '/resources/303/accounts',
      input({ ACCOUNTLIST: { ACCOUNTNAME: 'old' } }),
    );
    expect(operation).toEqual({
      name: 'ADD ACCOUNTS',
      result: { status: 'Failed', message: 'No account was added' },
      Details: [{ old: { STATUS: 'Account is not added  as it already exists' } }],
    });
    door.answers['account.create'] = problem('not-your-role');
    expect(
      (await door.send('POST', '/resources/303/accounts', input({ ACCOUNTLIST: [{ ACCOUNTNAME: 'x' }] }))).operation
        .result.message,
    ).toBe('Your role does not allow this.');
    expect((await door.send('POST', '/resources/303/accounts', input({}))).operation.result.message).toContain(
      'ACCOUNTLIST is missing',
    );
  });
  it('are edited', async () => {
    expect(
      await result(
        door.send(
          'PUT',
          '/resources/303/accounts/307',
          input({ ACCOUNTNAME: 'adm', DESCRIPTION: 'd', ACCOUNTPASSWORDPOLICY: 'LOW', OWNERNAME: 'ada' }),
        ),
      ),
    ).toBe('200 EDIT ACCOUNT: Success, Account adm modified successfully');
    expect(door.inputOf('account.update')).toEqual({
      accountId: admin['id'],
      username: 'adm',
      notes: 'd',
      policyId: uuid(901),
    });
  });
});
