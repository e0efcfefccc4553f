import { calls, fileCalls, ProblemBody } from '@strongroom/contract';
import { z } from 'zod';
import { problemTable } from '../platform/problem.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of `/api/v1`, made from the contract: it cannot say anything else than the server does. */
export function openApi(version: string): Json {
  const schemas: Json = {};
  /** A schema whose named parts are hoisted to the document's components. */
  const hoisted = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & { $defs?: Json };
    for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] = rewritten(definition);
    return rewritten(rest) as Json;
  };
  const paths: Record<string, Json> = {};
  const problem = {
    description: 'A refusal or failure.',
    content: { 'application/problem+json': { schema: hoisted(ProblemBody, 'output') } },
  };
  for (const call of calls) {
    const input = hoisted(call.input, 'input') as { properties?: Record<string, Json>; required?: string[] };
    const inPath = [...call.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    const others = Object.entries(input.properties ?? {}).filter(([name]) => !inPath.includes(name));
    const inQuery = call.method === 'GET' || call.method === 'DELETE';
    const required = (name: string): boolean => input.required?.includes(name) ?? false;
    const path = call.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[call.method.toLowerCase()] = {
      operationId: call.name,
      summary: call.summary,
      tags: [call.name.split('.')[0]],
      security: call.anonymous ? [] : [{ session: [] }, ...(call.scope ? [{ token: [call.scope] }] : [])],
      parameters: [
        ...inPath.map((name) => ({ name, in: 'path', required: true, schema: input.properties?.[name] ?? {} })),
        ...(inQuery
          ? others.map(([name, schema]) => ({ name, in: 'query', required: required(name), schema }))
          : [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } }]),
      ],
      ...(inQuery || others.length === 0
        ? {}
        : {
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: Object.fromEntries(others),
                    required: others.map(([name]) => name).filter(required),
                  },
                },
              },
            },
          }),
      responses: {
        '200': { description: 'Done.', content: { 'application/json': { schema: hoisted(call.reply, 'output') } } },
        default: problem,
      },
    };
  }
  const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  for (const call of fileCalls) {
    const input = hoisted(call.input, 'input') as { properties?: Record<string, Json>; required?: string[] };
    const inPath = [...call.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    const others = Object.entries(input.properties ?? {}).filter(([name]) => !inPath.includes(name));
    const required = (name: string): boolean => input.required?.includes(name) ?? false;
    const upload = !(call.answer instanceof z.ZodNull);
    const fields = { type: 'object', properties: Object.fromEntries(others) };
    (paths[call.path.replace(/:(\w+)/g, '{$1}')] ??= {})[call.method.toLowerCase()] = {
      operationId: call.name,
      summary: call.summary,
      tags: [call.name.split('.')[0]],
      security: [{ session: [] }, { token: [call.scope] }],
      parameters: [
        ...inPath.map((name) => ({ name, in: 'path', required: true, schema: input.properties?.[name] ?? {} })),
        ...(upload ? others.map(([name, schema]) => ({ name, in: 'query', required: required(name), schema })) : []),
      ],
      requestBody: { required: true, content: upload ? bytes : { 'application/json': { schema: fields } } },
      responses: {
        '200': {
          description: upload ? 'Stored.' : 'The file, as it is. One that breaks off is not the file.',
          content: upload ? { 'application/json': { schema: hoisted(call.answer, 'output') } } : bytes,
        },
        default: problem,
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Strongroom',
      version,
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      description:
        'Everything the console does. Errors are problem+json (RFC 9457); lists page by cursor; changes take an Idempotency-Key and If-Match.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-strongroom',
          description: 'Made by signing in. Changes also send x-csrf-token.',
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token with the scope that the call needs: read, passwords, manage or administer.',
        },
      },
    },
    'x-problem-codes': problemTable,
  };
}

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string' ? part.replace('#/$defs/', '#/components/schemas/') : rewritten(part),
    ]),
  );
}
