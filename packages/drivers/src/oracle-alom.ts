import {
  complaintIn,
  controlCharacters,
  defineDriver,
  deviceFields,
  promptEnding,
  resetByTerminal,
  Stopped,
  typeTwice,
  verifyByTerminal,
  withPort,
  wording,
  type Greeting,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({ ...deviceFields, prompt: wording('Prompt', 'sc>', 'What ends the line after log-in.') }),
);
type Settings = z.output<typeof settings>;

// Only the first eight characters count, so more would be another password than ours.
const limits: Limits = { maxLength: 8, forbidden: controlCharacters, asciiOnly: true };
const complains =
  /^(?:error|invalid|incorrect|sorry|password(?:s)? (?:must|do|does|did|too|has|is|not|may)|.{0,40}(?:too short|not changed|no such user|not a valid|permission|not match))/i;

const greetingOf = ({ prompt }: Settings): Greeting => ({
  username: /login:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  prompt: promptEnding(prompt),
  refused: /(?:^|\n)\s*(?:invalid login|login incorrect|invalid password|permission denied)/i,
});

/**
 * Sun and Oracle ALOM system controllers over SSH or Telnet. One's own password is changed by `password`, which asks for
 * the old one; others' by `userpassword NAME`, which needs the u permission.
 * Weak passwords (fewer than six characters, without two letters and a digit or sign, too near the old one) are refused by
 * the controller. Source: Sun Advanced Lights Out Manager (ALOM) 1.5 and CMT 1.4 Guides, "password", "userpassword".
 */
export const oracleAlom = defineDriver<Settings>({
  type: 'oracle-alom',
  title: 'Oracle ALOM',
  settings,
  limits,

  verify: (target, login) => verifyByTerminal(target, login, greetingOf(target.settings)),

  reset(target, admin, account, next, elevation) {
    const greeting = greetingOf(target.settings);
    const own = admin.username === account.username;
    const current = account.current ?? (own ? admin.password : undefined);
    if (own && current === undefined)
      return Promise.resolve({ is: 'refused', why: 'the current password is not known, and the target asks for it' });
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async (console) => {
      const said = await typeTwice(console, {
        command: own ? 'password' : `userpassword ${account.username}`,
        ...(own && current !== undefined ? { current: { when: /current password:[ \t]*$/i, send: current } } : {}),
        first: /new password:[ \t]*$/i,
        again: /(?:re-?enter new password|new password again):[ \t]*$/i,
        next,
        end: greeting.prompt,
      });
      const against = complaintIn(said, complains);
      if (against !== undefined) throw new Stopped(against);
    });
  },
});
