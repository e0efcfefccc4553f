import { z } from 'zod';
import { asksUsernameField, deviceFields, wording, type DeviceSettings } from './device-settings.ts';
import { pager, promptEnding, Stopped, verifyByTerminal, verifyOnTerminal, type Console } from './device.ts';
import type { Verified } from './driver.ts';
import type { Exposable, Login } from './target.ts';
import type { Target } from './ways.ts';
import type { Greeting } from './ways/terminal.ts';

/** What a password of a Cisco device opens: a user's log-in, the privileged mode, or a line, which asks for no name. */
export type CiscoKind = 'user' | 'enable' | 'line';

/** What all Cisco command lines have. */
export interface CiscoSettings extends DeviceSettings {
  readonly elevation: 'none' | 'enable';
  readonly asksUsername: boolean;
  readonly enableAccount: string;
  readonly prompts: { readonly user: string; readonly enable: string };
  readonly lineAccount?: string;
}

const accountName = (title: string, standard: string, description: string) =>
  z.string().trim().min(1).max(64).default(standard).meta({ title, description });

/** Fields of those settings; prompts come with each device. */
export const ciscoFields = {
  ...deviceFields,
  elevation: z.enum(['none', 'enable']).default('none').meta({
    title: 'Become privileged by',
    description:
      'None where the log-in account is privileged at once; enable where it needs the enable password, which is then the second account.',
  }),
  asksUsername: asksUsernameField,
  enableAccount: accountName(
    'Enable account',
    'enable',
    'The account of this name is the password of privileged mode (enable), not a user.',
  ),
};

/** The account that is a line's password. */
export const lineAccountField = (standard: string) =>
  accountName(
    'Line account',
    standard,
    'The account of this name is the password that a Telnet log-in without a name asks for.',
  );

/** Prompts of a Cisco device. */
export const ciscoPrompts = (user: string, enable: string) => ({
  user: wording('User mode prompt', user, 'What ends the line after log-in.'),
  enable: wording('Enable mode prompt', enable, 'What ends the line in privileged mode.'),
});

/** Which kind of password this account is. Where the device asks for no name, every account but enable is the line's. */
export function ciscoKind(settings: CiscoSettings, username: string): CiscoKind {
  if (username === settings.enableAccount) return 'enable';
  return !settings.asksUsername || username === settings.lineAccount ? 'line' : 'user';
}

const passwordAsked = /password:[ \t]*$/i;
const usernameAsked = /(?:user ?name|login):[ \t]*$/i;

/**
 * The log-in of IOS, CatOS and PIX over Telnet: "Username:" and "Password:", or a password alone.
 * "% Login invalid", "% Bad passwords", "% Access denied" (IOS), "Sorry" (CatOS), "Invalid password" (PIX, ASA).
 */
export function ciscoGreeting(settings: CiscoSettings, login: Login): Greeting {
  const { user, enable } = settings.prompts;
  return {
    username: usernameAsked,
    password: /password[^\n]{0,20}:[ \t]*$/i,
    prompt: promptEnding(`${user}|${enable}`),
    refused:
      /(?:^|\n)[%\s]*(?:login invalid|bad passwords|access denied|authentication failed|login failed|invalid password|sorry\b)/i,
    noUsername: ciscoKind(settings, login.username) === 'line',
  };
}

/** Privileged mode, reached with this password: `taken`, `refused`, or `not asked`. */
async function enable(
  { look }: Console,
  settings: CiscoSettings,
  password: Exposable,
): Promise<'taken' | 'refused' | 'not asked'> {
  const [user, privileged] = [promptEnding(settings.prompts.user), promptEnding(settings.prompts.enable)];
  const asked = await look.ask('enable', [{ when: passwordAsked }, { when: privileged }, { when: user }]);
  if (asked.ended !== 0) return 'not asked';
  // Asked again, up to three times, it has refused; the line is left then.
  const said = await look.ask(password, [{ when: passwordAsked }, { when: privileged }, { when: user }]);
  return said.ended === 1 ? 'taken' : 'refused';
}

/** Whether the command line is in privileged mode: shown by its prompt. */
async function isPrivileged({ look }: Console, { prompts }: CiscoSettings): Promise<boolean> {
  const { ended } = await look.ask('', [{ when: promptEnding(prompts.enable) }, { when: promptEnding(prompts.user) }]);
  return ended === 0;
}

/** Sees to it that the command line is privileged. Throws Stopped when it cannot be. */
export async function becomePrivileged(
  console: Console,
  settings: CiscoSettings,
  elevation: Login | undefined,
): Promise<void> {
  if (await isPrivileged(console, settings)) return;
  if (elevation?.password === undefined)
    throw new Stopped('the login account is not privileged: let it become so by the enable account');
  const said = await enable(console, settings, elevation.password);
  if (said === 'refused') throw new Stopped('the device did not take the enable password');
  if (said === 'not asked') throw new Stopped('the device lets nobody enter privileged mode');
}

/**
 * verify() on a Cisco device. A user signs in; so does a line's password, over Telnet; the enable password is asked for by
 * `enable`, with another account signed in, which steps back to user mode first where it is privileged.
 */
export async function verifyCisco<S extends CiscoSettings>(
  target: Target<S>,
  login: Login,
  via: Login | undefined,
  /** Whether SSH too can prove a line's password. */
  lineOverSsh = false,
): Promise<Verified> {
  const { settings } = target;
  const kind = ciscoKind(settings, login.username);
  if (kind === 'line' && settings.protocol === 'SSH' && !lineOverSsh) return 'unreachable';
  if (kind !== 'enable') return verifyByTerminal(target, login, ciscoGreeting(settings, login));
  const { password } = login;
  if (via === undefined || password === undefined || ciscoKind(settings, via.username) === 'enable')
    return 'unreachable';
  let judged: Verified | undefined;
  const said = await verifyOnTerminal(target, via, ciscoGreeting(settings, via), async (console) => {
    if (await isPrivileged(console, settings))
      await console.look.ask('disable', [pager, { when: promptEnding(settings.prompts.user) }]);
    const by = await enable(console, settings, password);
    judged = by === 'taken' ? 'accepted' : by === 'refused' ? 'rejected' : 'unreachable';
    return judged;
  });
  // What the device made of the account that signed in says nothing about this one.
  return judged ?? (said === 'untrusted' ? said : 'unreachable');
}
