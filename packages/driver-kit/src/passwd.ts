import type { Reset } from './driver.ts';
import { prompt } from './dialogue.ts';
import { elevated, plainName } from './elevate.ts';
import { complaint, type Change, type UnixContext } from './unix-context.ts';
import type { Step } from './target.ts';

/**
 * Changes a password with passwd(1) on a terminal: the way that every Unix has, and the only one for an account that is
 * not root. `own`: the account changes its own, unelevated, and is asked for the current one.
 * A password the target finds too weak is `refused`, and the program is left before it can ask on.
 * Throws Cut when it may have taken effect.
 */
export async function byPasswd(context: UnixContext, passwd: string, change: Change, own: boolean): Promise<Reset> {
  if (!own && !plainName(change.username)) return { is: 'refused', why: 'this account name cannot be given to passwd' };
  if (own && change.current === undefined)
    return { is: 'refused', why: 'the current password is not known, and the target asks for it' };
  const { command, before } = own
    ? { command: `env LC_ALL=C ${passwd}`, before: [] }
    : elevated(context, `${passwd} ${change.username}`);
  const steps = [...before, ...questions(context, change)];
  const said = await context.shell.dialogue(command, steps);
  if (said.code === 0 && said.reached === steps.length) return { is: 'done' };
  if (said.code === 0)
    // Ended well without having asked: some other program stands in the way, and nobody knows what it did.
    return { is: 'refused', why: 'passwd did not ask for the new password' };
  return { is: 'refused', why: complaint(said.output) };
}

function questions({ settings }: UnixContext, { current, next }: Change): Step[] {
  const { prompts } = settings;
  const [old, fresh, again] = [prompts.current, prompts.next, prompts.again].map(prompt);
  if (old === undefined || fresh === undefined || again === undefined) return [];
  // passwd asks for the new password once more when it did not like it (pam_pwquality(8), retry=).
  const refused = new RegExp(`${fresh.source}|${old.source}`, 'i');
  return [
    ...(current === undefined ? [] : [{ expect: old, send: current, optional: true, refused: old } satisfies Step]),
    { expect: fresh, send: next, refused },
    { expect: again, send: next, refused },
  ];
}
