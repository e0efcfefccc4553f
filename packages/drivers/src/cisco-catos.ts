import {
  becomePrivileged,
  ciscoFields,
  ciscoGreeting,
  ciscoKind,
  ciscoPrompts,
  complaintIn,
  controlCharacters,
  defineDriver,
  pager,
  promptEnding,
  resetByTerminal,
  saveField,
  Stopped,
  typeTwice,
  verifyCisco,
  withPort,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

// There is one log-in password for everybody, so a Telnet log-in is given no name.
const { asksUsername: _, ...fields } = ciscoFields;
const settings = withPort(
  z
    .object({
      ...fields,
      save: saveField('Write configuration to NVRAM'),
      prompts: z
        .object(ciscoPrompts('>', '> (enable)'))
        .prefault({})
        .meta({ title: 'Prompts', description: 'How the lines end on which the device waits for a command.' }),
    })
    .transform((given) => ({ ...given, asksUsername: false })),
);
type Settings = z.output<typeof settings>;

// "0 to 19 characters … including spaces"; ? is help.
const limits: Limits = { maxLength: 19, forbidden: `${controlCharacters}?`, asciiOnly: true };

const complains = /^(?:%|Sorry|Usage:|Unknown command|Passwords? (?:do|did) not|Password not changed)/i;

/**
 * Cisco CatOS (Catalyst 4000, 5000, 6000) over SSH or Telnet: its two passwords, for log-in (`set password`) and for
 * privileged mode (`set enablepass`). Both ask for the old one, so the current password must be known. Users that RADIUS,
 * TACACS+ or local authentication know are not reset here.
 * The switch keeps changes by itself unless its configuration mode is text, which wants `write memory`.
 * Source: Catalyst 6500 Series Switch Command Reference, CatOS 8.x, "set password", "set enablepass", "set config mode".
 */
export const ciscoCatos = defineDriver<Settings>({
  type: 'cisco-catos',
  title: 'Cisco CatOS',
  settings,
  limits,

  verify: (target, login, via) => verifyCisco(target, login, via, true),

  reset(target, admin, account, next, elevation) {
    const { settings: s } = target;
    const enable = ciscoKind(s, account.username) === 'enable';
    const { current } = account;
    if (ciscoKind(s, admin.username) === 'enable')
      return Promise.resolve({ is: 'refused', why: 'the enable account cannot log in: log in with another account' });
    if (current === undefined)
      return Promise.resolve({ is: 'refused', why: 'the current password is not known, and the target asks for it' });
    const greeting = ciscoGreeting(s, admin);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async (console) => {
      await becomePrivileged(console, s, elevation);
      const end = promptEnding(s.prompts.enable);
      await console.look.ask('set length 0', [pager, { when: end }]);
      const said = await typeTwice(console, {
        command: enable ? 'set enablepass' : 'set password',
        current: { when: /old password:[ \t]*$/i, send: current },
        first: /enter new password:[ \t]*$/i,
        again: /retype new password:[ \t]*$/i,
        next,
        end,
      });
      if (!/password changed/i.test(said.output))
        throw new Stopped(complaintIn(said, complains) ?? 'the device did not say that the password is changed');
      if (s.save) {
        const saved = await console.act.ask('write memory', [pager, { when: end }]);
        const against = complaintIn(saved, complains);
        if (against !== undefined) throw new Stopped(`the password is set, but not saved: ${against}`);
      }
    });
  },
});
