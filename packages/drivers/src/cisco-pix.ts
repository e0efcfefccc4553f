import {
  becomePrivileged,
  ciscoFields,
  ciscoGreeting,
  ciscoKind,
  ciscoPrompts,
  complaintIn,
  controlCharacters,
  defineDriver,
  lineAccountField,
  pager,
  promptEnding,
  resetByTerminal,
  saveField,
  Stopped,
  verifyCisco,
  withPort,
  wording,
  type Console,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    ...ciscoFields,
    lineAccount: lineAccountField('telnet'),
    save: saveField('Write to startup configuration'),
    prompts: z
      .object({ ...ciscoPrompts('>', '#'), config: wording('Configuration mode prompt', '(config)#') })
      .prefault({})
      .meta({ title: 'Prompts', description: 'How the lines end on which the device waits for a command.' }),
  }),
);
type Settings = z.output<typeof settings>;

const limits: Limits = { maxLength: 16, forbidden: `${controlCharacters} ?`, asciiOnly: true };

const complains = /^(?:ERROR\b|Usage:|Type help|Command failed|Invalid password|Not enough arguments|Unknown user)/i;

/**
 * Cisco PIX and ASA over SSH or Telnet: the passwords of local users, of privileged mode (enable), and the one that a
 * Telnet log-in without a name asks for (passwd).
 * PIX counts sixteen characters of a password and drops the rest, so no more are used. `?` is help, and a space ends the
 * password. A user keeps the privilege level the running configuration gives it; a user it has not is not made.
 * Source: Cisco Security Appliance Command Reference 7.2 and 8.4, "username", "enable password", "passwd", "write memory".
 */
export const ciscoPix = defineDriver<Settings>({
  type: 'cisco-pix',
  title: 'Cisco PIX and ASA',
  settings,
  limits,

  verify: (target, login, via) => verifyCisco(target, login, via),

  reset(target, admin, account, next, elevation) {
    const { settings: s } = target;
    const kind = ciscoKind(s, account.username);
    if (ciscoKind(s, admin.username) === 'enable')
      return Promise.resolve({ is: 'refused', why: 'the enable account cannot log in: log in with another account' });
    if (kind === 'line' && s.protocol === 'SSH')
      return Promise.resolve({ is: 'refused', why: 'the password of a line can be proven over Telnet only' });
    const greeting = ciscoGreeting(s, admin);
    return resetByTerminal({ target, greeting, limits, admin, account, next, elevation }, async (console) => {
      await becomePrivileged(console, s, elevation);
      const running = { when: promptEnding(s.prompts.enable) };
      await console.look.ask('terminal pager 0', [pager, running]);
      const behind = kind === 'user' ? ` privilege ${await levelOf(console, s, account.username)}` : '';
      const before = { user: `username ${account.username} password`, enable: 'enable password', line: 'passwd' }[kind];
      const inConfig = { when: promptEnding(s.prompts.config) };
      const begun = await console.look.ask('configure terminal', [inConfig, pager, running]);
      if (begun.ended !== 0)
        throw new Stopped(complaintIn(begun, complains) ?? 'the device did not enter configuration mode');
      const said = await console.act.ask({ expose: () => `${before} ${next.expose()}${behind}` }, [
        inConfig,
        pager,
        running,
      ]);
      const against = complaintIn(said, complains);
      if (against !== undefined) throw new Stopped(against);
      if (s.save) await save(console, inConfig.when);
    });
  },
});

/** The privilege level of a user, which the command that sets a password would set anew. Throws Stopped when there is no such user. */
async function levelOf({ look }: Console, { prompts }: Settings, name: string): Promise<string> {
  const end = { when: promptEnding(prompts.enable) };
  const listed = await look.ask('show running-config username', [pager, end]);
  // PIX 6 has its own command.
  const { output } =
    complaintIn(listed, complains) === undefined ? listed : await look.ask('show username', [pager, end]);
  const line = output.split('\n').find((one) => one.startsWith(`username ${name} password `));
  if (line === undefined) throw new Stopped('the device has no such user');
  return / privilege (\d+)/.exec(line)?.[1] ?? '2';
}

async function save({ act }: Console, prompt: RegExp): Promise<void> {
  const said = await act.ask('write memory', [pager, { when: prompt }]);
  if (!said.output.includes('[OK]'))
    throw new Stopped(
      `the password is set, but not saved: ${complaintIn(said, complains) ?? 'the device did not say OK'}`,
    );
}
