import { describe, expect, it } from 'vitest';
import { callsOf, fillAddress, groupsOf, kindOf, searchCalls, type OpenApi } from './openapi.ts';

const document: OpenApi = {
  info: { version: '1.2.3' },
  servers: [{ url: '/api/v1' }],
  paths: {
    '/accounts/{accountId}/reveal': {
      post: {
        operationId: 'account.reveal',
        summary: 'Opens the current password.',
        security: [{ bearer: ['passwords'] }],
        parameters: [{ name: 'accountId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['purpose'],
                properties: { purpose: { enum: ['show', 'copy'] }, reason: { type: 'string', maxLength: 500 } },
              },
            },
          },
        },
        responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Opened' } } } } },
      },
    },
    '/users': {
      get: {
        operationId: 'user.list',
        summary: 'The users.',
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500 } }],
      },
    },
  },
  components: {
    schemas: { Opened: { type: 'object', required: ['password'], properties: { password: { type: 'string' } } } },
  },
};
const calls = callsOf(document, 'https://vault.example');

describe('the reference page', () => {
  it('shows every call with its input, reply and scope', () => {
    expect(calls.map((call) => `${call.method} ${call.path} ${call.scope}`)).toEqual([
      'POST /api/v1/accounts/{accountId}/reveal passwords',
      'GET /api/v1/users null',
    ]);
    expect(calls[0]?.input).toEqual([
      { name: 'accountId', where: 'path', kind: 'uuid', required: true },
      { name: 'purpose', where: 'body', kind: 'show | copy', required: true },
      { name: 'reason', where: 'body', kind: 'text, at most 500', required: false },
    ]);
    expect(calls[0]?.reply).toEqual([{ name: 'password', where: 'body', kind: 'text', required: true }]);
    expect(calls[1]?.input[0]?.kind).toBe('whole number, from 1, to 500');
  });
  it('gives an example that carries the required fields and no token', () => {
    expect(calls[0]?.example).toContain(`-X POST`);
    expect(calls[0]?.example).toContain(`-d '{"purpose":"show"}'`);
    expect(calls[0]?.example).toContain(`'https://vault.example/api/v1/accounts/{accountId}/reveal'`);
    expect(calls[0]?.example).toContain('$TOKEN');
  });
  it('fills an address, escapes what is typed, and leaves out what is not', () => {
    const fields = [
      { name: 'accountId', where: 'path', kind: 'uuid', required: true },
      { name: 'search', where: 'query', kind: 'text', required: false },
      { name: 'limit', where: 'query', kind: 'text', required: false },
    ] as const;
    expect(fillAddress('/api/v1/accounts/{accountId}', fields, { accountId: 'a/b', search: ' x&y ' })).toBe(
      '/api/v1/accounts/a%2Fb?search=x%26y',
    );
    expect(fillAddress('/api/v1/accounts/{accountId}', fields, { accountId: '1' })).toBe('/api/v1/accounts/1');
  });
  it('groups calls by what they are about', () => {
    expect(groupsOf(calls).map(([area, inside]) => [area, inside.length])).toEqual([
      ['accounts', 1],
      ['users', 1],
    ]);
  });
  it('says kinds in words', () => {
    expect(kindOf({ anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] })).toBe('date-time or null');
    expect(kindOf({ type: 'array', items: { $ref: '#/components/schemas/User' } })).toBe('list of User');
    expect(kindOf({ type: ['integer', 'null'] })).toBe('whole number or null');
    expect(kindOf(undefined)).toBe('anything');
  });
  it('finds calls by name, path, words and fields', () => {
    expect(searchCalls(calls, 'reveal').map((call) => call.id)).toEqual(['account.reveal']);
    expect(searchCalls(calls, 'GET users').map((call) => call.id)).toEqual(['user.list']);
    expect(searchCalls(calls, 'purpose').map((call) => call.id)).toEqual(['account.reveal']);
    expect(searchCalls(calls, 'nothing-like-it')).toEqual([]);
  });
});
