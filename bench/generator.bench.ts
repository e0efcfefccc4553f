/**
 * A million passwords by each built-in policy, and by two that chance alone would hardly ever keep: every one is checked by the rules, and every character
 * must come up as often as the others of its kind, in every place.
 */
import {
  builtInPolicies,
  drawPassword,
  faults,
  generate,
  loginRules,
  type Rules,
} from '../packages/password-policy/src/index.ts';
import type { Row } from './lib/rows.ts';

const draws = 1_000_000;
/** Six standard deviations: once in a thousand million honest runs. */
const mostDeviations = 6;
const leastPerSecond = 1_000;

const rare: readonly (Rules & { readonly name: string })[] = [
  { ...loginRules, name: 'six digits of eight', minLength: 8, maxLength: 8, digits: 6, mixedCase: true },
  {
    ...loginRules,
    name: 'no words, letter first',
    minLength: 16,
    maxLength: 16,
    digits: 4,
    specials: 4,
    specialCharacters: '#-',
    startsWithLetter: true,
    dictionaryWordsAllowed: false,
  },
];
const kinds = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];

/** Measures the rows `generator`. */
export function run(): Promise<Row[]> {
  return Promise.resolve([...builtInPolicies, ...rare].map(measure));
}

function measure(rules: Rules & { readonly name: string }): Row {
  const counts: Map<string, number>[] = [];
  let wrong = 0;
  const began = performance.now();
  for (let n = 0; n < draws; n++) {
    const password = rules.kind === 'passphrase' ? generate(rules) : drawPassword(rules).password;
    if (faults(rules, password).length > 0) wrong++;
    if (rules.kind === 'password')
      for (let at = 0; at < password.length; at++) {
        const place = (counts[at] ??= new Map<string, number>());
        const c = password[at] ?? '';
        place.set(c, (place.get(c) ?? 0) + 1);
      }
  }
  const perSecond = draws / ((performance.now() - began) / 1000);
  const worst = Math.max(0, ...counts.flatMap((place) => kinds.map((kind) => deviations(place, kind))));
  return {
    name: 'generator',
    what: `passwords by ‘${rules.name}’ drawn and checked: ${String(wrong)} of a million do not keep it, ${worst.toFixed(1)} deviations from uniform at most`,
    value: perSecond,
    unit: '1/s',
    against: `none wrong, ${String(mostDeviations)} deviations, ${String(leastPerSecond)}/s`,
    ratio: perSecond / leastPerSecond,
    target: `0 wrong, <= ${String(mostDeviations)} deviations, >= ${String(leastPerSecond)}/s`,
    ok: wrong === 0 && worst <= mostDeviations && perSecond >= leastPerSecond,
  };
}

/** How far the characters of a kind are from equally often, in one place, in standard deviations (Wilson and Hilferty). */
function deviations(place: Map<string, number>, kind: string): number {
  const counts = [...kind].map((c) => place.get(c) ?? 0);
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return 0;
  const expected = total / counts.length;
  const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  const degrees = counts.length - 1;
  return ((chiSquare / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
}
