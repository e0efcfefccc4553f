import {
  controlCharacters,
  defineDriver,
  deviceFields,
  NoPrompt,
  plainDeviceName,
  promptEnding,
  reason,
  resetByTerminal,
  runSteps,
  Script,
  scriptLimits,
  secretsOf,
  Stopped,
  verdictOf,
  verifyByTerminal,
  verifyOnTerminal,
  withoutSecrets,
  withPort,
  type Greeting,
  type Limits,
  type Line,
  type Login,
  type Rehearsed,
  type Subject,
  type Values,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = withPort(
  z.object({
    ...deviceFields,
    script: Script.optional().meta({
      title: 'Dialogue',
      description: 'It belongs to the resource type and is written there.',
    }),
  }),
);
type Settings = z.output<typeof settings>;

// Of any script; each has narrower ones, and reset() holds to those.
const limits: Limits = { maxLength: 128, forbidden: controlCharacters };

const greetingOf = ({ login }: Script): Greeting => ({
  username: wordsOf(login.username, 'end'),
  password: wordsOf(login.password, 'end'),
  prompt: promptEnding(login.prompt),
  refused: wordsOf(login.refused, 'line'),
});

function valuesOf(admin: Login, account: Subject, elevation: Login | undefined): Values {
  const text = (value: string) => ({ expose: () => value });
  return {
    account: text(account.username),
    admin: text(admin.username),
    current: account.current ?? (admin.username === account.username ? admin.password : undefined),
    adminPassword: admin.password,
    enable: elevation?.password,
  };
}

/** Literal alternatives between `|`: at the end of what was written, or at the beginning of a line. */
function wordsOf(texts: string, where: 'end' | 'line'): RegExp {
  const either = texts
    .split('|')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|');
  return new RegExp(where === 'end' ? `(?:${either})[ \\t]*$` : `(?:^|\\n)[^\\n]{0,40}(?:${either})`, 'i');
}

const noScript = 'the resource type has no dialogue yet';
const badName = 'this account name cannot be passed on';

/**
 * Any device whose dialogue an administrator wrote, over SSH or Telnet: lines that are sent when the device wrote what was expected.
 * The script is data of the resource type. Values stand in its lines for placeholders, and none of them can end a line or begin a
 * command: what could is refused. Source: the device's manual, as whoever wrote the script read it.
 */
export const ownScript = defineDriver<Settings>({
  type: 'own-script',
  title: 'A dialogue of one’s own',
  settings,
  limits,

  async verify(target, login, via) {
    const { script } = target.settings;
    if (script === undefined || !plainDeviceName(login.username)) return 'unreachable';
    let answered = false;
    const greeting = greetingOf(script);
    const { verify } = script;
    if (verify === null) return verifyByTerminal(target, login, greeting);
    const signsIn = via ?? login;
    const account = { username: login.username, ...(login.password ? { current: login.password } : {}) };
    const values = valuesOf(signsIn, account, undefined);
    const said = await verifyOnTerminal(target, signsIn, greeting, async ({ look }) => {
      const ending = await runSteps({ look, act: look }, { ...verify, prompt: greeting.prompt, values });
      if (ending.is === 'success') return 'accepted';
      answered = true;
      // Back at the prompt without the words of a refusal is no answer.
      return ending.is === 'refused' && ending.by === 'words' ? 'rejected' : 'unreachable';
    });
    // It was the other account that was turned away: that says nothing about this one.
    return said === 'rejected' && via !== undefined && !answered ? 'unreachable' : said;
  },

  reset(target, admin, account, next, elevation) {
    const { script } = target.settings;
    if (script === undefined) return Promise.resolve({ is: 'refused', why: noScript });
    if (!plainDeviceName(admin.username)) return Promise.resolve({ is: 'refused', why: badName });
    const greeting = greetingOf(script);
    const change = { target, greeting, limits: scriptLimits(script), admin, account, next, elevation };
    return resetByTerminal(change, async (console) => {
      const values = { ...valuesOf(admin, account, elevation), new: next };
      const ending = await runSteps(console, { ...script, prompt: greeting.prompt, values });
      if (ending.is === 'refused') throw new Stopped(ending.said);
    });
  },

  async rehearse(target, admin, account, elevation) {
    const { script } = target.settings;
    const nothing = (why: string) => ({ lines: [], ended: 'refused' as const, why });
    if (script === undefined) return nothing(noScript);
    if (!plainDeviceName(account.username) || !plainDeviceName(admin.username)) return nothing(badName);
    const greeting = greetingOf(script);
    const secrets = secretsOf(admin, elevation, account.current);
    const values = valuesOf(admin, account, elevation);
    const lines: Line[] = [];
    const ended = (how: Rehearsed['ended'], why: string): Rehearsed => ({
      lines: withoutSecrets(lines, secrets),
      ended: how,
      why: reason(why, secrets, 'it gave no reason'),
    });
    const dialogue = { ...script, prompt: greeting.prompt, values, stopsBeforeNew: true };
    try {
      return await target.terminal(admin, greeting, async (terminal) => {
        const ending = await runSteps(
          { look: terminal, act: terminal },
          { ...dialogue, onLine: (line) => void lines.push(line) },
        );
        return ending.is === 'refused'
          ? ended('refused', `The device refused: ${ending.said}`)
          : ended('stopped', 'Here the new password would be sent. Nothing was changed by it, and the line was left.');
      });
    } catch (error) {
      if (error instanceof Stopped) return ended('refused', error.message);
      if (error instanceof NoPrompt) return ended('lost', 'The device did not write what the script waits for.');
      const word = verdictOf(error);
      if (word === 'accepted') return ended('refused', 'The device wants the password of the log-in changed first.');
      return ended(word, unmet[word]);
    }
  },
});

const unmet = {
  rejected: 'The device refused the log-in.',
  unreachable: 'The device could not be reached, or the line broke.',
  untrusted: 'The key of the device is not the pinned one. Nothing was sent.',
};
