import { afterEach, expect, it, vi } from 'vitest';
import { createResource, deleteAccount, listAccounts, readMe, revealAccount } from '@strongroom/contract';
import { ask, onSignedOut, ProblemError, requestOf } from './client.ts';

const reply = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
afterEach(() => vi.unstubAllGlobals());

it('puts what the path takes into the path, and the rest where the method carries it', () => {
  expect(requestOf(revealAccount, { accountId: 'a/1', purpose: 'copy', reason: 'x' })).toEqual({
    url: '/api/v1/accounts/a%2F1/reveal',
    body: '{"purpose":"copy","reason":"x"}',
  });
  expect(requestOf(listAccounts, { view: 'all', search: 'ö&x', health: undefined })).toEqual({
    url: '/api/v1/accounts?view=all&search=%C3%B6%26x',
    body: undefined,
  });
  expect(requestOf(deleteAccount, { accountId: 'a' })).toEqual({ url: '/api/v1/accounts/a', body: undefined });
});

it('sends the session’s token with everything that changes something, and with nothing else', async () => {
  const sent = vi.fn((_url: string, _init: RequestInit) =>
    Promise.resolve(reply(200, { csrfToken: 'token-1', items: [], total: 0 })),
  );
  vi.stubGlobal('fetch', sent);
  await ask(readMe, {});
  await ask(listAccounts, {});
  await ask(createResource, { name: 'n', type: 'Linux' });
  const tokens = sent.mock.calls.map(([, init]) => new Headers(init.headers).get('x-csrf-token'));
  expect(tokens).toEqual([null, null, 'token-1']);
  expect(sent.mock.calls.every(([, init]) => init.credentials === 'same-origin' && init.cache === 'no-store')).toBe(
    true,
  );
});

it('throws what the server refused, with code, lines and reference', async () => {
  const body = {
    type: 't',
    title: 'Invalid.',
    status: 422,
    code: 'password-weak',
    detail: 'Too short.',
    requestId: 'r1',
    errors: [{ path: 'password', message: 'too short' }],
  };
  vi.stubGlobal('fetch', () => Promise.resolve(reply(422, body)));
  const problem = await ask(readMe, {}).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ProblemError);
  expect(problem).toMatchObject({
    code: 'password-weak',
    status: 422,
    detail: 'Too short.',
    requestId: 'r1',
    errors: body.errors,
  });
});

it('takes the waiting time from the header where the body has none', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(reply(503, { code: 'busy', title: 'Busy' }, { 'retry-after': '7' })));
  await expect(ask(readMe, {})).rejects.toMatchObject({ code: 'busy', retryAfter: 7 });
});

it('tells a server that cannot be reached apart from one that refuses', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  await expect(ask(readMe, {})).rejects.toMatchObject({ code: 'offline', status: 0 });
});

it('tells once that the session has ended', async () => {
  const left = vi.fn();
  onSignedOut(left);
  vi.stubGlobal('fetch', () => Promise.resolve(reply(401, { code: 'signed-out', title: 'Sign in first.' })));
  await expect(ask(readMe, {})).rejects.toMatchObject({ code: 'signed-out' });
  expect(left).toHaveBeenCalledOnce();
});
