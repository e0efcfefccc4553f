import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { newToken } from '../../platform/random.ts';
import { runModule, type RunAs } from '../../sandbox/index.ts';
import type { TrustOptions } from '../../platform/trust.ts';
import type { Own } from '../rules.ts';
import { flatten } from '../systems/fields.ts';
import { NoAnswer, type Credential, type Found, type Settings } from '../systems/system.ts';
import type { OpenModule } from './approved.ts';

const host = fileURLToPath(new URL('./module-host.ts', import.meta.url));

/** What a module must give. `fields` are as a system's answer is: anything, whose texts get names by where they lie. */
const Said = z.union([
  z.object({ exists: z.literal(false) }),
  z.object({
    exists: z.literal(true),
    closed: z.boolean(),
    state: z.string().max(200).default(''),
    fields: z.record(z.string(), z.unknown()).default({}),
    /** False: it is not for this user, or not for this use. */
    fits: z.boolean().default(true),
    why: z.string().optional(),
  }),
]);

/** One line, as it may be shown to whoever gave the ticket. */
const sentence = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);

/** All there is to ask a module with. */
export interface ModuleAsk {
  readonly runAs: RunAs;
  readonly module: OpenModule;
  readonly settings: Settings;
  readonly credential: Credential;
  readonly trust: TrustOptions;
  /** What is known of the use; null for a test. */
  readonly use: Own | null;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs the module for one ticket. Gives undefined when it says that there is none. Throws `NoAnswer`: for a module that ends badly, that is
 * ended because its time is over, and that says something else than what it must.
 */
export async function askModule(ticket: string, ask: ModuleAsk): Promise<Found | undefined> {
  const { runAs, module, settings, credential, use, limitMs, signal } = ask;
  if (runAs.is === 'nobody') throw new NoAnswer(runAs.why);
  // What it prints by itself is not taken for its answer.
  const mark = newToken();
  const { url, username } = settings;
  const ended = await runModule({
    ...{ runAs, host, module, limitMs, signal, mayStartPrograms: false, trusted: ask.trust.ca },
    input: ({ modulePath }) => ({
      ...{ modulePath, mark },
      asked: { ticket, url, username, secret: credential.secret.expose(), use },
    }),
  });
  if (ended.ended !== null) throw new NoAnswer('The ticketing module did not answer within the time limit.');
  if (ended.unstarted !== null) throw new NoAnswer(`The ticketing module could not be started (${ended.unstarted}).`);
  if (ended.cut) throw new NoAnswer('The ticketing module wrote more than 128 KiB.');
  if (ended.exitCode === 2) throw new NoAnswer('The ticketing module has no default export that is a function.');
  if (ended.exitCode !== 0)
    throw new NoAnswer(
      `The ticketing module ended with ${ended.exitCode === null ? 'a signal' : `code ${ended.exitCode}`}.`,
    );
  const said = answerIn(ended.output, mark);
  if (!said.exists) return undefined;
  return {
    state: said.state,
    over: said.closed,
    fields: flatten(said.fields),
    ...(said.fits ? {} : { misfit: sentence(said.why ?? '') || 'It is not for you, or not for this.' }),
  };
}

function answerIn(output: string, mark: string): z.output<typeof Said> {
  const at = output.lastIndexOf(mark);
  try {
    // What it wrote to its other output may stand behind the answer, in lines of its own.
    const [line = ''] = output.slice(at + mark.length).split('\n', 1);
    if (at >= 0) return Said.parse(JSON.parse(line));
  } catch {
    // Told below.
  }
  throw new NoAnswer('The ticketing module answered something that is no ticket.');
}
