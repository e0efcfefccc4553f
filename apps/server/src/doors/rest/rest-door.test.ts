import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from '@strongroom/contract';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Actor } from '../../authorise/index.ts';
import { Problem, type ProblemCode } from '../../platform/problem.ts';
import { restDoor, type RestParts } from './index.ts';

const uuid = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = '2026-11-26T10:00:00Z';
const actor: Actor = { kind: 'user', organisationId: uuid(1), userId: uuid(2), origin: { requestId: null, address: null, client: null } };

const resource = (number: number, name: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: uuid(100 + number), number, name, type: 'Linux', dnsName: `${name}.example`, description: '', department: '', location: '', domain: '', url: '', policyId: null, ownerId: uuid(2), ownerName: 'ada',
  accounts: 1, health: null, createdAt: at, updatedAt: at, version: 3, can: [], reset: null, hostKeys: [], ...more,
});
const account = (number: number, on: Record<string, unknown>, username: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: uuid(500 + number), number, resourceId: on['id'], resourceNumber: on['number'], resourceName: on['name'], resourceType: 'Linux', dnsName: '', username, notes: '', policyId: null, favourite: false,
  secretVersion: 1, changedAt: at, proof: { health: 'unproven', provenAt: null, provenBy: null, checkedAt: null, why: null, exclusion: null }, attempt: null, resettable: true, createdAt: at, version: 5,
  can: ['account.reveal'], ...more,
});
const policy = (n: number, name: string, isDefault = false): Record<string, unknown> => ({
  id: uuid(900 + n), name, builtIn: true, isDefault, minLength: 8, maxLength: 64, mixedCase: true, digits: 1, specials: 1, specialCharacters: '!', startsWithLetter: false, loginNameAllowed: false, historyDepth: 3, maxAgeDays: 90,
});
const web = resource(303, 'Windows Server', { url: 'http://windowsserver/adminconsole', description: 'A server' });
const db = resource(304, 'db/1', { department: 'NOC', type: 'PostgreSQL' });
const admin = account(307, web, 'Administrator');
const root = account(308, db, 'root', { can: [], notes: 'console only', favourite: true });
const attempt = (state: string, why: string | null = null): Record<string, unknown> => ({
  id: uuid(700), accountId: admin['id'], state, why, tries: 1, startedAt: at, updatedAt: at, endedAt: null, nextTryAt: null, requestedBy: 'ada',
});

/** What the calls answer, by name; each answer passes the contract's own schemas on the way in and out. */
type Answers = Record<string, (input: Record<string, unknown>) => unknown>;
let answers: Answers;
let asked: { name: string; input: Record<string, unknown> }[];
let tokens: string[];
let more: Partial<RestParts>;
let app: ReturnType<typeof Fastify>;
let port: number;

const page = (items: Record<string, unknown>[], input: Record<string, unknown>, key: string): unknown => {
  const fits = items.filter((item) => (input['number'] === undefined || item['number'] === input['number']) && (input[key] === undefined || String(item[key]).toLowerCase() === String(input[key]).toLowerCase())
    && (input['resourceId'] === undefined || item['resourceId'] === input['resourceId']) && (input['view'] !== 'favourite' || item['favourite'] === true));
  const start = Number(input['offset'] ?? 0);
  return { items: fits.slice(start, start + Number(input['limit'])), total: fits.length, nextCursor: null };
};

beforeEach(async () => {
  asked = [];
  tokens = [];
  more = {};
  answers = {
    'resource.list': (input) => page([web, db], input, 'name'),
    'account.list': (input) => page([admin, root], input, 'username'),
    'policy.list': () => ({ items: [policy(1, 'Low'), policy(2, 'Strong', true)] }),
    'account.reveal': () => ({ username: 'Administrator', password: 'p"\\&+%= ü', version: 1, candidate: null }),
    'account.change-password': (input) => ({ version: 2, attemptId: input['where'] === 'target' ? uuid(700) : null }),
    'resource.create': (input) => ({ ...web, name: input['name'] }),
    'resource.update': () => web,
    'resource.delete': () => ({}),
    'account.create': () => ({ items: [admin] }),
    'account.update': (input) => ({ ...admin, ...(input['username'] === undefined ? {} : { username: input['username'] }) }),
  };
  app = Fastify({ forceCloseConnections: true, routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 500 } });
  const parts: RestParts = {
    async invoke<I extends z.ZodType, R extends z.ZodType>(call: Call<string, I, R>, _actor: Actor, input: z.input<I>): Promise<z.output<R>> {
      const parsed = call.input.parse(input) as Record<string, unknown>;
      asked.push({ name: call.name, input: parsed });
      const answer = answers[call.name];
      if (!answer) throw new Problem('not-found');
      return call.reply.parse(await answer(parsed));
    },
    authenticate(token) {
      tokens.push(token);
      return token === 'T' ? Promise.resolve(actor) : Promise.reject(new Problem(token === 'ELSEWHERE' ? 'wrong-host' : 'signed-out'));
    },
    tokenInUrlAllowed: (who) => more.tokenInUrlAllowed?.(who) ?? Promise.resolve(true),
    passwordRules: () => Promise.resolve({ reasonToReveal: true, ticketToReveal: false }),
    remoteWaitMs: 700,
  };
  void app.register((scope, _options, done) => {
    restDoor(scope, parts);
    done();
  }, { prefix: '/restapi/json/v1' });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterEach(() => app.close());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  readonly operation: { name: string; result: { status: string; message: string }; Details?: unknown; totalRows?: number };
}
/** Sends exactly this target and body: no client in between tidies them up. */
function send(method: string, target: string, body?: string, headers: Record<string, string> = { AUTHTOKEN: 'T' }): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const out = httpRequest({ host: '127.0.0.1', port, method, path: `/restapi/json/v1${target}`, headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, text, type: response.headers['content-type'] ?? '', operation: (JSON.parse(text) as { operation: Reply['operation'] }).operation });
      });
    });
    out.on('error', reject);
    out.end(body);
  });
}
const input = (details: Record<string, unknown>): string => `INPUT_DATA=${JSON.stringify({ operation: { Details: details } })}`;
const inputOf = (name: string): Record<string, unknown> | undefined => asked.findLast((call) => call.name === name)?.input;
const problem = (code: ProblemCode, options?: ConstructorParameters<typeof Problem>[1]) => (): never => {
  throw new Problem(code, options);
};
const result = async (reply: Promise<Reply>): Promise<string> => {
  const { status, operation } = await reply;
  return `${status} ${operation.name}: ${operation.result.status}, ${operation.result.message}`;
};

describe('the token', () => {
  it.each([
    ['header AUTHTOKEN', '/resources', { AUTHTOKEN: 'T' }],
    ['header in other letters', '/resources', { Authtoken: 'T' }],
    ['header APP_AUTHTOKEN with APP_TYPE', '/resources', { APP_AUTHTOKEN: 'T', APP_TYPE: '17' }],
    ['query AUTHTOKEN', '/resources?AUTHTOKEN=T', {}],
    ['query APP_AUTHTOKEN with APP_NAME', '/resources?APP_AUTHTOKEN=T&APP_NAME=Ansible', {}],
    ['header before query', '/resources?AUTHTOKEN=OTHER', { AUTHTOKEN: 'T' }],
  ])('is taken from the %s', async (_, target, headers) => {
    expect(await result(send('GET', target, undefined, headers))).toBe('200 GET RESOURCES: Success, Resources fetched successfully');
    expect(tokens).toEqual(['T']);
  });
  it('is decoded in a query', async () => {
    await send('GET', '/resources?AUTHTOKEN=a%2Bb%2F%0Ac%3D%3D', undefined, {});
    expect(tokens).toEqual(['a+b/\nc==']);
  });
  it('fails with status 200 and the sentence that clients compare, when absent, wrong or used elsewhere', async () => {
    const unknown = '200 Authentication: Failed, API key received is not associated to any user. Authentication failed.';
    expect(await result(send('GET', '/resources', undefined, {}))).toBe(unknown);
    expect(await result(send('PUT', '/resources/1/accounts/1/password?AUTHTOKEN=W', 'x', {}))).toBe(unknown);
    expect(await result(send('GET', '/resources', undefined, { AUTHTOKEN: 'ELSEWHERE' }))).toBe('200 Authentication: Failed, User is not allowed to access from this host');
    expect(asked).toEqual([]);
  });
  it('is refused in the URL where the organisation switched that off, and not in a header', async () => {
    more = { tokenInUrlAllowed: () => Promise.resolve(false) };
    expect((await send('GET', '/resources?AUTHTOKEN=T', undefined, {})).operation.result.message).toContain('Send the token in the header AUTHTOKEN');
    expect((await send('GET', '/resources')).operation.result.status).toBe('Success');
  });
  it('that ended after it was found fails in the same way', async () => {
    answers['resource.list'] = problem('signed-out');
    expect(await result(send('GET', '/resources'))).toContain('200 Authentication: Failed, API key');
  });
});

describe('the wire', () => {
  it.each(['/resources', '//resources', '/resources/', '/resources/?', '/resources?&X=1', '//resources//'])('takes the address %s', async (target) => {
    expect((await send('GET', target)).operation.name).toBe('GET RESOURCES');
  });
  it('answers 404 in JSON to an address that names nothing, without asking for a token or repeating the address', async () => {
    for (const [method, target] of [['GET', '/'], ['GET', '/nothing?AUTHTOKEN=SECRET'], ['PATCH', '/resources'], ['DELETE', '/resources']] as const) {
      const reply = await send(method, target, undefined, {});
      expect([reply.status, reply.text]).toEqual([404, '{"operation":{"name":"UNKNOWN","result":{"status":"Failed","message":"No such API"}}}']);
    }
  });
  it.each(['application/x-www-form-urlencoded', 'text/json', 'application/json', 'nonsense', 'text/plain; charset', undefined])('reads a body that calls itself %s', async (type) => {
    const headers = { AUTHTOKEN: 'T', ...(type === undefined ? {} : { 'content-type': type }) };
    for (const body of [input({ NEWPASSWORD: 'a&b+c%d"e' }), `INPUT_DATA=${encodeURIComponent(input({ NEWPASSWORD: 'a&b+c%d"e' }).slice(11))}`]) {
      expect((await send('PUT', '/resources/303/accounts/307/password', body, headers)).operation.result.status).toBe('Success');
      expect(inputOf('account.change-password')).toMatchObject({ password: 'a&b+c%d"e', where: 'local' });
    }
  });
  it.each(['GET', 'DELETE', 'POST', 'PUT'])('reads INPUT_DATA from the query and from the body of a %s', async (method) => {
    const target = { GET: '/resources/303/accounts/307/password', DELETE: '/resources/303', POST: '/resources', PUT: '/resources/303/accounts/307/password' }[method] ?? '';
    const bad = 'INPUT_DATA=[]';
    expect((await send(method, `${target}?${bad}`)).operation.result.message).toContain('INPUT_DATA must be a JSON object');
    expect((await send(method, target, bad)).operation.result.message).toContain('INPUT_DATA must be a JSON object');
  });
  it('refuses more than 1 MB with an answer, and takes just below', async () => {
    const pad = (length: number): string => input({ NEWPASSWORD: 'x', PAD: 'p'.repeat(length) });
    expect((await send('PUT', '/resources/303/accounts/307/password', pad(1024 * 1024))).operation.result.message).toContain('1 MB is the most');
    expect((await send('PUT', '/resources/303/accounts/307/password', pad(1024 * 1000))).operation.result.status).toBe('Success');
  });
  it('answers as JSON that nobody keeps', async () => {
    expect((await send('GET', '/resources')).type).toBe('application/json; charset=utf-8');
  });
  it('says nothing of an error inside, with status 200', async () => {
    answers['resource.list'] = () => {
      throw new Error('connection to 10.0.0.1 lost');
    };
    const reply = await send('GET', '/resources');
    expect([reply.status, reply.operation.result.status]).toEqual([200, 'Failed']);
    expect(reply.text).not.toContain('10.0.0.1');
  });
});

describe('resources', () => {
  it('are listed with strings and a number of rows', async () => {
    expect((await send('GET', '/resources')).text).toBe(
      '{"operation":{"name":"GET RESOURCES","result":{"status":"Success","message":"Resources fetched successfully"},"totalRows":2,"Details":[' +
        '{"RESOURCE ID":"303","RESOURCE NAME":"Windows Server","RESOURCE DESCRIPTION":"A server","RESOURCE TYPE":"Linux","NOOFACCOUNTS":"1"},' +
        '{"RESOURCE ID":"304","RESOURCE NAME":"db/1","RESOURCE DESCRIPTION":"","RESOURCE TYPE":"PostgreSQL","NOOFACCOUNTS":"1"}]}}',
    );
  });
  it('are none, without Details', async () => {
    answers['resource.list'] = (asking) => page([], asking, 'name');
    expect((await send('GET', '/resources')).operation).toEqual({ name: 'GET RESOURCES', result: { status: 'Success', message: 'Resources fetched successfully' }, totalRows: 0 });
  });
  it.each([
    [{ STARTINDEX: '1', LIMIT: 1 }, ['304'], 2],
    [{ LIMIT: '0' }, [], 2],
    [{ SEARCHVALUE: 'noc' }, ['304'], 1],
    [{ SEARCHVALUE: 'noc', SEARCHCOLUMN: 'RESOURCENAME' }, [], 0],
    [{ SEARCHVALUE: 'ADMIN', SEARCHTYPE: 'ACCOUNT' }, ['303'], 1],
    [{ SEARCHVALUE: 'root', SEARCHCOLUMN: 'LOGINNAME' }, ['304'], 1],
    [{ VIEWTYPE: 'FAVOURITEPASSWORD' }, ['304'], 1],
    [{ VIEWTYPE: 'LINUXSSHPASSWORD' }, ['303'], 1],
    [{ VIEWTYPE: '', SEARCHVALUE: '' }, ['303', '304'], 2],
  ])('are narrowed by %j', async (details, ids, total) => {
    const { operation } = await send('GET', `/resources?${new URLSearchParams(input(details)).toString()}`);
    expect([((operation.Details ?? []) as Record<string, string>[]).map((row) => row['RESOURCE ID']), operation.totalRows]).toEqual([ids, total]);
  });
  it('refuse a view, a column or a number that does not exist', async () => {
    for (const details of [{ VIEWTYPE: 'X' }, { SEARCHVALUE: 'x', SEARCHCOLUMN: 'COLUMN_CHAR1' }, { LIMIT: 'ten' }]) {
      expect((await send('GET', '/resources', input(details))).operation.result.status).toBe('Failed');
    }
  });
  it('are read page by page', async () => {
    const many = Array.from({ length: 1203 }, (_, i) => resource(i + 1, `r${i + 1}`));
    answers['resource.list'] = (asking) => page(many, asking, 'name');
    const all = await send('GET', '/resources');
    expect([(all.operation.Details as unknown[]).length, all.operation.totalRows]).toEqual([1203, 1203]);
    const some = await send('GET', '/resources?STARTINDEX=100&LIMIT=700');
    expect((some.operation.Details as unknown[]).length).toBe(700);
  });
  it('are created from the manual’s sample, custom fields as lines of the description', async () => {
    const sample = { RESOURCENAME: 'Windows Server', ACCOUNTNAME: 'Administrator', RESOURCETYPE: 'Windows', PASSWORD: 'Test123#@!', NOTES: 'Testing API', RESOURCEURL: 'http://windowsserver/adminconsole', RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'Secure Resource', CUSTOMVALUE: 'YES' }] };
    expect((await send('POST', '/resources', input(sample))).text).toBe('{"operation":{"name":"CREATE RESOURCE","result":{"status":"Success","message":"Resource Windows Server has been added successfully"}}}');
    expect(inputOf('resource.create')).toMatchObject({ name: 'Windows Server', type: 'Windows', url: 'http://windowsserver/adminconsole', description: 'Secure Resource: YES', accounts: [{ username: 'Administrator', password: 'Test123#@!', notes: 'Testing API', policyId: null }] });
  });
  it('are created with every text, with policies by name, empty texts left out', async () => {
    await send('POST', '/resources', input({ RESOURCENAME: 'n', ACCOUNTNAME: 'a', RESOURCETYPE: '', OWNERNAME: '', DNSNAME: 'd', DEPARTMENT: 'e', LOCATION: 'l', DOMAINNAME: 'o', RESOURCEDESCRIPTION: 'says', RESOURCEPASSWORDPOLICY: 'low', ACCOUNTPASSWORDPOLICY: 'Strong', ACCOUNTCUSTOMFIELD: [{ CUSTOMLABEL: 'L', CUSTOMVALUE: 7 }], GATEWAY_SESSION_RECORDING: false }));
    expect(inputOf('resource.create')).toEqual({
      name: 'n', type: 'Linux', dnsName: 'd', department: 'e', location: 'l', domain: 'o', url: '', description: 'says', policyId: uuid(901), reset: null, accounts: [{ username: 'a', notes: 'L: 7', policyId: uuid(902) }],
    });
  });
  it.each([
    [{ RESOURCENAME: '' }, 'RESOURCENAME is missing.'],
    [{ RESOURCENAME: 'n', PASSWORD: 'x' }, 'ACCOUNTNAME is missing.'],
    [{ RESOURCENAME: 'n', OWNERNAME: 'bob' }, 'OWNERNAME is not available in this product.'],
    [{ RESOURCENAME: 'n', RESOURCEGROUPNAME: 'g' }, 'RESOURCEGROUPNAME is not available in this product.'],
    [{ RESOURCENAME: 'n', WEBSITE_SESSION_RECORDING: true }, 'WEBSITE_SESSION_RECORDING is not available in this product.'],
    [{ RESOURCENAME: 'n', RESOURCEPASSWORDPOLICY: 'Odd' }, 'RESOURCEPASSWORDPOLICY names no password policy.'],
    [{ RESOURCENAME: 'n', RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'a', CUSTOMVALUE: 'x\ny: z' }] }, 'RESOURCECUSTOMFIELD must be lines of text.'],
  ])('are not created from %j', async (details, message) => {
    expect(await result(send('POST', '/resources', input(details)))).toBe(`200 CREATE RESOURCE: Failed, The request is not valid. ${message}`);
    expect(inputOf('resource.create')).toBeUndefined();
  });
  it('say that they exist already', async () => {
    answers['resource.create'] = problem('name-taken');
    expect(await result(send('POST', '/resources', input({ RESOURCENAME: 'n' })))).toBe('200 CREATE RESOURCE: Failed, Resource already exists');
  });
  it('are edited in what is given, custom fields below the description', async () => {
    expect(await result(send('PUT', '/resources/303', input({ RESOURCENAME: 'New', LOCATION: '', OWNERNAME: 'ADA', RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'Rack', CUSTOMVALUE: '7' }] })))).toBe('200 EDIT RESOURCE: Success, Resource  modified successfully.');
    expect(inputOf('resource.update')).toEqual({ resourceId: web['id'], name: 'New', description: 'A server\nRack: 7', version: 3 });
    expect((await send('PUT', '/resources/303', input({ OWNERNAME: 'bob' }))).operation.result.message).toContain('OWNERNAME is not available');
    expect((await send('PUT', '/resources/9', input({ RESOURCENAME: 'x' }))).operation.result.message).toBe('No such resource found');
  });
  it.each(['DELETE', 'POST'])('are deleted by %s, as method and sample of the manual say', async (method) => {
    expect(await result(send(method, '/resources/303'))).toBe('200 DELETE RESOURCE: Success, Resources deleted successfully.');
    expect(inputOf('resource.delete')).toEqual({ resourceId: web['id'] });
  });
  it('are not deleted by a POST that brings input, nor by an id that is none', async () => {
    expect((await send('POST', '/resources/303', input({ RESOURCENAME: 'x' }))).operation.result.message).toContain('Use PUT to edit it');
    for (const id of ['9', 'abc', '-1', '303x', '99999999999999999999']) expect((await send('DELETE', `/resources/${id}`)).operation.result.message).toBe('No such resource found');
    expect(inputOf('resource.delete')).toBeUndefined();
  });
  it('give their ids by name, in any case, with a slash in it, and with the account', async () => {
    const name = 'GET_RESOURCEACCOUNTNAME';
    expect((await send('GET', '/resources/resourcename/windows%20server')).operation.Details).toEqual({ RESOURCEID: '303' });
    expect((await send('GET', '/resources/resourcename/db%2F1/accounts/accountname/root')).operation).toEqual({ name, result: { status: 'Success', message: 'Resource id and account id fetched successfully for the given resource name' }, Details: { RESOURCEID: '304', ACCOUNTID: '308' } });
    expect((await send('GET', '/resources/getResourceIdAccountId?RESOURCENAME=Windows+Server&ACCOUNTNAME=Administrator')).text).toBe(
      '{"operation":{"name":"GET_RESOURCEACCOUNTID","result":{"status":"Success","message":"Resource ID and account ID fetched successfully for the given resource name and account name."},"Details":{"RESOURCEID":"303","ACCOUNTID":"307"}}}',
    );
    expect((await send('GET', '/resources/getResourceIdAccountId?RESOURCENAME=Windows+Server&ACCOUNTNAME=root')).operation).toEqual({ name: 'GET_RESOURCEACCOUNTID', result: { status: 'Failed', message: 'No such account found' } });
    expect((await send('GET', '/resources/getResourceIdAccountId')).operation.result.status).toBe('Failed');
  });
});

describe('accounts', () => {
  it('are listed below their resource with every key that clients read', async () => {
    const { operation } = await send('GET', '/resources/304/accounts');
    expect(operation).toMatchObject({ name: 'GET RESOURCE ACCOUNTLIST', result: { status: 'Success', message: 'Resource details with account list fetched successfully' }, totalRows: 1 });
    const details = operation.Details as Record<string, unknown> & { 'ACCOUNT LIST': Record<string, unknown>[] };
    expect(Object.keys(details).sort()).toEqual([
      'ACCOUNT LIST', 'ALLOWOPENURLINBROWSER', 'CUSTOM FIELD', 'DEPARTMENT', 'DNS NAME', 'DOMAIN NAME', 'ISRDPRESTRICTED', 'IS_LOCAL_ACCOUNTS_AUTOLOGON_RESTRICTED', 'IS_SSH_RESTRICTED', 'LOCATION', 'NEWSSHTERMINAL',
      'PASSWORDREQUEST_REASON_MANDATORY', 'RESOURCE DESCRIPTION', 'RESOURCE ID', 'RESOURCE NAME', 'RESOURCE OWNER', 'RESOURCE PASSWORD POLICY', 'RESOURCE TYPE', 'RESOURCE URL',
    ]);
    expect(details).toMatchObject({ 'RESOURCE ID': '304', DEPARTMENT: 'NOC', 'RESOURCE OWNER': 'ada', 'RESOURCE PASSWORD POLICY': 'Strong', 'DNS NAME': 'db/1.example' });
    expect(details['ACCOUNT LIST']).toEqual([{
      'ACCOUNT ID': '308', 'ACCOUNT NAME': 'root', PASSWDID: '308', 'PASSWORD STATUS': '####', 'ACCOUNT PASSWORD POLICY': 'Strong', ACCOUNT_DESCRIPTION: 'console only', ISFAVPASS: 'true', AUTOLOGONLIST: [],
      AUTOLOGONSTATUS: 'Automatic log-on is not available', ISREASONREQUIRED: 'true', IS_TICKETID_REQD: 'false', IS_TICKETID_REQD_MANDATORY: 'false', IS_TICKETID_REQD_ACW: 'false', PASSWORDREQUEST_REASON_MANDATORY: 'true',
      ISREMOTEAPPONLY: 'false', IS_USER_WITH_COMMAND_CONTROL_ROLE: 'false', IS_COMMAND_CONTROL_CONFIGURED: 'false', IS_TOTP_CONFIGURED: 'false',
    }]);
    expect((await send('GET', '/resources/9/accounts')).operation.result).toEqual({ status: 'Failed', message: 'No such resource found' });
  });
  it('have details, as flat strings', async () => {
    const { operation } = await send('GET', '/resources/303/accounts/307');
    expect(operation).toMatchObject({ name: 'GET RESOURCE ACCOUNT DETAILS', result: { status: 'Success', message: 'Account details fetched successfully' } });
    expect(operation.Details).toMatchObject({ DESCRIPTION: 'N/A', PASSWDID: '307', 'PASSWORD STATUS': '****', 'PASSWORD POLICY': 'Strong', 'LAST ACCESSED TIME': 'N/A', 'COMPLIANT STATUS': 'N/A', PASSWORDREQUEST_REASON_MANDATORY: 'true' });
    expect((operation.Details as Record<string, string>)['LAST MODIFIED TIME']).toMatch(/^Nov 2\d, 2026 \d\d:00 [AP]M$/);
  });
  it('that are old are expired', async () => {
    answers['account.list'] = (asking) => page([{ ...admin, changedAt: '2020-01-01T00:00:00Z' }], asking, 'username');
    expect((await send('GET', '/resources/303/accounts/307')).operation.Details).toMatchObject({ 'EXPIRY STATUS': 'Expired' });
  });
  it.each(['GET', 'PUT', 'DELETE'])('are not found by %s on a resource that is not theirs, or under no number', async (method) => {
    for (const path of ['/resources/304/accounts/307', '/resources/303/accounts/1000000', '/resources/1000000/accounts/307', '/resources/x/accounts/y']) {
      expect((await send(method, path, method === 'GET' ? undefined : input({ ACCOUNTNAME: 'x' }))).operation.result).toEqual({ status: 'Failed', message: 'No such account found' });
    }
  });
  it('are added one by one, and those that exist do not keep others out', async () => {
    answers['account.create'] = (asking) => {
      const [first] = asking['accounts'] as { username: string }[];
      if (first?.username === 'old') throw new Problem('name-taken');
      return { items: [admin] };
    };
    const reply = await send('POST', '/resources/303/accounts', input({ ACCOUNTLIST: [{ ACCOUNTNAME: 'new', PASSWORD: 'p w', NOTES: 'n', TOTP_SECRET: '' }, { ACCOUNTNAME: 'old' }, { ACCOUNTNAME: 'odd', TOTP_SECRET: 'ABC' }] }));
    expect(reply.text).toBe(
      '{"operation":{"name":"ADD ACCOUNTS","result":{"status":"Success","message":"Account(s) added successfully"},"Details":[{"new":{"STATUS":"Account added successfully"}},' +
        '{"old":{"STATUS":"Account is not added  as it already exists"}},{"odd":{"STATUS":"Account is not added. The request is not valid. TOTP_SECRET is not available in this product."}}]}}',
    );
    expect(asked.find((call) => call.name === 'account.create')?.input).toEqual({ resourceId: web['id'], accounts: [{ username: 'new', password: 'p w', notes: 'n', policyId: null }] });
  });
  it('are not said to be added when none was', async () => {
    answers['account.create'] = problem('name-taken');
    const { operation } = await send('POST', '/resources/303/accounts', input({ ACCOUNTLIST: { ACCOUNTNAME: 'old' } }));
    expect(operation).toEqual({ name: 'ADD ACCOUNTS', result: { status: 'Failed', message: 'No account was added' }, Details: [{ old: { STATUS: 'Account is not added  as it already exists' } }] });
    answers['account.create'] = problem('not-your-role');
    expect((await send('POST', '/resources/303/accounts', input({ ACCOUNTLIST: [{ ACCOUNTNAME: 'x' }] }))).operation.result.message).toBe('Your role does not allow this.');
    expect((await send('POST', '/resources/303/accounts', input({}))).operation.result.message).toContain('ACCOUNTLIST is missing');
  });
  it('are edited', async () => {
    expect(await result(send('PUT', '/resources/303/accounts/307', input({ ACCOUNTNAME: 'adm', DESCRIPTION: 'd', ACCOUNTPASSWORDPOLICY: 'LOW', OWNERNAME: 'ada' })))).toBe('200 EDIT ACCOUNT: Success, Account adm modified successfully');
    expect(inputOf('account.update')).toEqual({ accountId: admin['id'], username: 'adm', notes: 'd', policyId: uuid(901) });
  });
});

describe('passwords', () => {
  const path = '/resources/303/accounts/307/password';
  it('are given with reason and ticket, under the name that clients compare', async () => {
    expect((await send('GET', `${path}?${new URLSearchParams(input({ REASON: 'Need it', TICKETID: 7 })).toString()}`)).text).toBe(
      '{"operation":{"name":"GET PASSWORD","result":{"status":"Success","message":"Password fetched successfully"},"Details":{"PASSWORD":"p\\"\\\\&+%= ü"}}}',
    );
    expect(inputOf('account.reveal')).toEqual({ accountId: admin['id'], purpose: 'use', reason: 'Need it', ticket: '7' });
  });
  it('are given without either, empty texts not being given', async () => {
    await send('GET', `${path}?${new URLSearchParams(input({ REASON: '', TICKETID: '' })).toString()}`);
    expect(inputOf('account.reveal')).toEqual({ accountId: admin['id'], purpose: 'use' });
  });
  it('are refused with our reason and without Details', async () => {
    answers['account.reveal'] = problem('reason-required');
    expect((await send('GET', path)).operation).toEqual({ name: 'GET PASSWORD', result: { status: 'Failed', message: 'Give a reason first: the organisation asks for one.' } });
  });
  it('are changed in the vault alone', async () => {
    expect((await send('PUT', path, input({ NEWPASSWORD: 'Test@12345$', RESETTYPE: 'LOCAL', REASON: 'Password Expired', TICKETID: '7' }))).text).toBe('{"operation":{"name":"CHANGE PASSWORD","result":{"status":"Success","message":"Password changed successfully"}}}');
    expect(inputOf('account.change-password')).toEqual({ accountId: admin['id'], password: 'Test@12345$', where: 'local', reason: 'Password Expired', ticket: '7' });
  });
  it('say what a weak one lacks, and what is missing', async () => {
    answers['account.change-password'] = problem('password-weak', { detail: 'Policy ‘Strong’.', errors: [{ path: 'password', message: 'It is too short.' }] });
    expect((await send('PUT', path, input({ NEWPASSWORD: 'x' }))).operation.result.message).toBe('The password does not meet the policy. Policy ‘Strong’. PASSWORD: It is too short.');
    expect((await send('PUT', path, input({}))).operation.result.message).toContain('NEWPASSWORD is missing');
    expect((await send('PUT', path, input({ NEWPASSWORD: 'x', RESETTYPE: 'BOTH' }))).operation.result.message).toContain('RESETTYPE must be LOCAL or REMOTE');
    expect((await send('PUT', '/resources/1000000/accounts/1000000/password', input({ NEWPASSWORD: 'x' }))).operation.result).toEqual({ status: 'Failed', message: 'No such account found' });
  });
  it.each([
    [['applying', 'applied', 'promoted'], 'Success', 'Password changed successfully'],
    [['rolled-back'], 'Failed', 'Password is not changed. Because.'],
    [['applying', 'needs-person'], 'Failed', 'Password change needs a person: neither the old nor the new password is proven. Because.'],
    [['unverified'], 'Failed', 'Password change is not finished and goes on in the background. Because.'],
  ])('are changed on the target, waiting through %j', async (states, status, message) => {
    const left = [...states];
    answers['attempt.read'] = () => attempt(left.length > 1 ? (left.shift() ?? '') : (left[0] ?? ''), 'Because.');
    expect((await send('PUT', path, input({ NEWPASSWORD: 'x', RESETTYPE: 'remote' }))).operation.result).toEqual({ status, message });
    expect(inputOf('account.change-password')).toMatchObject({ where: 'target' });
    expect(left).toHaveLength(1);
  });
  it('come with their resource as JSON in a text, or the reason why not', async () => {
    const { operation } = await send('GET', '/resources/getResourceAccountDetails?RESOURCEID=303&ACCOUNTID=307&REASON=Need+it');
    const details = operation.Details as Record<string, string>;
    expect(JSON.parse(details['ACCOUNTDETAILS'] ?? '')).toEqual({ PASSWORD: 'p"\\&+%= ü' });
    expect(JSON.parse(details['RESOURCEDETAILS'] ?? '')).toMatchObject({ 'RESOURCE NAME': 'Windows Server' });
    expect(inputOf('account.reveal')).toMatchObject({ reason: 'Need it' });
    answers['account.reveal'] = problem('reason-required');
    const refused = (await send('GET', '/resources/getResourceAccountDetails?RESOURCEID=303&ACCOUNTID=307')).operation.Details as Record<string, string>;
    expect(JSON.parse(refused['ACCOUNTDETAILS'] ?? '')).toEqual({ PASSWORD_REASON: 'Give a reason first: the organisation asks for one.' });
  });
});
