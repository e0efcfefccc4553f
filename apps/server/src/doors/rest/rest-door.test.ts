import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { input, problem, result, startDoor, type Door } from './testing/door.ts';

let door: Door;
beforeEach(async () => {
  door = await startDoor();
});
afterEach(() => door.stop());

describe('the token', () => {
  it.each([
    ['header AUTHTOKEN', '/resources', { AUTHTOKEN: 'T' }],
    ['header in other letters', '/resources', { Authtoken: 'T' }],
    ['header APP_AUTHTOKEN with APP_TYPE', '/resources', { APP_AUTHTOKEN: 'T', APP_TYPE: '17' }],
    ['query AUTHTOKEN', '/resources?AUTHTOKEN=T', {}],
    ['query APP_AUTHTOKEN with APP_NAME', '/resources?APP_AUTHTOKEN=T&APP_NAME=Ansible', {}],
    ['header before query', '/resources?AUTHTOKEN=OTHER', { AUTHTOKEN: 'T' }],
  ])('is taken from the %s', async (_, target, headers) => {
    expect(await result(door.send('GET', target, undefined, headers))).toBe(
      '200 GET RESOURCES: Success, Resources fetched successfully',
    );
    expect(door.tokens).toEqual(['T']);
  });
  it('is decoded in a query', async () => {
    await door.send('GET', '/resources?AUTHTOKEN=a%2Bb%2F%0Ac%3D%3D', undefined, {});
    expect(door.tokens).toEqual(['a+b/\nc==']);
  });
  it('fails with status 200 and the sentence that clients compare, when absent, wrong or used elsewhere', async () => {
    const unknown =
      '200 Authentication: Failed, API key received is not associated to any user. Authentication failed.';
    expect(await result(door.send('GET', '/resources', undefined, {}))).toBe(unknown);
    expect(await result(door.send('PUT', '/resources/1/accounts/1/password?AUTHTOKEN=W', 'x', {}))).toBe(unknown);
    expect(await result(door.send('GET', '/resources', undefined, { AUTHTOKEN: 'ELSEWHERE' }))).toBe(
      '200 Authentication: Failed, User is not allowed to access from this host',
    );
    expect(door.asked).toEqual([]);
  });
  it('is refused in the URL where the organisation switched that off, and not in a header', async () => {
    door.tokenInUrl = false;
    expect((await door.send('GET', '/resources?AUTHTOKEN=T', undefined, {})).operation.result.message).toContain(
      'Send the token in the header AUTHTOKEN',
    );
    expect((await door.send('GET', '/resources')).operation.result.status).toBe('Success');
  });
  it('that ended after it was found fails in the same way', async () => {
    door.answers['resource.list'] = problem('signed-out');
    expect(await result(door.send('GET', '/resources'))).toContain('200 Authentication: Failed, API key');
  });
});

describe('the wire', () => {
  it.each(['/resources', '//resources', '/resources/', '/resources/?', '/resources?&X=1', '//resources//'])(
    'takes the address %s',
    async (target) => {
      expect((await door.send('GET', target)).operation.name).toBe('GET RESOURCES');
    },
  );
  it('answers 404 in JSON to an address that names nothing, without asking for a token or repeating the address', async () => {
    for (const [method, target] of [
      ['GET', '/'],
      ['GET', '/nothing?AUTHTOKEN=SECRET'],
      ['PATCH', '/resources'],
      ['DELETE', '/resources'],
    ] as const) {
      const reply = await door.send(method, target, undefined, {});
      expect([reply.status, reply.text]).toEqual([
        404,
        '{"operation":{"name":"UNKNOWN","result":{"status":"Failed","message":"No such API"}}}',
      ]);
    }
  });
  it.each([
    'application/x-www-form-urlencoded',
    'text/json',
    'application/json',
    'nonsense',
    'text/plain; charset',
    undefined,
  ])('reads a body that calls itself %s', async (type) => {
    const headers = { AUTHTOKEN: 'T', ...(type === undefined ? {} : { 'content-type': type }) };
    for (const body of [
      input({ NEWPASSWORD: 'a&b+c%d"e' }),
      `INPUT_DATA=${encodeURIComponent(input({ NEWPASSWORD: 'a&b+c%d"e' }).slice(11))}`,
    ]) {
      expect(
        (await door.send('PUT', '/resources/303/accounts/307/password', body, headers)).operation.result.status,
      ).toBe('Success');
      expect(door.inputOf('account.change-password')).toMatchObject({ password: 'a&b+c%d"e', where: 'local' });
    }
  });
  it.each(['GET', 'DELETE', 'POST', 'PUT'])(
    'reads INPUT_DATA from the query and from the body of a %s',
    async (method) => {
      const target =
        {
          GET: '/resources/303/accounts/307/password',
          DELETE: '/resources/303',
          POST: '/resources',
          PUT: '/resources/303/accounts/307/password',
        }[method] ?? '';
      const bad = 'INPUT_DATA=[]';
      expect((await door.send(method, `${target}?${bad}`)).operation.result.message).toContain(
        'INPUT_DATA must be a JSON object',
      );
      expect((await door.send(method, target, bad)).operation.result.message).toContain(
        'INPUT_DATA must be a JSON object',
      );
    },
  );
  it('refuses more than 1 MB with an answer, and takes just below', async () => {
    const pad = (length: number): string => input({ NEWPASSWORD: 'x', PAD: 'p'.repeat(length) });
    expect(
      (await door.send('PUT', '/resources/303/accounts/307/password', pad(1024 * 1024))).operation.result.message,
    ).toContain('1 MB is the most');
    expect(
      (await door.send('PUT', '/resources/303/accounts/307/password', pad(1024 * 1000))).operation.result.status,
    ).toBe('Success');
  });
  it('answers as JSON that nobody keeps', async () => {
    expect((await door.send('GET', '/resources')).type).toBe('application/json; charset=utf-8');
  });
  it('says nothing of an error inside, with status 200', async () => {
    door.answers['resource.list'] = () => {
      throw new Error('connection to 10.0.0.1 lost');
    };
    const reply = await door.send('GET', '/resources');
    expect([reply.status, reply.operation.result.status]).toEqual([200, 'Failed']);
    expect(reply.text).not.toContain('10.0.0.1');
  });
});
