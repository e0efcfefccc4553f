import { z } from 'zod';
import type { Reset } from './driver.ts';
import { Cut, Unreachable } from './target.ts';
import type { Web, WebReply, WebRequest } from './ways/web.ts';

/** A setting for the address of a service: https, without a query or credentials, and without a slash at its end. */
export function addressSetting(title: string, standard: string, description: string): z.ZodDefault<z.ZodString> {
  return z
    .string()
    .trim()
    .max(300)
    .regex(/^https:\/\/[^\s/?#@]+(?:\/[^\s?#@]+)*$/, 'An address that starts with https:// and ends without a slash.')
    .default(standard)
    .meta({ title, description });
}

/** The setting of how long a service may take. */
export const serviceTimeLimit = z.int().min(1).max(300).default(20).meta({
  title: 'Time limit',
  description: 'Seconds to connect, and seconds for each request.',
});

/** Sends what changes nothing: where no answer comes, nothing has happened, and Unreachable is thrown. */
export async function asking(web: Web, request: WebRequest): Promise<WebReply> {
  try {
    return await web.send(request);
  } catch (error) {
    throw error instanceof Cut ? new Unreachable('no answer') : error;
  }
}

/** What an answer holds at a path, when it is JSON and a text stands there; else undefined. */
export function textIn(reply: WebReply, ...path: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(reply.body);
  } catch {
    return undefined;
  }
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'string' ? value : undefined;
}

/**
 * What came of a request that sets a password, by its status (RFC 9110 section 15). `why` is the service's own
 * explanation. A fault of the service's (5xx) may have come after the change; only 503 says that it was not begun.
 */
export function setByReply(reply: WebReply, why: string | undefined): Reset {
  const { status } = reply;
  if (status >= 200 && status < 300) return { is: 'done' };
  if (status >= 500 && status !== 503) return { is: 'unknown' };
  return { is: 'refused', why: `the service refused (${String(status)})${why === undefined ? '' : `: ${why}`}` };
}

/** The service let the login account in no further. 429 and 5xx say nothing of its credential: then Unreachable is thrown. */
export function notLetIn(reply: WebReply, why: string | undefined): Reset {
  if (reply.status === 429 || reply.status >= 500) throw new Unreachable('the service does not answer now');
  return {
    is: 'refused',
    why: `the service rejected the login account (${String(reply.status)})${why === undefined ? '' : `: ${why}`}`,
  };
}
