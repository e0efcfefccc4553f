import {
  controlCharacters,
  defineDriver,
  deviceFields,
  pager,
  promptEnding,
  resetByTerminal,
  Stopped,
  verifyByTerminal,
  withPort,
  wording,
  type Greeting,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({ ...deviceFields, prompt: wording('Prompt', 'hpiLO->', 'What ends the line after log-in.') }),
);
type Settings = z.output<typeof settings>;

// 39 characters at most. The rest has a meaning in the command line: DSP0214, "reserved characters", and quotes.
const limits: Limits = { maxLength: 39, forbidden: `${controlCharacters} "'\`\\,;()=<>`, asciiOnly: true };

const greetingOf = ({ prompt }: Settings): Greeting => ({
  username: /login(?: name)?:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  prompt: iloPrompt(prompt),
  refused:
    /(?:^|\n)[^\n]{0,20}(?:login (?:failed|incorrect|denied)|invalid (?:login|password|user)|access denied|authentication failed)/i,
});

/** The prompt shows the target that one stands at in front: "</>hpiLO-> ", "</map1>hpiLO-> ". */
function iloPrompt(texts: string): RegExp {
  return new RegExp(`(?:^|\\n)(?:<[^\\n<>]{0,80}>)?${promptEnding(texts).source.replace(/^\(\?:\^\|\\n\)/, '')}`, 'i');
}

/**
 * HP and HPE iLO 2 to 5 over SSH or, on old ones, Telnet, by its SMASH command line: `set /map1/accounts1/NAME
 * password=…`. The account that signs in needs the privilege to administer users, or changes its own.
 * `status=0` alone says that it is done. The minimum length (8 by default) is the iLO's to say.
 * Source: HP iLO 3 and iLO 4 Scripting and Command Line Guides, "User commands" and "Command-line status"; DSP0214,
 * Server Management Command Line Protocol.
 */
export const hpIlo = defineDriver<Settings>({
  type: 'hp-ilo',
  title: 'HP iLO',
  settings,
  limits,

  verify: (target, login) => verifyByTerminal(target, login, greetingOf(target.settings)),

  reset(target, admin, account, next, elevation) {
    const greeting = greetingOf(target.settings);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async ({ act }) => {
      const line = `set /map1/accounts1/${account.username} password=${next.expose()}`;
      const { output } = await act.ask({ expose: () => line }, [pager, { when: greeting.prompt }]);
      if (/^status=0\s*$/m.test(output)) return;
      const said = /^error_tag=(.+)$/m.exec(output)?.[1] ?? /^status_tag=(.+)$/m.exec(output)?.[1];
      throw new Stopped(said?.trim() ?? 'the iLO did not say that the password is set');
    });
  },
});
