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
  type Answer,
  type Console,
  type Limits,
  type Exposable,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    ...ciscoFields,
    lineAccount: lineAccountField('vty'),
    line: z
      .string()
      .regex(/^(?:vty|con|console|aux|tty) \d{1,3}(?: \d{1,3})?$/)
      .default('vty 0 4')
      .meta({
        title: 'Line',
        description:
          'The line whose password the line account is, as after "line" in the configuration: the one that this resource\'s address and port lead to.',
      }),
    save: saveField('Copy running to startup configuration'),
    prompts: z
      .object({ ...ciscoPrompts('>', '#'), config: wording('Configuration mode prompt', '(config)#') })
      .prefault({})
      .meta({ title: 'Prompts', description: 'How the lines end on which the device waits for a command.' }),
  }),
);
type Settings = z.output<typeof settings>;

// "1 to 25 … characters" for enable and users alike.
const limits: Limits = { maxLength: 25, forbidden: `${controlCharacters} ?`, asciiOnly: true };

// Errors start so; log messages (%SYS-5-CONFIG_I) do too, and what is only "not recommended" was done.
const complains = /^(?:%\s*(?![A-Z0-9_]+-\d-)(?!.*not recommended)\S|ERROR\b|Command rejected)/i;

/**
 * Cisco IOS and IOS XE over SSH or Telnet: the passwords of local users, of privileged mode (enable) and of a line.
 * The password stands on the command line, which IOS reads to its end: `0` says that it is clear text, so that one that
 * begins with a digit is not taken for a hash. `?` is help and leading spaces are dropped, so both are refused.
 * A user and the enable password keep the form that the running configuration has (secret or password); a user it has not
 * is not made. Source: Cisco IOS Security Command Reference, "username", "enable secret", "enable password", "password
 * (line)"; Cisco IOS Configuration Fundamentals, "configure terminal", "copy running-config startup-config".
 */
export const ciscoIos = defineDriver<Settings>({
  type: 'cisco-ios',
  title: 'Cisco IOS',
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
      const running = promptEnding(s.prompts.enable);
      await console.look.ask('terminal length 0', [pager, { when: running }]);
      const line = await lineFor(console, s, kind, account.username);
      await configure(console, s, kind === 'line' ? s.line : undefined, { expose: () => `${line} ${next.expose()}` });
      await console.act.ask('end', [pager, { when: running }]);
      if (s.save) await save(console, running);
    });
  },
});

/** What stands before the password, in the form that the device uses already. */
async function lineFor(
  { look }: Console,
  { prompts }: Settings,
  kind: 'user' | 'enable' | 'line',
  name: string,
): Promise<string> {
  if (kind === 'line') return 'password 0';
  const begins = kind === 'user' ? `username ${name}` : 'enable';
  const end = { when: promptEnding(prompts.enable) };
  const shown = await look.ask(`show running-config | include ^${begins} `, [pager, end]);
  const said = complaintIn(shown, complains);
  if (said !== undefined) throw new Stopped(said);
  const lines = shown.output.split('\n').filter((one) => one.startsWith(`${begins} `) && !/ level \d/.test(one));
  if (lines.some((one) => / secret \d/.test(one))) return `${begins} secret 0`;
  if (lines.some((one) => / password (?:\d )?\S/.test(one))) return `${begins} password 0`;
  if (kind === 'enable' && lines.length === 0) return `${begins} secret 0`;
  throw new Stopped(lines.length === 0 ? 'the device has no such user' : 'the user has no password on the device');
}

/** Gives one line in configuration mode, of a line where one is named. */
async function configure(
  { look, act }: Console,
  { prompts }: Settings,
  of: string | undefined,
  line: Exposable,
): Promise<void> {
  const [inConfig, privileged] = [promptEnding(`${prompts.config}|(config-line)#`), promptEnding(prompts.enable)];
  const ends = [pager, { when: inConfig }, { when: privileged }];
  const begun = await look.ask('configure terminal', ends);
  if (begun.ended !== 1)
    throw new Stopped(complaintIn(begun, complains) ?? 'the device did not enter configuration mode');
  if (of !== undefined) refuseIf(await look.ask(`line ${of}`, ends));
  refuseIf(await act.ask(line, ends));
}

function refuseIf(answer: Answer): void {
  const said = complaintIn(answer, complains);
  if (said !== undefined) throw new Stopped(said);
}

/** Copies the running to the startup configuration, which asks for its name first. */
async function save({ act }: Console, prompt: RegExp): Promise<void> {
  const said = await act.ask('copy running-config startup-config', [
    { when: /\]\?[ \t]*$/, send: '' },
    { when: /\[confirm\][ \t]*$/i, send: '' },
    pager,
    { when: prompt },
  ]);
  if (!/\[OK\]|bytes copied/i.test(said.output))
    throw new Stopped(
      `the password is set, but not saved: ${complaintIn(said, complains) ?? 'the device did not say OK'}`,
    );
}
