import { readFileSync } from 'node:fs';
import { calls, fileCalls } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { world, type World } from '../../test/world.ts';
import { problemTable } from '../platform/problem.ts';
import { openApi } from './openapi.ts';

type Json = Record<string, unknown>;
let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

const document = openApi('test');
const operations = Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every `$ref` of a document. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => (name === '$ref' ? [String(part)] : references(part)));
}
/** What a reference of the document points at; undefined for a dangling one. */
const resolve = (reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? (at as Json)[name.replaceAll('~1', '/')] : undefined),
      document,
    );

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 in its shape: what must be there is, and every reference leads somewhere [API-03]', () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(document['info']).toMatchObject({
      title: 'Strongroom',
      version: 'test',
      license: { identifier: 'AGPL-3.0-or-later' },
    });
    expect(operations.length).toBeGreaterThan(50);
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method, operation } of operations) {
      expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method);
      expect(path).toMatch(/^\/[\w{}/-]+$/);
      const parameters = operation['parameters'] as { name: string; in: string; required: boolean; schema: Json }[];
      // Each `{name}` of the path is a parameter, required, and each parameter is one of a kind.
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect([path, parameters.filter((p) => p.in === 'path').map((p) => p.name)]).toEqual([path, inPath]);
      expect(new Set(parameters.map((p) => `${p.in} ${p.name}`)).size).toBe(parameters.length);
      for (const parameter of parameters) {
        expect([path, parameter.name, typeof parameter.schema]).toEqual([path, parameter.name, 'object']);
        if (parameter.in === 'path')
          expect([path, parameter.name, parameter.required, parameter.schema['format']]).toEqual([
            path,
            parameter.name,
            true,
            /version$/i.test(parameter.name) ? undefined : 'uuid',
          ]);
      }
      const responses = operation['responses'] as Record<string, Json>;
      expect(Object.keys(responses)).toEqual(['200', 'default']);
      for (const response of Object.values(responses)) expect(typeof response['description']).toBe('string');
      if (method === 'get' || method === 'delete') expect(operation['requestBody']).toBeUndefined();
    }
    const all = references(document);
    expect(all.length).toBeGreaterThan(20);
    for (const reference of all) expect([reference, typeof resolve(reference)]).toEqual([reference, 'object']);
    expect(JSON.stringify(document)).not.toContain('"$defs"');
    expect(JSON.stringify(document)).not.toContain('"$schema"');
  });

  it('has every call of the contract and no other, with whoever may make it and every problem there is [API-03]', () => {
    expect(operations.map(({ operation }) => operation['operationId']).sort()).toEqual(
      [...calls, ...fileCalls].map((call) => call.name).sort(),
    );
    for (const call of [...calls, ...fileCalls]) {
      const found = operations.find(({ operation }) => operation['operationId'] === call.name);
      expect([call.name, found?.method, found?.path]).toEqual([
        call.name,
        call.method.toLowerCase(),
        call.path.replace(/:(\w+)/g, '{$1}'),
      ]);
      const security = found?.operation['security'] as Json[];
      const anonymous = 'anonymous' in call && call.anonymous === true;
      expect([call.name, security.some((way) => 'session' in way)]).toEqual([call.name, !anonymous]);
      expect([call.name, security.find((way) => 'token' in way)?.['token']]).toEqual([
        call.name,
        call.scope === undefined || anonymous ? undefined : [call.scope],
      ]);
    }
    expect(document['x-problem-codes']).toEqual(problemTable);
  });

  it('is served to anybody, and says what the server does: replies of real calls keep its schemas', async () => {
    const app = w.app();
    const served = await client(app).send({ method: 'GET', path: '/openapi.json' });
    expect(served.status).toBe(200);
    expect(served.body).toEqual(JSON.parse(JSON.stringify(openApi('test'))));
    const { token, csrf } = await w.people.boss.session();
    const boss = Object.assign(client(app), { cookie: `__Host-strongroom=${token}`, csrf });
    const readable = calls.filter(
      (call) => call.method === 'GET' && !call.path.includes(':') && call.name !== 'audit.export',
    );
    expect(readable.length).toBeGreaterThan(10);
    const { id: userId } = w.people.boss;
    const made = await boss.send(
      { method: 'POST', path: '/resources' },
      { name: 'db-1', type: 'Linux', dnsName: 'db-1.invalid', accounts: [] },
    );
    expect(made.status).toBe(200);
    const objectId = made.body['id'];
    // What must be given to calls that answer about one thing.
    const queries: Readonly<Record<string, Json>> = {
      'access-control.read': { resourceId: objectId },
      'access.explain': { userId, action: 'resource.read', objectId },
      'access.find': { kind: 'user' },
      'access.reach': { userId, kind: 'resource' },
      'access.who': { objectKind: 'resource', objectId },
      'search.all': { q: 'db' },
    };
    for (const call of readable) {
      const { status, body } = await boss.send(call, queries[call.name]);
      expect([call.name, status]).toEqual([call.name, 200]);
      expect([call.name, call.reply.safeParse(body).error]).toEqual([call.name, undefined]);
    }
  });

  it('is the one that was reviewed', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    await expect(JSON.stringify(openApi(version), null, 2) + '\n').toMatchFileSnapshot('../../../../docs/openapi.json');
  });
});
