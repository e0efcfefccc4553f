import { createResource, revealAccount } from '@strongroom/contract';
import { Problem, type ProblemCode } from '../../platform/problem.ts';
import { accountNamed, changeAndWait, type Invoke, type Patience } from '../programs.ts';
import { asProblem } from '../reply.ts';
import { readCommand, UsageFault, usage, type Command, type Verb } from './command.ts';

/** How a command ended, as its exit status says it. */
export const exits = {
  done: 0,
  /** Refused, not found, or not changed. */
  refused: 1,
  /** It cannot be read as a command. */
  usage: 2,
  /** The change on the target is not over and goes on. */
  goesOn: 3,
  /** The product cannot answer at this moment; the same command may do later. */
  later: 4,
} as const;

/** What goes to the client: to standard output when it is done, to standard error otherwise, each line with CR LF. */
export interface Ended {
  readonly status: (typeof exits)[keyof typeof exits];
  readonly text: string;
  /** For figures; undefined for what is no command. */
  readonly verb: Verb | undefined;
  /** What the log should know: a fault of ours. */
  readonly fault?: Problem;
}

/** Sentences of the reference, and what to write into the command where that is what is missing. */
const says: Partial<Record<ProblemCode, string>> = {
  'signed-out': 'This key does not sign in, or no longer: it was replaced, has expired, or its user is not active.',
  'wrong-host': 'User is not allowed to access from this host',
  'not-found': 'No such account found',
  'name-taken': 'Resource already exists',
  'reason-required': 'Give a reason first: the organisation asks for one. Add --reason=TEXT.',
  'ticket-required': 'Give a ticket id first: the organisation asks for one. Add --ticketid=ID.',
};

/** What our calls name otherwise than the options do. */
const options: Readonly<Record<string, string>> = {
  name: '--resource',
  username: '--account',
  password: '--newpassword',
  type: '--resourcetype',
  notes: '--notes',
  reason: '--reason',
  ticket: '--ticketid',
};

/**
 * Does what a command line says, as the asker that `invoke` speaks for, once `counted` lets one more through. Never throws, and never repeats a value in what it says of a fault.
 */
export async function run(
  line: string,
  invoke: Invoke,
  patience: Patience,
  counted: () => Promise<void>,
): Promise<Ended> {
  let verb: Verb | undefined;
  try {
    await counted();
    // The library puts this character where bytes are no UTF-8: a password would be stored as another.
    if (line.includes('\uFFFD')) throw new UsageFault('The command is not UTF-8 text.');
    const command = readCommand(line);
    ({ verb } = command);
    return { verb, ...(await operations[verb](command.options, invoke, patience)) };
  } catch (error) {
    if (error instanceof UsageFault)
      return { verb, status: exits.usage, text: [error.message, 'Usage:', ...usage].join('\r\n') };
    const problem = asProblem(error);
    const later = problem.status >= 500 || problem.status === 429;
    return {
      verb,
      status: later ? exits.later : exits.refused,
      text: says[problem.code] ?? sentence(problem),
      ...(problem.status >= 500 ? { fault: problem } : {}),
    };
  }
}

type Operation = (
  options: Command['options'],
  invoke: Invoke,
  patience: Patience,
) => Promise<Pick<Ended, 'status' | 'text'>>;

/** Reason and ticket, as our own calls take them. */
const why = ({ reason, ticketid }: Command['options']) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(ticketid === undefined ? {} : { ticket: ticketid }),
});

const change =
  (where: 'local' | 'target'): Operation =>
  async (given, invoke, patience) => {
    const account = await accountNamed(invoke, given.resource ?? '', given.account ?? '');
    const asked = { accountId: account.id, password: given.newpassword ?? '', where, ...why(given) };
    const unchanged = await changeAndWait(invoke, asked, patience);
    if (unchanged === undefined) return { status: exits.done, text: 'Password changed successfully' };
    return { status: unchanged.goesOn ? exits.goesOn : exits.refused, text: unchanged.says };
  };

const operations: Readonly<Record<Verb, Operation>> = {
  async RETRIEVE(given, invoke) {
    const account = await accountNamed(invoke, given.resource ?? '', given.account ?? '');
    const { password } = await invoke(revealAccount, { accountId: account.id, purpose: 'use', ...why(given) });
    return { status: exits.done, text: password };
  },
  RESET_LOCAL: change('local'),
  RESET_REMOTE: change('target'),
  async CREATE(given, invoke) {
    const made = await invoke(createResource, {
      name: given.resource ?? '',
      // Where the manual's clients leave it out, the reference takes its default type.
      type: given.resourcetype ?? 'Linux',
      accounts: [
        {
          username: given.account ?? '',
          ...(given.newpassword === undefined ? {} : { password: given.newpassword }),
          notes: given.notes ?? '',
        },
      ],
    });
    return { status: exits.done, text: `Resource ${made.name} has been added successfully` };
  },
};

/** A problem in one line, naming the options of the command. */
function sentence(problem: Problem): string {
  const faults = (problem.errors ?? []).map(({ path, message }) => {
    const last = path.split('.').findLast((part) => /\D/.test(part)) ?? '';
    return `${options[last] ?? last}: ${message}`.replace(/^: /, '').replace(/\.?$/, '.');
  });
  return [problem.message, ...(problem.detail === undefined ? [] : [problem.detail]), ...faults].join(' ');
}
