import {
  complaintIn,
  controlCharacters,
  defineDriver,
  loginWithField,
  promptEnding,
  protocolFields,
  resetByTerminal,
  Stopped,
  timeLimitField,
  typeTwice,
  verifyByTerminal,
  withPort,
  wording,
  type Greeting,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    // ILOM speaks no Telnet.
    ...protocolFields(['SSH']),
    loginWith: loginWithField,
    timeoutSeconds: timeLimitField,
    prompt: wording('Prompt', '->', 'What ends the line after log-in.'),
  }),
);
type Settings = z.output<typeof settings>;

// "8 to 16 characters … any character except a colon; no spaces".
const limits: Limits = { maxLength: 16, forbidden: `${controlCharacters} :`, asciiOnly: true };
const complains = /^(?:set:|error|invalid|.{0,60}(?:must be|too short|too long|not match|denied|failed))/i;

const greetingOf = ({ prompt }: Settings): Greeting => ({
  username: /login:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  prompt: promptEnding(prompt),
  refused: /(?:^|\n)\s*(?:login incorrect|permission denied)/i,
});

/**
 * Oracle ILOM service processors over SSH: `set /SP/users/NAME password`, which asks twice without echo, by an
 * administrator (u role) or the user itself. Source: Oracle ILOM Administrator's Guide for Configuration and Maintenance,
 * "Configuring local user accounts"; ILOM 2.0 and 3.0 CLI Procedures Guides.
 */
export const oracleIlom = defineDriver<Settings>({
  type: 'oracle-ilom',
  title: 'Oracle ILOM',
  settings,
  limits,

  verify: (target, login) => verifyByTerminal(target, login, greetingOf(target.settings)),

  reset(target, admin, account, next, elevation) {
    const greeting = greetingOf(target.settings);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async (console) => {
      const said = await typeTwice(console, {
        command: `set /SP/users/${account.username} password`,
        first: /enter new password:[ \t]*$/i,
        again: /enter new password again:[ \t]*$/i,
        next,
        end: greeting.prompt,
      });
      if (!/successfully set/i.test(said.output))
        throw new Stopped(complaintIn(said, complains) ?? 'the service processor did not say that the password is set');
    });
  },
});
