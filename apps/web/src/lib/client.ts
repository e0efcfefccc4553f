import { readMe, signIn, type Call, type ProblemBody } from '@strongroom/contract';
import type { z } from 'zod';

/** Where the calls live. */
export const base = '/api/v1';

/** A refusal or failure as the server told it, or as the browser found it (`offline`). Source: RFC 9457. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly { path: string; message: string }[];
  readonly requestId: string | undefined;
  /** Seconds to wait before the next try, where waiting helps. */
  readonly retryAfter: number | undefined;

  constructor(body: Pick<ProblemBody, 'status' | 'code' | 'title'> & Partial<ProblemBody>) {
    super(body.detail ?? body.title);
    this.name = 'ProblemError';
    this.status = body.status;
    this.code = body.code;
    this.title = body.title;
    this.detail = body.detail;
    this.errors = body.errors ?? [];
    this.requestId = body.requestId;
    this.retryAfter = body.retryAfter;
  }
}

let csrfToken = '';
/** Keeps the token of this session for the calls that change something. It lives in memory alone. */
function keepCsrfToken(token: string): void {
  csrfToken = token;
}

let whenSignedOut: () => void = () => undefined;
/** What happens when a call finds the session ended. */
export function onSignedOut(does: () => void): void {
  whenSignedOut = does;
}

/**
 * Opens a page of the server in a tab of its own by a form, which carries this session's token in a field: for calls that
 * answer with a page. Nothing of it stands in an address.
 */
export function openInTab(path: string, fields: Readonly<Record<string, string>>): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = base + path;
  form.target = '_blank';
  form.rel = 'noopener noreferrer';
  for (const [name, value] of Object.entries({ ...fields, csrf: csrfToken })) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

type AnyCall = Call<string, z.ZodType, z.ZodType>;
interface Request {
  readonly url: string;
  readonly body: string | undefined;
}

/**
 * Splits one input object into path, query and body. GET and DELETE carry what the path does not take in the query,
 * the others as JSON. Undefined fields are left out.
 */
export function requestOf(call: Pick<AnyCall, 'method' | 'path'>, input: Readonly<Record<string, unknown>>): Request {
  const rest: Record<string, unknown> = { ...input };
  const path = call.path.replace(/:(\w+)/g, (_, key: string) => {
    const value = rest[key];
    delete rest[key];
    return encodeURIComponent(String(value));
  });
  if (call.method !== 'GET' && call.method !== 'DELETE') return { url: base + path, body: JSON.stringify(rest) };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest))
    if (Array.isArray(value)) for (const one of value) query.append(key, String(one));
    else if (value !== undefined && value !== null) query.set(key, String(value));
  const text = query.toString();
  return { url: base + path + (text ? `?${text}` : ''), body: undefined };
}

/** What a call that changes something sends along, to show that it comes from this page. */
export const csrfHeaders = (): Record<string, string> => (csrfToken ? { 'x-csrf-token': csrfToken } : {});

/** A refusal or failure of a call that carries bytes, as `ask` would throw it. */
export async function refusedBy(response: Response): Promise<ProblemError> {
  const problem = await problemOf(response);
  if (problem.status === 401) whenSignedOut();
  return problem;
}

async function problemOf(response: Response): Promise<ProblemError> {
  const after = Number(response.headers.get('retry-after')) || undefined;
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const known: unknown = await response.json().catch(() => null);
  const body: Partial<ProblemBody> = typeof known === 'object' && known !== null ? known : {};
  return new ProblemError({
    ...body,
    status: response.status,
    code: body.code ?? (response.status >= 500 ? 'internal' : 'refused'),
    title: body.title ?? response.statusText,
    ...((body.requestId ?? requestId) ? { requestId: body.requestId ?? requestId } : {}),
    ...((body.retryAfter ?? after) ? { retryAfter: body.retryAfter ?? after } : {}),
  });
}

/**
 * Makes a call of the contract and gives its reply, typed by the contract. Replies are not parsed again: they come from
 * our own server over its own origin.
 *
 * @throws {ProblemError} for every refusal and failure; `offline` (status 0) when the server cannot be reached.
 */
export async function ask<N extends string, I extends z.ZodType, R extends z.ZodType>(
  call: Call<N, I, R>,
  input: z.input<I>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<z.output<R>> {
  const { url, body } = requestOf(call, input as Record<string, unknown>);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (call.method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken;
  let response: Response;
  try {
    response = await fetch(url, {
      method: call.method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError({ status: 0, code: 'offline', title: 'offline' });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && call.name !== signIn.name) whenSignedOut();
    throw problem;
  }
  const text = await response.text();
  const reply: unknown = text ? JSON.parse(text) : {};
  if (
    (call.name === readMe.name || call.name === signIn.name) &&
    typeof reply === 'object' &&
    reply &&
    'csrfToken' in reply
  ) {
    keepCsrfToken(String(reply.csrfToken));
  }
  return reply as z.output<R>;
}
