import {
  complaintIn,
  controlCharacters,
  defineDriver,
  deviceFields,
  pager,
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
  z.object({
    ...deviceFields,
    prompts: z
      .object({
        operational: wording('Operational mode prompt', '>'),
        config: wording('Configuration mode prompt', '#'),
        shell: wording('Shell prompt', '%', 'What root meets after log-in, before the command line is started.'),
      })
      .prefault({})
      .meta({ title: 'Prompts', description: 'How the lines end on which the device waits for a command.' }),
  }),
);
type Settings = z.output<typeof settings>;

// "6 to 128 characters"; control characters are not recommended there, and a terminal acts on them.
const limits: Limits = { maxLength: 128, forbidden: controlCharacters, asciiOnly: true };
const complains = /^\s*(?:error:|syntax error|unknown command|missing |invalid |permission denied)/i;

const greetingOf = ({ prompts }: Settings): Greeting => ({
  username: /login:[ \t]*$/i,
  password: /password:[ \t]*$/i,
  prompt: promptEnding(`${prompts.operational}|${prompts.shell}`),
  refused: /(?:^|\n)\s*(?:login incorrect|permission denied)/i,
});

/**
 * Juniper JunOS (MX, EX, QFX, SRX) over SSH or Telnet: `set system login user NAME authentication plain-text-password`,
 * for root `set system root-authentication plain-text-password`, which ask without echo; then `commit`.
 * The change is made in a candidate of its own (`configure private`), so that nobody's half-made change is committed with
 * it; the device refuses that while somebody has changed the shared one. What is not committed goes with the session.
 * Source: Junos OS CLI Reference, "plain-text-password", "configure", "commit"; User Access and Authentication Guide,
 * "Special Requirements for Plain-Text Passwords".
 */
export const juniperJunos = defineDriver<Settings>({
  type: 'juniper-junos',
  title: 'Juniper JunOS',
  settings,
  limits,

  verify: (target, login) => verifyByTerminal(target, login, greetingOf(target.settings)),

  reset(target, admin, account, next, elevation) {
    const { prompts } = target.settings;
    const greeting = greetingOf(target.settings);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async (console) => {
      const { look, act } = console;
      const operational = promptEnding(prompts.operational);
      const config = promptEnding(prompts.config);
      const at = await look.ask('', [{ when: operational }, { when: promptEnding(prompts.shell) }]);
      if (at.ended === 1) await look.ask('cli', [{ when: operational }]);
      await look.ask('set cli screen-length 0', [pager, { when: operational }]);
      const begun = await look.ask('configure private', [{ when: config }, pager, { when: operational }]);
      if (begun.ended !== 0)
        throw new Stopped(complaintIn(begun, complains) ?? 'the device did not enter configuration mode');
      const of = account.username === 'root' ? 'root-authentication' : `login user ${account.username} authentication`;
      if (account.username !== 'root') {
        // Setting it would make a user that is not there.
        const shown = await look.ask(`show system login user ${account.username}`, [pager, { when: config }]);
        if (!/^\s*(?:class|uid|authentication)\b/m.test(shown.output)) throw new Stopped('the device has no such user');
      }
      // Nothing takes effect before the commit.
      const said = await typeTwice(
        { look, act: look },
        {
          command: `set system ${of} plain-text-password`,
          first: /new password:[ \t]*$/i,
          again: /retype new password:[ \t]*$/i,
          next,
          end: config,
        },
      );
      const against = complaintIn(said, complains);
      if (against !== undefined) throw new Stopped(against);
      const done = await act.ask('commit', [pager, { when: config }]);
      if (!/commit complete/i.test(done.output))
        throw new Stopped(complaintIn(done, complains) ?? 'the device did not say that the commit is complete');
    });
  },
});
