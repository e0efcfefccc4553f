import { randomBytes, randomInt } from 'node:crypto';
import { faults, type Limits, type Rules } from './rules.ts';
import { passphraseWords } from './words.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';

/** Where chance comes from: a whole number from 0 below `n`, each as likely. Tests put one of their own here. */
export type Below = (n: number) => number;

export interface Wish {
  readonly length?: number | undefined;
  /** How many words, for a passphrase. */
  readonly words?: number | undefined;
  readonly username?: string;
  readonly limits?: Limits | undefined;
  readonly below?: Below;
}

/** What was drawn, and how hard it is to guess for somebody who knows how: log2 of the number of passwords it was one of, as likely each. */
export interface Drawn {
  readonly password: string;
  readonly bits: number;
}

/** Thrown when nothing keeps both the rules and the limits. */
export class NothingKeeps extends Error {}

/** The kinds of characters a password is put together from. */
interface Kinds {
  readonly lower: string;
  readonly upper: string;
  readonly digits: string;
  readonly specials: string;
}
type Kind = keyof Kinds;
const kindNames: readonly Kind[] = ['lower', 'upper', 'digits', 'specials'];

/** What is still to come: characters left, and how many of each kind at least. Letters: 1 each where both cases are asked for. */
interface Need {
  readonly left: number;
  readonly lower: number;
  readonly upper: number;
  readonly digits: number;
  readonly specials: number;
}
const after = (need: Need, kind: Kind): Need => ({ ...need, left: need.left - 1, [kind]: Math.max(0, need[kind] - 1) });
const keyOf = (n: Need): number => (((n.left * 32 + n.digits) * 32 + n.specials) * 2 + n.lower) * 2 + n.upper;

/** How many strings there are of each state: counted once for each set of rules. */
class Counting {
  readonly #kinds: Kinds;
  readonly #counts = new Map<number, bigint>();
  constructor(kinds: Kinds) {
    this.#kinds = kinds;
  }
  of(need: Need): bigint {
    if (need.lower + need.upper + need.digits + need.specials > need.left) return 0n;
    if (need.left === 0) return 1n;
    const key = keyOf(need);
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = 0n;
      for (const kind of kindNames)
        if (this.#kinds[kind] !== '') count += BigInt(this.#kinds[kind].length) * this.of(after(need, kind));
      this.#counts.set(key, count);
    }
    return count;
  }
}

interface Plan {
  readonly kinds: Kinds;
  readonly alphabet: string;
  readonly need: Need;
  readonly counting: Counting;
  /** The kinds that the first character may be of. */
  readonly first: readonly Kind[];
  readonly total: bigint;
  readonly bits: number;
  /** More than one in fifty of all strings keeps the rules: trying is faster than counting. */
  readonly often: boolean;
}

const log2 = (n: bigint): number => {
  const text = n.toString(2);
  return text.length - 1 + Math.log2(Number(`0b${text.slice(0, 50)}`) / 2 ** (Math.min(50, text.length) - 1));
};

/** The last plans: a job draws many passwords by few sets of rules. */
const plans = new Map<string, Plan>();
const plansKept = 50;

function planOf(rules: Rules, length: number, forbidden: string): Plan {
  const { mixedCase, startsWithLetter, specialCharacters, specials } = rules;
  const key = JSON.stringify([
    length,
    mixedCase,
    rules.digits,
    specials,
    specialCharacters,
    startsWithLetter,
    forbidden,
  ]);
  const known = plans.get(key);
  if (known) return known;
  const allowed = (set: string): string => [...set].filter((c) => !forbidden.includes(c)).join('');
  const kinds: Kinds = {
    lower: allowed(lower),
    upper: allowed(upper),
    digits: allowed(digits),
    specials: specials > 0 ? allowed(specialCharacters) : '',
  };
  const both = mixedCase ? 1 : 0;
  const need: Need = { left: length, lower: both, upper: both, digits: rules.digits, specials };
  const counting = new Counting(kinds);
  const first: readonly Kind[] = startsWithLetter ? ['lower', 'upper'] : kindNames;
  const total = first.reduce(
    (sum, kind) => sum + BigInt(kinds[kind].length) * (length > 0 ? counting.of(after(need, kind)) : 0n),
    0n,
  );
  const alphabet = kindNames.map((kind) => kinds[kind]).join('');
  const plan: Plan = {
    kinds,
    alphabet,
    need,
    counting,
    first,
    total,
    bits: total > 0n ? log2(total) : 0,
    often: total * 50n > BigInt(alphabet.length) ** BigInt(length),
  };
  if (plans.size >= plansKept) plans.clear();
  plans.set(key, plan);
  return plan;
}

/** From 0 below `n`, each as likely: bits drawn until they are below. */
function bigBelow(n: bigint, below: Below | undefined): bigint {
  const bytes = Math.ceil(n.toString(2).length / 8);
  const spare = BigInt(bytes * 8 - n.toString(2).length);
  for (;;) {
    const hex = below
      ? Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, '0')).join('')
      : randomBytes(bytes).toString('hex');
    const drawn = BigInt(`0x${hex}`) >> spare;
    if (drawn < n) return drawn;
  }
}

/** One string of those that have what is needed, each as likely: first which kind each character is of, by how many strings go on so, then which one. */
function counted(plan: Plan, below: Below): string {
  let need = plan.need;
  let password = '';
  let kinds = plan.first;
  while (need.left > 0) {
    const ways = kinds.map((kind) => BigInt(plan.kinds[kind].length) * plan.counting.of(after(need, kind)));
    let at = bigBelow(
      ways.reduce((sum, n) => sum + n, 0n),
      below === randomInt ? undefined : below,
    );
    const chosen = ways.findIndex((n) => (at < n ? true : ((at -= n), false)));
    const kind = kinds[chosen] ?? 'lower';
    const set = plan.kinds[kind];
    password += set[below(set.length)] ?? '';
    need = after(need, kind);
    kinds = kindNames;
  }
  return password;
}

/**
 * Draws a password that keeps the rules and the target's limits, each of those of its length as likely. No place in it is more
 * predictable than another: nothing is put in afterwards. What the rules cannot count (a log-in name, a leaked password, a word)
 * is drawn anew. Throws `NothingKeeps`.
 */
export function drawPassword(rules: Rules, wish: Wish = {}): Drawn {
  const { limits, username, below = randomInt } = wish;
  const most = Math.min(rules.maxLength, limits?.maxLength ?? rules.maxLength);
  const length = Math.min(most, Math.max(rules.minLength, wish.length ?? 20));
  const plan = planOf(rules, length, limits?.forbidden ?? '');
  if (length < rules.minLength || plan.total === 0n)
    throw new NothingKeeps('no password keeps both the policy and the target’s limits');
  for (let tries = 0; tries < 20_000; tries++) {
    let password = '';
    if (plan.often) for (let i = 0; i < length; i++) password += plan.alphabet[below(plan.alphabet.length)] ?? '';
    else password = counted(plan, below);
    if (faults({ ...rules, kind: 'password' }, password, username).length === 0) return { password, bits: plan.bits };
  }
  throw new NothingKeeps('no password of this length keeps the policy');
}

/** Fewer words than these are no passphrase. */
const fewestWords = 4;

/**
 * Draws words, each as likely and none twice, with a sign between them; what the rules ask for of digits and signs comes at the end, capitals
 * at the beginning of each word, and as many words as the shortest length needs. Throws `NothingKeeps`, also where the policy takes no words.
 */
export function drawPassphrase(rules: Rules, wish: Wish = {}): Drawn {
  const { limits, username, below = randomInt } = wish;
  const forbidden = limits?.forbidden ?? '';
  const most = Math.min(rules.maxLength, limits?.maxLength ?? rules.maxLength);
  const signs = [...rules.specialCharacters].filter((c) => !forbidden.includes(c));
  const sign = ['-', '_', '.', ...signs].find(
    (c) => !forbidden.includes(c) && (rules.specials === 0 || signs.includes(c)),
  );
  if (sign === undefined || (rules.kind === 'password' && !rules.dictionaryWordsAllowed))
    throw new NothingKeeps('the policy takes no words');
  const pool = passphraseWords;
  const fewest = Math.max(rules.kind === 'passphrase' ? rules.words : fewestWords, wish.words ?? 0);
  for (let tries = 0; tries < 200; tries++) {
    const words: string[] = [];
    let bits = 0;
    let text = '';
    while (words.length < fewest || text.length < rules.minLength) {
      const word = pool[below(pool.length)] ?? '';
      if (words.includes(word)) continue;
      bits += Math.log2(pool.length - words.length);
      words.push(word);
      text = assemble(rules, words, sign, signs, below);
      if (text.length > most) break;
    }
    bits +=
      rules.digits * Math.log2(10) + Math.max(0, rules.specials - words.length + 1) * Math.log2(signs.length || 1);
    const odd = [...text].some((c) => forbidden.includes(c));
    if (text.length <= most && !odd && faults(rules, text, username).length === 0) return { password: text, bits };
  }
  throw new NothingKeeps('no passphrase keeps both the policy and the target’s limits');
}

function assemble(
  rules: Rules,
  words: readonly string[],
  sign: string,
  signs: readonly string[],
  below: Below,
): string {
  const cased = rules.mixedCase ? words.map((word) => word[0]?.toUpperCase() + word.slice(1)) : words;
  let end = '';
  for (let i = 0; i < rules.digits; i++) end += digits[below(10)] ?? '';
  for (let i = words.length - 1; i < rules.specials; i++) end += signs[below(signs.length)] ?? '';
  return cased.join(sign) + end;
}

/** The text alone; see `drawPassword`. */
export const generate = (rules: Rules, wish: Wish = {}): string =>
  (rules.kind === 'passphrase' ? drawPassphrase(rules, wish) : drawPassword(rules, wish)).password;
