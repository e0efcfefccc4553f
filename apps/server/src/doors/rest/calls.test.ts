import {
  controlResource,
  createResource,
  createResourceGroup,
  createUserGroup,
  listAccounts,
  shareResource,
  type Account,
} from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../../test/world.ts';
import type { Actor } from '../../authorise/index.ts';

let w: World;
let app: FastifyInstance;
let keeper: Actor;
const token: Record<string, string> = {};
interface Made {
  readonly id: string;
  readonly number: number;
  readonly account: Account;
}

interface Operation {
  name: string;
  result: { status: string; message: string };
  totalRows?: number;
  Details?: unknown;
}
/** Sends a call as somebody, with Details as the manual writes them into the query. */
async function call(who: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, details?: unknown) {
  const input = details === undefined ? '' : JSON.stringify({ operation: { Details: details } });
  const url = `/restapi/json/v1/${path}${input === '' ? '' : `${path.includes('?') ? '&' : '?'}INPUT_DATA=${encodeURIComponent(input)}`}`;
  const answer = await app.inject({ method, url, headers: { authtoken: token[who] ?? who } });
  expect(answer.statusCode).toBe(200);
  return answer.json<{ operation: Operation }>().operation;
}
const said = async (answer: Promise<Operation>): Promise<string> => {
  const { name, result } = await answer;
  return `${name} ${result.status}: ${result.message}`;
};
const detailsOf = async <T = Record<string, string>>(answer: Promise<Operation>): Promise<T> =>
  (await answer).Details as T;

async function make(name: string): Promise<Made> {
  const resource = await w.invoke(createResource, keeper, {
    name,
    type: 'Linux',
    accounts: [{ username: 'root', password: `secret of ${name}` }],
  });
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: resource.id });
  return { id: resource.id, number: resource.number, account: items[0] as Account };
}
const numberOf = async (username: string): Promise<number> =>
  (await w.sql<{ number: number }>('select number from strongroom.app_user where username = $1', [username]))[0]
    ?.number ?? -1;

beforeAll(async () => {
  w = await world();
  app = w.app();
  keeper = await w.people.keeper.actor();
  const all = ['read', 'passwords', 'manage', 'administer'] as const;
  for (const name of ['boss', 'admin', 'keeper', 'nobody', 'auditor', 'foreign'] as const)
    token[name] = (await w.people[name].token(all)).text;
});
afterAll(() => w.close());

describe('access workflow', () => {
  let made: Made;
  let path: string;
  beforeAll(async () => {
    made = await make('web');
    path = `resources/${made.number}/accounts/${made.account.number}`;
    await w.invoke(shareResource, keeper, {
      resourceId: made.id as never,
      set: [{ to: { kind: 'user', id: w.people.nobody.id as never }, permission: 'view' }],
    });
    await w.invoke(controlResource, keeper, {
      resourceId: made.id as never,
      control: { approverIds: [w.people.admin.id as never] },
    });
  });
  const shown = async (): Promise<string> =>
    (await detailsOf<{ 'PASSWORD STATUS': string }>(call('nobody', 'GET', path)))['PASSWORD STATUS'];
  const password = async (who: string): Promise<string> =>
    (await detailsOf<{ PASSWORD: string }>(call(who, 'GET', `${path}/password`, { REASON: 'a reason' }))).PASSWORD;

  it('goes from request to check-in in the manual’s own words', async () => {
    const account = `accounts/${made.account.number}`;
    const requester = await numberOf('nobody');
    expect([await shown(), await password('nobody')]).toEqual(['[Request]', '[Request]']);
    expect(await said(call('nobody', 'POST', `${account}/requestpassword`))).toBe(
      'REQUEST_PASSWORD Failed: Give a reason first: the organisation asks for one.',
    );
    expect(await call('nobody', 'POST', `${account}/requestpassword`, { REASON: 'Testing', TICKETID: '7' })).toEqual({
      name: 'REQUEST_PASSWORD',
      result: { status: 'Success', message: 'Request to view password have been raised successfully' },
      Details: { STATUS: 'WAITING FOR APPROVAL / CHECKOUT' },
    });
    expect([await shown(), await password('nobody')]).toEqual(['[Waiting for approval]', '[Waiting for approval]']);
    const waiting = await call('admin', 'GET', 'accounts/passwordaccessrequests');
    expect(waiting).toMatchObject({
      name: 'GET_PASSWORDREQUEST',
      result: { status: 'Success', message: 'Password Request fetched successfully' },
      totalRows: 1,
      Details: [
        {
          'REQUESTER USERID': String(requester),
          'REQUESTED BY': 'nobody',
          'REQUESTED BY FULLNAME': 'The nobody',
          PASSWORDREQUESTLIST: [
            {
              'ACCOUNT ID': String(made.account.number),
              'ACCOUNT NAME': 'root',
              'RESOURCE ID': String(made.number),
              'RESOURCE NAME': 'web',
              'PASSWD ID': String(made.account.number),
              REASON: 'Testing',
            },
          ],
        },
      ],
    });
    // Neither the requester nor somebody who is no approver, nor another requester's id.
    for (const who of ['nobody', 'keeper'])
      expect(await said(call(who, 'POST', `${account}/requester/${requester}/approve`))).toBe(
        'ADMIN_REQUEST_APPROVE Failed: No such password request found',
      );
    expect(await said(call('admin', 'POST', `${account}/requester/${requester + 1}/approve`))).toContain('No such');
    expect(await said(call('admin', 'POST', `${account}/requester/${requester}/approve`))).toBe(
      'ADMIN_REQUEST_APPROVE Success: Password Approved successfully',
    );
    expect([await shown(), await password('nobody')]).toEqual(['[Check Out]', '[Check Out]']);
    expect(await call('nobody', 'POST', `${account}/checkout`, { REASON: 'N/A' })).toEqual({
      name: 'REQUEST_CHECKOUT',
      result: { status: 'Success', message: 'Password have been checked out successfully' },
      Details: { STATUS: '***** [checkIn]' },
    });
    expect([await shown(), await password('nobody')]).toEqual(['***** [checkIn]', 'secret of web']);
    // Exclusive: nobody else, the owner included.
    expect(await password('keeper')).toBe('[ In use ]');
    expect(await detailsOf(call('keeper', 'GET', path))).toMatchObject({ 'PASSWORD STATUS': '[ In use ]' });
    expect((await w.audit('account.reveal')).at(-1)).toMatchObject({ outcome: 'refused', actor_name: 'keeper' });
    expect(await said(call('admin', 'POST', `${account}/requester/${requester}/checkin`))).toBe(
      'ADMIN_REQUEST_CHECKIN Success: Password have been checked in successfully',
    );
    expect(await password('nobody')).toBe('[Request]');
  });
  it('rejects, and lets whoever has a password give it back', async () => {
    const account = `accounts/${made.account.number}`;
    const requester = await numberOf('nobody');
    await call('nobody', 'POST', `${account}/requestpassword`, { REASON: 'once more' });
    expect(await said(call('admin', 'POST', `${account}/requester/${requester}/reject`))).toBe(
      'ADMIN_REQUEST_REJECT Success: Password Rejected successfully',
    );
    expect(await shown()).toBe('[Request]');
    expect((await call('admin', 'GET', 'accounts/passwordaccessrequests')).Details).toBeUndefined();
    await call('nobody', 'POST', `${account}/requestpassword`, { REASON: 'and again' });
    await call('admin', 'POST', `${account}/requester/${requester}/approve`);
    await call('nobody', 'POST', `${account}/checkout`, { REASON: 'and again' });
    expect(await said(call('nobody', 'POST', `${account}/checkin`))).toContain('Success');
    expect(await password('nobody')).toBe('[Request]');
  });
  it('takes a window as the newer documentation writes it, and no day that does not exist', async () => {
    const account = `accounts/${made.account.number}/requestpassword`;
    const wrong = { REASON: 'later on', ACCESS: 'later', STARTTTIME: '31/06/2098 10:00', ENDTIME: '01/07/2098 10:00' };
    expect(await said(call('nobody', 'POST', account, wrong))).toContain('STARTTIME must be a date');
    expect(await said(call('nobody', 'POST', account, { REASON: 'later on', ACCESS: 'later' }))).toContain(
      'STARTTIME is missing',
    );
    const [today, two] = [new Date(), (n: number): string => String(n).padStart(2, '0')];
    const from = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 40, 10, 0);
    const day = `${two(from.getDate())}/${two(from.getMonth() + 1)}/${from.getFullYear()}`;
    const right = { ...wrong, STARTTTIME: `${day} 10:00`, ENDTIME: `${day} 18:30` };
    expect(await said(call('nobody', 'POST', account, right))).toContain('Success');
    const rows = await w.sql(
      `select starts_at, ends_at - starts_at = '8 hours 30 minutes' as span from strongroom.access_request where state = 'waiting'`,
    );
    expect(rows).toEqual([{ starts_at: from, span: true }]);
  });
});

describe('users', () => {
  const jason = {
    USERNAME: 'jason', FIRSTNAME: 'Jason', LASTNAME: 'Thomas', EMAIL: 'jason@opmanager.com', POLICY: 'Strong',
    ROLE: 'Password Administrator', ISSUPERADMIN: 'false', DEPARTMENT: 'NOC', LOCATION: 'Level 10 - South Wing',
    ENABLEMOBILEACCESS: 'true', LANDLINE_COUNTRYCODE: '+1', LANDLINE: '925-965-9647', LANDLINE_EXT: '4675',
    MOBILE_COUNTRYCODE: '+1', MOBILE: '925-965-9648', PHONEFACTOR_USERNAME: 'jason1', RSAUSERNAME: 'jason2',
    ENABLETWOFACTOR: 'false', PRIMARYCONTACT: 'mobile',
  }; // prettier-ignore

  it('are made with the manual’s keys, found, locked, unlocked and deleted', async () => {
    expect(await said(call('admin', 'POST', 'user', { ...jason, ENABLETWOFACTOR: 'true' }))).toContain(
      'ENABLETWOFACTOR is not available',
    );
    expect(await said(call('admin', 'POST', 'user', { ...jason, ROLE: 'Emperor' }))).toContain('ROLE names no role');
    const made = { ...jason, PASSWORD: 'quiet-harbour-lantern-77' };
    expect(await call('admin', 'POST', 'user', made)).toEqual({
      name: 'CREATE_USER',
      result: { status: 'Success', message: 'User Created Successfully' },
    });
    expect(await said(call('admin', 'POST', 'user', made))).toBe('CREATE_USER Failed: User already exists');
    const [row] = await w.sql(`select * from strongroom.app_user where username = 'jason'`);
    expect(row).toMatchObject({
      full_name: 'Jason Thomas', email: 'jason@opmanager.com', role: 'password-administrator', kind: 'person',
      phone: '+1 925-965-9647 4675', mobile: '+1 925-965-9648', department: 'NOC', super_administrator: false,
    }); // prettier-ignore
    const { USERID } = await detailsOf<{ USERID: string }>(call('keeper', 'GET', 'user/getUserId?&USERNAME=JASON'));
    expect(USERID).toBe(String(row?.['number']));
    expect(await said(call('admin', 'PUT', 'user/lock?USERNAME=jason'))).toContain('User locked successfully');
    expect(await w.sql(`select state from strongroom.app_user where username = 'jason'`)).toEqual([
      { state: 'locked' },
    ]);
    expect(await said(call('admin', 'PUT', 'user/unlock?USERNAME=jason'))).toContain('User unlocked successfully');
    expect(await said(call('keeper', 'DELETE', `user/${USERID}`))).toContain('Your role does not allow this');
    expect(await said(call('admin', 'DELETE', `user/${USERID}`))).toBe(
      'DELETE_USER Success: User deleted successfully',
    );
    expect(await said(call('admin', 'DELETE', `user/${USERID}`))).toBe('DELETE_USER Failed: No such user found');
    expect(await said(call('keeper', 'GET', 'user/getUserId?USERNAME=jason'))).toContain('No such user found');
    expect(await said(call('nobody', 'GET', 'user/getUserId?USERNAME=boss'))).toContain('Your role does not allow');
    // No door upwards: who manages no users makes none.
    expect(await said(call('keeper', 'POST', 'user', made))).toBe('CREATE_USER Failed: Your role does not allow this.');
  });
  it('that are programs get a token which works from their host, ends, and is renewed with itself', async () => {
    const robot = {
      USERNAME: 'robot',
      FULLNAME: 'A robot',
      ISAPIUSER: 'true',
      HOSTNAME: '127.0.0.1',
      ROLE: 'Password User',
    };
    expect(await said(call('admin', 'POST', 'user', { ...robot, EXPIRYDATE: '01/01/2020' }))).toContain(
      'must lie in the future',
    );
    const { AUTHTOKEN, USERID } = await detailsOf<{ AUTHTOKEN: string; USERID: string }>(
      call('admin', 'POST', 'user', { ...robot, EXPIRYDATE: '31/12/2098' }),
    );
    expect(USERID).toBe(String(await numberOf('robot')));
    expect(await said(call(AUTHTOKEN, 'GET', 'resources'))).toContain('Success');
    const renewed = await detailsOf<{ AUTHTOKEN: string; EXPIRYDATE: string }>(
      call(AUTHTOKEN, 'PUT', 'user/regenerateAuthtoken'),
    );
    expect(new Date(renewed.EXPIRYDATE)).toEqual(new Date(2098, 11, 31, 23, 59, 59));
    const unknown = 'Authentication Failed: API key received is not associated to any user. Authentication failed.';
    expect(await said(call(AUTHTOKEN, 'GET', 'resources'))).toBe(unknown);
    expect(await said(call(AUTHTOKEN, 'PUT', 'user/regenerateAuthtoken'))).toBe(unknown);
    expect(await said(call(renewed.AUTHTOKEN, 'GET', 'resources'))).toContain('Success');
    // Of two that renew at once with the same token, one gets a successor.
    const both = await Promise.all([1, 2].map(() => call(renewed.AUTHTOKEN, 'PUT', 'user/regenerateAuthtoken')));
    expect(both.map(({ result }) => result.status).sort()).toEqual(['Failed', 'Success']);
    // It ended for good: a session has none to renew, and an ended one is not woken.
    await w.sql(`update strongroom.api_token set expires_at = now() where revoked_at is null and name = 'REST'`);
    const last = both.find(({ result }) => result.status === 'Success')?.Details as { AUTHTOKEN: string };
    expect(await said(call(last.AUTHTOKEN, 'PUT', 'user/regenerateAuthtoken'))).toBe(unknown);
  });
});

describe('groups and shares', () => {
  it('are listed, filled and shared by their small numbers', async () => {
    const made = await make('db');
    await w.invoke(createResourceGroup, keeper, { name: 'Fleet', description: 'all of it' });
    await w.invoke(createUserGroup, await w.people.admin.actor(), { name: 'Night Shift' });
    const listed = await call('keeper', 'GET', 'resourcegroup', { searchType: 'static', searchValue: 'flee' });
    expect(listed).toMatchObject({ totalRows: 1, Details: [{ resourceGroupName: 'Fleet' }] });
    const [{ resourceGroupId }] = listed.Details as [{ resourceGroupId: string }];
    expect((await call('keeper', 'GET', 'resourcegroup?searchType=dynamic')).totalRows).toBe(0);
    const fill = `resourcegroup/${resourceGroupId}/associateResources`;
    expect(await said(call('keeper', 'POST', fill, { RESOURCEIDS: [made.number, 999_999] }))).toContain('No such');
    expect(await said(call('keeper', 'POST', fill, { RESOURCEIDS: [made.number] }))).toContain('Success');
    expect(await call('keeper', 'GET', `resources/${made.number}/associatedGroups`)).toMatchObject({
      Details: { 'ASSOCIATED GROUPS': [{ 'GROUP ID': resourceGroupId, 'GROUP NAME': 'Fleet' }] },
    });
    // A new resource joins a group by its name; one that is no such group, or not the asker's to fill, keeps it from being made.
    const joining = (who: string, name: string, group: string): Promise<string> =>
      said(call(who, 'POST', 'resources', { RESOURCENAME: name, RESOURCEGROUPNAME: group }));
    expect(await joining('keeper', 'joins', ' FLEET ')).toContain('has been added successfully');
    expect((await call('keeper', 'GET', 'resourcegroup')).Details).toMatchObject([{ noOfResources: '2' }]);
    for (const [who, group] of [
      ['keeper', 'No Such'],
      ['admin', 'Fleet'],
    ] as const)
      expect(await joining(who, 'joins not', group)).toContain('names no static resource group');
    expect(await said(call('keeper', 'GET', 'resources/resourcename/joins%20not'))).toContain('No such resource');
    const nobody = await numberOf('nobody');
    const sees = async (): Promise<string> =>
      (await call('nobody', 'GET', `resources/${made.number}/accounts/${made.account.number}`)).result.status;
    const { USERGROUPID } = await detailsOf<{ USERGROUPID: string }>(
      call('keeper', 'GET', 'user/getUserGroupId?USERGROUPNAME=night+shift'),
    );
    expect(await sees()).toBe('Failed');
    const steps = [
      [`resources/${made.number}/share`, { ACCESSTYPE: 'view', USERID: nobody }, 'Success'],
      [`resources/${made.number}/share`, { ACCESSTYPE: 'revoke', USERID: String(nobody) }, 'Failed'],
      [`resources/${made.number}/accounts/${made.account.number}/share`, { ACCESSTYPE: 'modify', USERID: nobody }, 'Success'],
      [`resources/${made.number}/accounts/${made.account.number}/share`, { ACCESSTYPE: 'revoke', USERID: nobody }, 'Failed'],
      ['resourcegroup/share', { resourceGroupIds: [resourceGroupId], userIds: [nobody], accessType: 'fullaccess' }, 'Success'],
      ['resourcegroup/share', { resourceGroupIds: [resourceGroupId], userIds: [nobody], accessType: 'revoke' }, 'Failed'],
      [`resources/${made.number}/share`, { ACCESSTYPE: 'view', USERGROUPID }, 'Failed'],
    ] as const; // prettier-ignore
    for (const [path, details, then] of steps) {
      expect([path, (await call('keeper', 'PUT', path, details)).result.status]).toEqual([path, 'Success']);
      expect([path, await sees()]).toEqual([path, then]);
    }
    const bad = [
      [`resources/${made.number}/share`, { ACCESSTYPE: 'view' }, 'USERID or USERGROUPID is missing'],
      [`resources/${made.number}/share`, { ACCESSTYPE: 'all', USERID: nobody }, 'ACCESSTYPE must be'],
      [`resources/${made.number}/share`, { ACCESSTYPE: 'view', USERID: 999_999 }, 'No such resource, user'],
      [`resources/${made.number}/accounts/${made.account.number}/share`, { ACCESSTYPE: 'fullaccess', USERID: nobody }, 'view or modify'],
    ] as const; // prettier-ignore
    for (const [path, details, text] of bad) expect(await said(call('keeper', 'PUT', path, details))).toContain(text);
    // Who holds nothing of it learns nothing, in the same words as for an id of nothing.
    const share = { ACCESSTYPE: 'view', USERID: nobody };
    expect(await said(call('foreign', 'PUT', `resources/${made.number}/share`, share))).toContain('No such resource');
  });
});

describe('audit', () => {
  it('is given with the documented keys, a day and a page at a time, to whoever may read it', async () => {
    const answer = await call('auditor', 'GET', 'audit?AUDITTYPE=Resource&STARTINDEX=1&LIMIT=2&DURATION=TODAY');
    expect(answer).toMatchObject({ name: 'GET_AUDIT', result: { message: 'Audits fetched successfully.' } });
    const all = answer.Details as Record<string, string>[];
    expect(all).toHaveLength(2);
    expect(answer.totalRows).toBeGreaterThan(10);
    expect(Object.keys(all[0] ?? {})).toEqual(
      expect.arrayContaining([
        'Resource Name', 'Operation Type', 'User Account', 'User Name', 'Audit ID', 'Client Type', 'TIME', 'User Account ID',
        'Reason', 'Operated by', 'IP Address', 'Resource ID', 'Time Stamp', "User's Full Name", 'Ticket ID',
      ]), // prettier-ignore
    );
    expect(all[0]?.['Time Stamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    const next = await call('auditor', 'GET', 'audit?AUDITTYPE=Resource&STARTINDEX=3&LIMIT=1&DURATION=TODAY');
    expect(all.map((row) => row['Audit ID'])).not.toContain((next.Details as typeof all)[0]?.['Audit ID']);
    expect((await call('auditor', 'GET', 'audit?DURATION=YESTERDAY')).totalRows).toBe(0);
    expect(await said(call('auditor', 'GET', 'audit?DURATION=SOMETIME'))).toContain('DURATION must be');
    expect(await said(call('nobody', 'GET', 'audit'))).toContain('Your role does not allow this');
  });
});
