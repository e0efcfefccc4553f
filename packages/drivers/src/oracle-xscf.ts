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
  z.object({ ...deviceFields, prompt: wording('Prompt', 'XSCF>', 'What ends the line after log-in.') }),
);
type Settings = z.output<typeof settings>;

// Terminal and PAM carry more; policies of the XSCF set the least, setpasswordpolicy(8).
const limits: Limits = { maxLength: 32, forbidden: controlCharacters, asciiOnly: true };
const complains =
  /^(?:BAD PASSWORD|passwd:|password:|error|permission|invalid|sorry|.{0,60}(?:unchanged|too short|denied))/i;

const greetingOf = ({ prompt }: Settings): Greeting => ({
  username: /login:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  prompt: promptEnding(prompt),
  refused: /(?:^|\n)\s*(?:login incorrect|permission denied)/i,
});

/**
 * Oracle and Fujitsu XSCF (SPARC M-series) over SSH or Telnet: `password` changes one's own and asks for the old one;
 * `password NAME` another's, which needs the useradm privilege. Source: SPARC Enterprise M3000 to M9000 and SPARC M10 XSCF
 * Reference Manual, password(8), setpasswordpolicy(8).
 */
export const oracleXscf = defineDriver<Settings>({
  type: 'oracle-xscf',
  title: 'Oracle XSCF',
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
        command: own ? 'password' : `password ${account.username}`,
        ...(own && current !== undefined
          ? { current: { when: /\(?current\)?[^\n]{0,20}password:[ \t]*$/i, send: current } }
          : {}),
        first: /new[^\n]{0,20}password:[ \t]*$/i,
        again: /retype new[^\n]{0,20}password:[ \t]*$/i,
        next,
        end: greeting.prompt,
      });
      if (!/updated successfully/i.test(said.output))
        throw new Stopped(complaintIn(said, complains) ?? 'the XSCF did not say that the password is set');
    });
  },
});
