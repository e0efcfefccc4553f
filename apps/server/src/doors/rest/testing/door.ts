import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from '@strongroom/contract';
import Fastify, { type InjectOptions } from 'fastify';
import type { z } from 'zod';
import { parseInput, type Actor } from '../../../authorise/index.ts';
import { Problem, type ProblemCode } from '../../../platform/problem.ts';
import { answerUnknown, restDoor, type RestParts } from '../index.ts';
import { actor, admin, db, policy, root, uuid, web } from './rows.ts';

/** The door on a real socket, with a product behind it that answers from memory. */
export interface Door {
  /** What the calls answer, by name; each answer passes the contract's own schemas on the way in and out. */
  readonly answers: Record<string, (input: Record<string, unknown>) => unknown>;
  /** The calls that were made, oldest first. */
  readonly asked: { name: string; input: Record<string, unknown> }[];
  readonly tokens: string[];
  /** The organisation's setting. */
  tokenInUrl: boolean;
  /** Sends exactly this target and body: no client in between tidies them up. */
  send(method: string, target: string, body?: string, headers?: Record<string, string>): Promise<Reply>;
  /** Sends without a socket: quicker, and as exact. */
  inject(options: InjectOptions): Promise<{ statusCode: number; body: string }>;
  /** The input of the last call of a name. */
  inputOf(name: string): Record<string, unknown> | undefined;
  stop(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  readonly operation: {
    name: string;
    result: { status: string; message: string };
    Details?: unknown;
    totalRows?: number;
  };
}

/** A page of rows, filtered as our lists filter: by number, by the name under `key`, by resource, by favourites; counted as they count. */
export const page = (items: Record<string, unknown>[], input: Record<string, unknown>, key: string): unknown => {
  const fits = items.filter(
    (item) =>
      (input['number'] === undefined || item['number'] === input['number']) &&
      (input[key] === undefined || String(item[key]).toLowerCase() === String(input[key]).toLowerCase()) &&
      (input['resourceId'] === undefined || item['resourceId'] === input['resourceId']) &&
      (input['view'] !== 'favourite' || item['favourite'] === true),
  );
  const start = Number(input['cursor'] ?? input['offset'] ?? 0);
  const end = start + Number(input['limit']);
  return {
    items: fits.slice(start, end),
    total: Math.min(fits.length, 10_000),
    totalIs: fits.length > 10_000 ? 'at-least' : 'exact',
    nextCursor: end < fits.length ? String(end) : null,
  };
};

/** The account that a call is about. Throws `not-found` for an id that none has, as the calls themselves do. */
export function known(input: Record<string, unknown>): object {
  const found = [admin, root].find((one) => one['id'] === input['accountId']);
  if (!found) throw new Problem('not-found');
  return found;
}

/** Starts the door. The token `T` is good, `ELSEWHERE` is bound to another host, every other is unknown. */
export async function startDoor(): Promise<Door> {
  const app = Fastify({
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => {
      answerUnknown(reply);
    },
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  let port = 0;
  const door: Door = {
    asked: [],
    tokens: [],
    tokenInUrl: true,
    answers: {
      'resource.list': (input) => page([web, db], input, 'name'),
      'account.list': (input) => page([admin, root], input, 'username'),
      'resource-group.list': (input) => page([], input, 'name'),
      'policy.list': () => ({ items: [policy(1, 'Low'), policy(2, 'Strong', true)] }),
      'account.read': (input) => known(input),
      'account.reveal': (input) => {
        known(input);
        return { username: 'Administrator', password: 'p"\\&+%= ü', version: 1, candidate: null };
      },
      'account.check-ticket': (input) => {
        known(input);
        return { good: true, why: null };
      },
      'account.change-password': (input) => ({ version: 2, attemptId: input['where'] === 'target' ? uuid(700) : null }),
      'field.list': () => ({ items: [] }),
      'resource.create': (input) => ({ ...web, name: input['name'] }),
      'resource.update': () => web,
      'resource.delete': () => ({}),
      'account.create': () => ({ items: [admin] }),
      'account.update': (input) => ({
        ...admin,
        ...(input['username'] === undefined ? {} : { username: input['username'] }),
      }),
    },
    send: (method, target, body, headers = { AUTHTOKEN: 'T' }) => send(port, method, target, body, headers),
    inject: (options) => app.inject(options),
    inputOf: (name) => door.asked.findLast((call) => call.name === name)?.input,
    stop: () => app.close(),
  };
  const parts: RestParts = {
    async invoke<I extends z.ZodType, R extends z.ZodType>(
      call: Call<string, I, R>,
      _actor: Actor,
      input: z.input<I>,
    ): Promise<z.output<R>> {
      const parsed = parseInput(call, input) as Record<string, unknown>;
      door.asked.push({ name: call.name, input: parsed });
      const answer = door.answers[call.name];
      if (!answer) throw new Problem('not-found');
      return call.reply.parse(await answer(parsed));
    },
    authenticate(token) {
      door.tokens.push(token);
      return token === 'T'
        ? Promise.resolve(actor)
        : Promise.reject(new Problem(token === 'ELSEWHERE' ? 'wrong-host' : 'signed-out'));
    },
    tokenInUrlAllowed: () => Promise.resolve(door.tokenInUrl),
    accountId: (_actor, number, resourceNumber) =>
      Promise.resolve(
        [admin, root].find(
          (one) =>
            one['number'] === number && (resourceNumber === undefined || one['resourceNumber'] === resourceNumber),
        )?.['id'] as string | undefined,
      ),
    passwordRules: () => Promise.resolve({ reasonToReveal: true, ticketToReveal: false, ticketToRequest: false }),
    remoteWaitMs: 700,
  };
  void app.register(
    (scope, _options, done) => {
      restDoor(scope, parts);
      done();
    },
    { prefix: '/restapi/json/v1' },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
  return door;
}

function send(
  port: number,
  method: string,
  target: string,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const out = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `/restapi/json/v1${target}`,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            text,
            type: response.headers['content-type'] ?? '',
            operation: (JSON.parse(text) as { operation: Reply['operation'] }).operation,
          });
        });
      },
    );
    out.on('error', reject);
    out.end(body);
  });
}

/** INPUT_DATA with these Details, raw. */
export const input = (details: Record<string, unknown>): string =>
  `INPUT_DATA=${JSON.stringify({ operation: { Details: details } })}`;

/** An answer that refuses. */
export const problem = (code: ProblemCode, options?: ConstructorParameters<typeof Problem>[1]) => (): never => {
  throw new Problem(code, options);
};

/** A reply in one line: status, name, outcome, message. */
export const result = async (reply: Promise<Reply>): Promise<string> => {
  const { status, operation } = await reply;
  return `${status} ${operation.name}: ${operation.result.status}, ${operation.result.message}`;
};
