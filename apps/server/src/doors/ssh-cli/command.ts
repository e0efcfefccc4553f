/** What programs may ask for, and the options of each. Source: the reference's manual, chapter on the SSH CLI API. */
const verbs = {
  RETRIEVE: { needs: ['resource', 'account'], takes: ['reason', 'ticketid'] },
  RESET_LOCAL: { needs: ['resource', 'account', 'newpassword'], takes: ['reason', 'ticketid'] },
  RESET_REMOTE: { needs: ['resource', 'account', 'newpassword'], takes: ['reason', 'ticketid'] },
  CREATE: { needs: ['resource', 'account'], takes: ['newpassword', 'resourcetype', 'notes'] },
} as const satisfies Record<string, { needs: readonly Option[]; takes: readonly Option[] }>;

export type Verb = keyof typeof verbs;
export type Option = 'resource' | 'account' | 'newpassword' | 'resourcetype' | 'reason' | 'ticketid' | 'notes';

export interface Command {
  readonly verb: Verb;
  /** What was given and is not empty. Names, reason and ticket without spaces around them; the password as it stands. */
  readonly options: Readonly<Partial<Record<Option, string>>>;
}

/** What cannot be read as a command. Its message is for the client and repeats no value: a password may stand in it. */
export class UsageFault extends Error {}

/** How commands are written, for whoever wrote one that cannot be read. */
export const usage = [
  'RETRIEVE --resource=NAME --account=NAME [--reason=TEXT] [--ticketid=ID]',
  'RESET_LOCAL --resource=NAME --account=NAME --newpassword=PASSWORD [--reason=TEXT] [--ticketid=ID]',
  'RESET_REMOTE --resource=NAME --account=NAME --newpassword=PASSWORD [--reason=TEXT] [--ticketid=ID]',
  'CREATE --resource=NAME --account=NAME [--newpassword=PASSWORD] [--resourcetype=TYPE] [--notes=TEXT]',
];

const spaced = /(?:^|\s)--(resource|account|newpassword|resourcetype|reason|ticketid|notes)=/giu;
const glued = {
  /** `--account=root--newpassword=x`, as the manual prints it. */
  account: /--(newpassword)=/giu,
  /** `--newpassword=test password--resourcetype=Windows`, as the manual prints it; of CREATE alone, which has that option. */
  newpassword: /--(resourcetype)=/giu,
} as const;

interface Mark {
  readonly name: Option;
  /** Where the separator begins, and where the value after it does. */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a command as OpenSSH hands it over: the client's arguments with a space between each, its quotes gone. So there is no quoting: a value runs to the next
 * ` --name=` of an option that exists, whatever is in it. What would cut a value in two silently, such as an option that the verb has not or one given twice, is refused.
 * Throws `UsageFault`.
 */
export function readCommand(text: string): Command {
  const [, word = '', rest = ''] = /^\s*(\S+)(?:\s+([^]*))?$/u.exec(text) ?? [];
  const verb = word.toUpperCase();
  if (!isVerb(verb)) throw new UsageFault(`A command begins with ${Object.keys(verbs).join(', ')}.`);
  const marks = separators(verb, rest);
  if ((marks[0]?.from ?? rest.length) > 0 && rest.trim() !== '')
    throw new UsageFault(`After ${verb} come options such as --resource=NAME, and nothing else.`);
  const { needs, takes } = verbs[verb];
  const known: readonly Option[] = [...needs, ...takes];
  const options: Partial<Record<Option, string>> = {};
  const given = new Set<Option>();
  for (const [i, { name, to }] of marks.entries()) {
    if (!known.includes(name)) throw new UsageFault(`--${name} is no option of ${verb}.`);
    if (given.has(name)) throw new UsageFault(`--${name} is given twice. No value can hold its own option's name.`);
    given.add(name);
    const value = rest.slice(to, marks[i + 1]?.from);
    const kept = name === 'newpassword' ? value : value.trim();
    if (kept !== '') options[name] = kept;
  }
  const missing = needs.find((name) => options[name] === undefined);
  if (missing !== undefined) throw new UsageFault(`--${missing}= is missing.`);
  return { verb, options };
}

const isVerb = (word: string): word is Verb => Object.hasOwn(verbs, word);

/** Every separator, in the order in which they stand. */
function separators(verb: Verb, text: string): Mark[] {
  const marks = found(spaced, text, 0, text.length);
  return marks.flatMap((mark, i) => {
    const pattern =
      mark.name === 'account' || (mark.name === 'newpassword' && verb === 'CREATE') ? glued[mark.name] : undefined;
    if (pattern === undefined) return [mark];
    const end = marks[i + 1]?.from ?? text.length;
    const [inside] = found(pattern, text, mark.to, end);
    if (inside === undefined) return [mark];
    const [next] =
      verb === 'CREATE' && inside.name === 'newpassword' ? found(glued.newpassword, text, inside.to, end) : [];
    return next === undefined ? [mark, inside] : [mark, inside, next];
  });
}

const found = (pattern: RegExp, text: string, from: number, end: number): Mark[] =>
  [...text.slice(from, end).matchAll(pattern)].map((match) => ({
    name: (match[1] ?? '').toLowerCase() as Option,
    from: from + match.index,
    to: from + match.index + match[0].length,
  }));
