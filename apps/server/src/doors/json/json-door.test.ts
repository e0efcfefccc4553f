import { createResource, listAccounts, type Account } from '@strongroom/contract';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loginPassword, world, type World } from '../../../test/world.ts';
import type { Actor } from '../../authorise/index.ts';

let w: World;
let app: FastifyInstance;
let keeper: Actor;
let own: Account[];
let foreign: Account;

interface Operation {
  name: string;
  result: { status: string; message: string };
  totalRows?: number;
  Details?: Record<string, unknown> & unknown[];
}
type Answer = Operation & { session: string | undefined };
async function send(options: InjectOptions): Promise<Answer> {
  const answer = await app.inject({ method: 'POST', ...options });
  expect(answer.statusCode).toBe(200);
  const session = answer.headers['sessionid'];
  return { ...answer.json<{ operation: Operation }>().operation, session: session as string | undefined };
}
const request = (name: string, headers: Record<string, string>, details?: unknown, more: InjectOptions = {}) =>
  send({
    url: `/api/json/request?OPERATION_NAME=${name}`,
    headers,
    ...(details === undefined ? {} : { payload: `INPUT_DATA=${JSON.stringify({ operation: { Details: details } })}` }),
    ...more,
  });
const auth = (username: string, password: string, more: InjectOptions = {}) =>
  send({
    url: '/api/json/auth',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ USERNAME: username, PASSWORD: password, FIRSTAUTHMODE: 'LOCAL' }).toString(),
    ...more,
  });
const signedIn = async (): Promise<Record<string, string>> => {
  const { session } = await auth('keeper', loginPassword);
  return { SESSIONID: session ?? '', requestFrom: 'pmpmobilenative', ClientType: '12' };
};

beforeAll(async () => {
  w = await world();
  app = w.app();
  keeper = await w.people.keeper.actor();
  const make = async (actor: Actor, name: string): Promise<Account[]> => {
    const accounts = ['root', 'admin'].map((username) => ({ username, password: `secret of ${username} on ${name}` }));
    const { id } = await w.invoke(createResource, actor, { name, type: 'Linux', accounts });
    return (await w.invoke(listAccounts, actor, { resourceId: id, sort: 'number' })).items;
  };
  own = [...(await make(keeper, 'web')), ...(await make(keeper, 'db'))];
  [foreign] = (await make(await w.people.admin.actor(), 'hidden')) as [Account];
});
afterAll(() => w.close());

describe('signing in', () => {
  it('is told beforehand, to anybody', async () => {
    const { result, Details } = await request('GET_AUTHENTICATION_MODE', {});
    expect([result.status, Details]).toMatchObject([
      'Success',
      {
        FIRSFACTOR: 'LOCAL',
        ISSECONDFACTORENABLED: 'FALSE',
        DOMAINLIST: [],
        SESSIONTIMEOUT: '30',
        MSPENABLED: 'FALSE',
      },
    ]);
  });
  it.each(['/api/json/auth', '/api/json/firstauth'])(
    'gives a session by %s, good at both doors until it is left',
    async (url) => {
      const { session, result, Details } = await auth('keeper', loginPassword, { url });
      expect([result.status, Details]).toMatchObject([
        'Success',
        {
          AUTHKEY: session,
          PERMISSIONS: {
            USERDETAILS: {
              ORGLIST: { Here: { ORGID: 1, ORGNAME: 'Here', ORGURLNAME: 'Here' } },
              USEREMAILID: 'keeper@example.org',
              USERFULLNAME: 'The keeper',
            },
          },
        },
      ]);
      const mine = { SESSIONID: session ?? '' };
      expect((await request('GET_RESOURCES', mine)).totalRows).toBe(2);
      expect((await request('GET_RESOURCES', { authtoken: session ?? '' })).totalRows).toBe(2);
      const rest = { method: 'GET', url: '/restapi/json/v1/resources' } as const;
      expect((await send({ ...rest, headers: { authtoken: session ?? '' } })).totalRows).toBe(2);
      // What it shows as a header is never taken from an address.
      for (const at of [rest.url, '/api/json/request?OPERATION_NAME=GET_RESOURCES'])
        expect(
          (await send({ method: 'GET', url: `${at}${at.includes('?') ? '&' : '?'}AUTHTOKEN=${session}` })).name,
        ).toBe('Authentication');
      expect((await request('LOGOUT_USER', mine)).result.status).toBe('Success');
      expect((await request('GET_RESOURCES', mine)).result.message).toBe(
        'API key received is not associated to any user. Authentication failed.',
      );
    },
  );
  it('fails in the same words for a wrong password and an unknown name, and waits as the console’s does', async () => {
    const wrong = {
      name: 'AUTHENTICATE',
      result: { status: 'Failed', message: 'The user name or the password is wrong.' },
    };
    const elsewhere = { remoteAddress: '198.51.100.9' };
    expect(await auth('auditor', 'wrong', elsewhere)).toMatchObject(wrong);
    expect(await auth('nobody-at-all', 'wrong', elsewhere)).toMatchObject(wrong);
    for (let n = 0; n < 9; n++) await auth('auditor', 'wrong', elsewhere);
    const late = await auth('auditor', loginPassword, elsewhere);
    expect([late.result.message, late.session]).toEqual([
      'Too many wrong passwords. Wait before the next try.',
      undefined,
    ]);
    expect(await auth('auditor', loginPassword, { remoteAddress: '198.51.100.10' })).toMatchObject({
      result: { status: 'Success' },
    });
    expect((await w.audit('identity.sign-in')).some(({ details }) => details.code === 'locked-out')).toBe(true);
  });
  it('is refused to API users, to pages of other sites, to other ways of signing in, and in URLs once the organisation says so', async () => {
    await w.add({ username: 'robot', kind: 'api' });
    expect((await auth('robot', loginPassword)).result.status).toBe('Failed');
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    expect((await auth('keeper', loginPassword, { headers: form })).session).toBeUndefined();
    const query = (more: string) =>
      send({ url: `/api/json/auth?USERNAME=keeper&PASSWORD=${encodeURIComponent(loginPassword)}${more}` });
    expect((await query('&FIRSTAUTHMODE=AD')).result.message).toContain('FIRSTAUTHMODE must be LOCAL');
    expect((await query('&FIRSTAUTHMODE=LOCAL')).session).toMatch(/^\S{43}$/);
    await w.sql(`insert into strongroom.setting (organisation_id, name, value) values ($1, 'tokenInUrl', 'false')`, [
      w.organisationId,
    ]);
    expect((await query('&FIRSTAUTHMODE=LOCAL')).result.message).toContain('does not allow passwords in URLs');
    await w.sql(`delete from strongroom.setting where name = 'tokenInUrl'`);
    expect(w.logLines.join('')).not.toContain(loginPassword);
    expect(w.logLines.join('')).not.toContain(encodeURIComponent(loginPassword));
    expect((await app.inject({ method: 'GET', url: '/api/json/auth?USERNAME=keeper&PASSWORD=x' })).statusCode).toBe(
      404,
    );
  });
  it('knows no other operation or address', async () => {
    for (const url of [
      '/api/json/request?OPERATION_NAME=GET_EVERYTHING',
      '/api/json/request',
      '/api/json/secondauth',
      '/api/json',
      '/api/json/request/more?OPERATION_NAME=GET_RESOURCES',
    ])
      expect((await app.inject({ method: 'POST', url })).statusCode).toBe(404);
  });
});

describe('operations', () => {
  it('list resources and accounts, and open a password by PASSWDID, in the body or in the query', async () => {
    const mine = await signedIn();
    const [root] = own as [Account];
    const rows = (await request('GET_RESOURCES', mine, { LIMIT: '1' })).Details as Record<string, string>[];
    expect(rows).toMatchObject([{ 'RESOURCE NAME': 'web', NOOFACCOUNTS: '2' }]);
    const list = await request('GET_RESOURCEACCOUNTLIST', mine, { RESOURCEID: String(root.resourceNumber) });
    expect(list.Details).toMatchObject({
      'ACCOUNT LIST': [{ 'ACCOUNT NAME': 'root', PASSWDID: String(root.number) }, {}],
    });
    const stray = `{"operation":{"Details":{"PASSWDID":"${root.number}","REASON":"by extension"}}}"`;
    const got = await request('GET_PASSWORD', mine, undefined, {
      method: 'GET',
      url: `/api/json/request?OPERATION_NAME=GET_PASSWORD&INPUT_DATA=${encodeURIComponent(stray)}`,
    });
    expect(got).toMatchObject({ name: 'GET PASSWORD', Details: { PASSWORD: 'secret of root on web' } });
    expect((await w.audit('account.reveal')).at(-1)).toMatchObject({ actor_name: 'keeper', reason: 'by extension' });
    expect((await request('GET_PASSWORD', mine, { PASSWDID: foreign.number })).result.message).toBe(
      'No such account found',
    );
    expect((await request('GET_RESOURCETYPES', mine)).totalRows).toBeGreaterThan(5);
    expect((await request('GET_RESOURCEGROUPS', mine, { NODETYPE: 'PARENTNODE' })).totalRows).toBe(0);
    expect((await request('GET_PASSWORDREQUEST', mine)).totalRows).toBe(0);
    // Nothing is controlled, so there is nothing to ask for; it is the call of our own that says so.
    expect((await request('REQUEST_PASSWORD', mine, { PASSWDID: root.number, REASON: 'let me' })).name).toBe(
      'REQUEST_PASSWORD',
    );
  });
  it('take down what was done offline as told by the client, for what the asker may see', async () => {
    const mine = await signedIn();
    const [root] = own as [Account];
    const told = [
      {
        PASSWDID: String(root.number),
        OPERATIONTYPE: 'Password Retrieved',
        TIME: '1795734000000',
        REASON: 'on the train',
      },
      { PASSWDID: String(foreign.number), OPERATIONTYPE: 'Password Retrieved', TIME: '1795734000000' },
    ];
    expect((await request('ADD_OFFLINEAUDIT', mine, told)).result.message).toBe(
      '1 of 2 entries name no account or no time and were left out',
    );
    expect((await w.audit('account.note-offline-use')).filter(({ outcome }) => outcome === 'done')).toMatchObject([
      {
        actor_name: 'keeper',
        reason: 'on the train',
        details: {
          'as told by the client': 'Password Retrieved',
          'when, by its clock': new Date(1795734000000).toISOString(),
        },
      },
    ]);
    expect((await request('ADD_OFFLINEAUDIT', mine, { PASSWDID: 1 })).result.status).toBe('Failed');
    expect((await request('ADD_OFFLINEAUDIT', mine)).result.message).toContain('Details must be a list');
  });
});
