import { ProblemError } from './client.ts';
import { kit } from './messages/kit.ts';

/** What to tell a person about a failure: what happened and what to do, with the reference number apart. */
export interface Told {
  readonly text: string;
  readonly reference: string | null;
}

/**
 * Says a failure in words. A code we know is said in our words; otherwise the server's own sentence is the best there is.
 * Never gives a stack trace or a bare status.
 */
export function tell(error: unknown): Told {
  if (!(error instanceof ProblemError)) return { text: kit('problem-internal'), reference: null };
  const key = `problem-${error.code}`;
  const ours = kit.has(key) ? kit(key, { wait: error.retryAfter ?? 0 }) : null;
  const said = [error.title, error.detail].filter((text) => text && text !== 'offline').join(' ');
  return { text: ours ?? (said || kit('problem-internal')), reference: error.requestId ?? null };
}

/** The server's complaints by input field, for the fields of a form. Nested fields are named with dots. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(error.errors.map(({ path, message }) => [path, message]));
}
