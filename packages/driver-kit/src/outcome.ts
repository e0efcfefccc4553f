import type { Reset, Verified } from './driver.ts';
import { scrub } from './dialogue.ts';
import { Cut, MustChange, Rejected, Unreachable, Untrusted, type Exposable, type Login, type Shell } from './target.ts';
import type { Target } from './ways.ts';

/** Every secret of these logins and passwords, in clear, for scrub(). */
export function secretsOf(...from: readonly (Login | Exposable | undefined)[]): string[] {
  return from.flatMap((one) => {
    if (one === undefined) return [];
    if ('expose' in one) return [one.expose()];
    return [one.password, one.privateKey, one.passphrase].flatMap((secret) =>
      secret === undefined ? [] : [secret.expose()],
    );
  });
}

/** One line for a person: the first with something on it, free of secrets and control characters, 200 characters at most. */
export function reason(text: string, secrets: readonly string[], otherwise: string): string {
  const lines = scrub(text, secrets)
    .split('\n')
    .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim())
    .filter((line) => line !== '');
  return (lines[0] ?? otherwise).slice(0, 200);
}

/** Turns what a way throws into an answer about a login; what is no answer is thrown on. */
export function verdictOf(error: unknown): Verified {
  if (error instanceof MustChange) return 'accepted';
  if (error instanceof Rejected) return 'rejected';
  if (error instanceof Untrusted) return 'untrusted';
  if (error instanceof Unreachable || error instanceof Cut) return 'unreachable';
  throw error;
}

/**
 * verify() for any target you sign in to with a shell: one log-in, and nothing run.
 * A login with a password is judged by the password alone, since a key that signs in says nothing about it.
 * A password that the target accepts but wants changed at once counts as accepted: it is the right one.
 */
export async function verifyByShell<S>(target: Target<S>, login: Login): Promise<Verified> {
  const { username, password } = login;
  const proven: Login = password === undefined ? login : { username, password };
  try {
    await target.shell(proven, () => Promise.resolve());
    return 'accepted';
  } catch (error) {
    return verdictOf(error);
  }
}

/** verify() for any target where opening a session is the proof: `open` signs in once and does nothing. */
export async function verifyBy(open: () => Promise<void>): Promise<Verified> {
  try {
    await open();
    return 'accepted';
  } catch (error) {
    return verdictOf(error);
  }
}

/**
 * Turns what a shell throws into a Reset, so that drivers only write the happy path, and cleans every `why` of `secrets`.
 * `for` is the account that is set: another than the one that signs in may be set over a connection that is there already.
 */
export function resetByShell<S>(
  target: Target<S>,
  { admin, for: username, secrets }: { admin: Login; for?: string; secrets: readonly string[] },
  work: (shell: Shell) => Promise<Reset>,
): Promise<Reset> {
  const kept = username !== undefined && username !== admin.username;
  return resetBy(secrets, () => (kept && target.keptShell ? target.keptShell(admin, work) : target.shell(admin, work)));
}

/** The same for any way: `run` opens a session and sets the password in it. */
export async function resetBy(secrets: readonly string[], run: () => Promise<Reset>): Promise<Reset> {
  try {
    const said = await run();
    return said.is === 'refused' ? { is: 'refused', why: reason(said.why, secrets, 'the target refused') } : said;
  } catch (error) {
    if (error instanceof Cut) return { is: 'unknown' };
    if (error instanceof Unreachable) return { is: 'unreachable' };
    if (error instanceof Untrusted) return { is: 'untrusted' };
    if (error instanceof Rejected)
      return { is: 'refused', why: 'the target rejected the login that was to set the password' };
    if (error instanceof MustChange)
      return {
        is: 'refused',
        why: 'the target wants the password of the login account changed first',
      };
    throw error;
  }
}
