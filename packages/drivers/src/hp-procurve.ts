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
  typeTwice,
  verifyByTerminal,
  withPort,
  wording,
  type Greeting,
  type Limits,
  type Login,
  type Terminal,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    ...deviceFields,
    elevation: z.enum(['none', 'enable']).default('none').meta({
      title: 'Become manager by',
      description:
        'None where the log-in account is the manager; enable where the operator logs in, and the manager is the second account.',
    }),
    asksUsername: asksUsernameField,
    operatorAccount: z.string().trim().min(1).max(16).default('operator').meta({
      title: 'Operator account',
      description: 'The account of this name is the operator; any other is the manager. The switch has one of each.',
    }),
    save: saveField('Write to startup configuration'),
    prompts: z
      .object({
        operator: wording('Operator mode prompt', '>'),
        manager: wording('Manager mode prompt', '#'),
        config: wording('Configuration mode prompt', '(config)#'),
      })
      .prefault({})
      .meta({ title: 'Prompts', description: 'How the lines end on which the switch waits for a command.' }),
  }),
);
type Settings = z.output<typeof settings>;

// "up to 16 ASCII characters with no spaces"; long passwords (64) are a later software's.
const limits: Limits = { maxLength: 16, forbidden: `${controlCharacters} ?`, asciiOnly: true };
const complains =
  /^(?:Invalid|Error|Unable|Not (?:allowed|authorized)|Passwords? (?:do|does|did|must|should|is|too)|The password)/i;

const greetingOf = ({ prompts, asksUsername }: Settings): Greeting => ({
  username: /(?:user ?name|login as):[ \t]*$/i,
  password: /password[^\n]{0,30}:[ \t]*$/i,
  prompt: promptEnding(`${prompts.operator}|${prompts.manager}`),
  refused: /(?:^|\n)\s*(?:invalid password|invalid user|unable to verify|authentication failed|access denied)/i,
  noUsername: !asksUsername,
  press: { when: /press any key to continue[^\n]*$/i, key: '\r' },
});

/**
 * HP and Aruba ProCurve switches (ProVision, ArubaOS-Switch) over SSH or Telnet: the manager's and the operator's
 * password, set in configuration mode by a question that does not echo. With `asksUsername` the account's name is given
 * as the role's user name, as the switch would otherwise forget it.
 * The password counts at once; whether the startup configuration holds it too depends on `include-credentials`.
 * Source: HP Switch Software Access Security Guide (YA/YB.15.18, K.15), "Configuring local password security"; ArubaOS-
 * Switch Access Security Guide 16.09, "password".
 */
export const hpProcurve = defineDriver<Settings>({
  type: 'hp-procurve',
  title: 'HP ProCurve',
  settings,
  limits,

  verify(target, login) {
    const { asksUsername, protocol } = target.settings;
    // Without names the password alone says who comes in; SSH then takes any name with it.
    return verifyByTerminal(
      target,
      asksUsername || protocol === 'SSH' ? login : { ...login, username: 'manager' },
      greetingOf(target.settings),
    );
  },

  reset(target, admin, account, next, elevation) {
    const { settings: s } = target;
    const role = account.username === s.operatorAccount ? 'operator' : 'manager';
    return resetByTerminal(
      { target, greeting: greetingOf(s), limits, admin, account, next, elevation },
      async (console) => {
        const { look, act } = console;
        const manager = promptEnding(s.prompts.manager);
        const config = promptEnding(s.prompts.config);
        const who = await look.ask('', [{ when: manager }, { when: promptEnding(s.prompts.operator) }]);
        if (who.ended === 1) await enable(look, s, elevation);
        const begun = await look.ask('configure', [{ when: config }, pager, { when: manager }]);
        if (begun.ended !== 0)
          throw new Stopped(complaintIn(begun, complains) ?? 'the switch did not enter configuration mode');
        const said = await typeTwice(console, {
          command: `password ${role}${s.asksUsername ? ` user-name ${account.username}` : ''}`,
          first: /new password[^\n]{0,30}:[ \t]*$/i,
          again: /retype new password[^\n]{0,30}:[ \t]*$/i,
          next,
          end: config,
        });
        const against = complaintIn(said, complains);
        if (against !== undefined) throw new Stopped(against);
        if (s.save) {
          const saved = complaintIn(await act.ask('write memory', [pager, { when: config }]), complains);
          if (saved !== undefined) throw new Stopped(`the password is set, but not saved: ${saved}`);
        }
      },
    );
  },
});

/** Becomes the manager from the operator's command line, which asks for the name too where names are used. */
async function enable(look: Terminal, s: Settings, manager: Login | undefined): Promise<void> {
  if (manager?.password === undefined)
    throw new Stopped('the login account is the operator: let it become the manager by the manager account');
  const { username, password } = greetingOf(s);
  const ends = [{ when: promptEnding(s.prompts.manager) }, { when: promptEnding(s.prompts.operator) }];
  let said = await look.ask('enable', [{ when: password }, { when: username }, ...ends]);
  if (said.ended === 1) said = await look.ask(manager.username, [{ when: password }, { when: username }, ...ends]);
  if (said.ended === 0) said = await look.ask(manager.password, [{ when: password }, { when: username }, ...ends]);
  if (said.ended !== 2) throw new Stopped('the switch did not take the password of the manager');
}
