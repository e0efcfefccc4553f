import {
  asksUsernameField,
  complaintIn,
  controlCharacters,
  defineDriver,
  deviceFields,
  pager,
  promptEnding,
  resetByTerminal,
  saveField,
  Stopped,
  verifyByTerminal,
  withPort,
  wording,
  type Greeting,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    ...deviceFields,
    asksUsername: asksUsernameField,
    save: saveField('Save the configuration'),
    prompt: wording('Admin account prompt', '->', 'What ends the line after log-in.'),
  }),
);
type Settings = z.output<typeof settings>;

// "1 to 31 characters"; ? is help, a space ends the word, and quotes hold words together.
const limits: Limits = { maxLength: 31, forbidden: `${controlCharacters} ?"`, asciiOnly: true };
const complains =
  /^(?:\s*\^-+|unknown keyword|error\b|failed|command not completed|invalid|permission|.{0,60}(?:too short|not allowed|denied))/i;

const greetingOf = ({ prompt, asksUsername }: Settings): Greeting => ({
  username: /login:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  // Ends in ">", so a name with none of # > % $ may stand before it; behind it "(M)" or "(B)" in a cluster comes before.
  prompt: promptEnding(prompt),
  refused: /(?:^|\n)\s*(?:### )?(?:login failed|login incorrect|access denied|authentication failed)/i,
  noUsername: !asksUsername,
});

/**
 * Juniper NetScreen, ISG and SSG firewalls (ScreenOS) over SSH or Telnet. The root administrator's password is that of
 * `set admin password`; the others keep the privilege that `get admin user` shows for them, since the command that sets
 * a password would set it anew. An administrator that the firewall has not is not made.
 * Source: ScreenOS CLI Reference Guide 6.3, "admin" and "save"; Concepts & Examples, volume 3, "Administration".
 */
export const juniperNetscreen = defineDriver<Settings>({
  type: 'juniper-netscreen',
  title: 'Juniper NetScreen',
  settings,
  limits,

  verify: (target, login) => verifyByTerminal(target, login, greetingOf(target.settings)),

  reset(target, admin, account, next, elevation) {
    const greeting = greetingOf(target.settings);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async ({ look, act }) => {
      const ends = [pager, { when: greeting.prompt }];
      const { output } = await look.ask('get admin user', ends);
      const before = commandFor(output, account.username);
      const line = before.replace('PASSWORD', () => next.expose());
      const said = await act.ask({ expose: () => line }, ends);
      const against = complaintIn(said, complains);
      if (against !== undefined) throw new Stopped(against.replace(/^\s*\^-+/, '').trim() || 'the firewall refused');
      if (!target.settings.save) return;
      const saved = await act.ask('save', ends);
      if (!/\bdone\b/i.test(saved.output))
        throw new Stopped('the password is set, but not saved: the firewall did not say done');
    });
  },
});

/** The command by the privilege in the list: columns Name, Privilege, Origin, apart by spaces. */
function commandFor(list: string, name: string): string {
  const row = list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([first]) => first === name);
  if (row === undefined) throw new Stopped('the firewall has no such administrator');
  switch (row[1]?.toLowerCase() ?? '') {
    case 'root':
      return 'set admin password PASSWORD';
    case 'read-write':
      return `set admin user ${name} password PASSWORD privilege all`;
    case 'read-only':
      return `set admin user ${name} password PASSWORD privilege read-only`;
    default:
      throw new Stopped('the privilege of this administrator is not one that can be kept');
  }
}
