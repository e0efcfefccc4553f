import type { Policy } from '@strongroom/contract';
import { kit } from './messages/kit.ts';

/** One rule of a password policy, and whether a password keeps it. */
export interface PasswordRule {
  readonly says: string;
  readonly met: boolean;
}

const count = (text: string, matches: (char: string) => boolean): number => [...text].filter(matches).length;

/** Different words: runs of three letters or more, as the server counts them. */
const wordsIn = (text: string): number =>
  new Set((text.match(/\p{L}{3,}/gu) ?? []).map((word) => word.toLowerCase())).size;

/**
 * Checks a password against a policy as the person types. The server decides; this only says it sooner. Characters are
 * code points, as the server counts them.
 */
export function policyRules(policy: Policy, password: string, username = ''): readonly PasswordRule[] {
  const length = [...password].length;
  const specials = policy.specialCharacters;
  const isSpecial = (char: string) => (specials ? specials.includes(char) : /[^\p{L}\p{N}\s]/u.test(char));
  const rules: (PasswordRule | false)[] = [
    {
      says: kit('ruleLength', { min: policy.minLength, max: policy.maxLength }),
      met: length >= policy.minLength && length <= policy.maxLength,
    },
    policy.kind === 'passphrase' && {
      says: kit('ruleWords', { count: policy.words }),
      met: wordsIn(password) >= policy.words,
    },
    policy.mixedCase && { says: kit('ruleMixed'), met: /\p{Lu}/u.test(password) && /\p{Ll}/u.test(password) },
    policy.digits > 0 && {
      says: kit('ruleDigits', { count: policy.digits }),
      met: count(password, (c) => /\p{Nd}/u.test(c)) >= policy.digits,
    },
    policy.specials > 0 && {
      says: kit('ruleSpecials', { count: policy.specials }),
      met: count(password, isSpecial) >= policy.specials,
    },
    policy.startsWithLetter && { says: kit('ruleLetter'), met: /^\p{L}/u.test(password) },
    !policy.loginNameAllowed &&
      username !== '' && { says: kit('ruleName'), met: !password.toLowerCase().includes(username.toLowerCase()) },
  ];
  return rules.filter((rule) => rule !== false);
}
