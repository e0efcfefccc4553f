import type { Policy, PolicyRules } from '@strongroom/contract';

/** The numbers of a policy as they are typed. */
const numbers = ['minLength', 'maxLength', 'digits', 'specials', 'words', 'historyDepth', 'maxAgeDays'] as const;
export type NumberName = (typeof numbers)[number];
/** Its switches, each as the page asks: on is stricter. */
export type SwitchName = 'mixedCase' | 'startsWithLetter' | 'noLoginName' | 'noDictionary';

/** A policy as it stands in the form. */
export interface PolicyForm {
  readonly name: string;
  readonly description: string;
  readonly kind: 'password' | 'passphrase';
  readonly specialCharacters: string;
  readonly numbers: Readonly<Record<NumberName, number | string>>;
  readonly switches: Readonly<Record<SwitchName, boolean>>;
}

/** What a new policy begins with: the strong one's rules. */
export const newPolicy: PolicyForm = {
  name: '',
  description: '',
  kind: 'password',
  specialCharacters: '!@#$%^&*-_=+',
  numbers: { minLength: 16, maxLength: 64, digits: 2, specials: 2, words: 5, historyDepth: 5, maxAgeDays: 90 },
  switches: { mixedCase: true, startsWithLetter: false, noLoginName: true, noDictionary: false },
};

/** The form of a policy that is there. */
export const formOf = (policy: Policy): PolicyForm => ({
  name: policy.name,
  description: policy.description,
  kind: policy.kind,
  specialCharacters: policy.specialCharacters,
  numbers: {
    minLength: policy.minLength,
    maxLength: policy.maxLength,
    digits: policy.digits,
    specials: policy.specials,
    words: policy.kind === 'passphrase' ? policy.words : newPolicy.numbers.words,
    historyDepth: policy.historyDepth,
    maxAgeDays: policy.maxAgeDays,
  },
  switches: {
    mixedCase: policy.mixedCase,
    startsWithLetter: policy.startsWithLetter,
    noLoginName: !policy.loginNameAllowed,
    noDictionary: !policy.dictionaryWordsAllowed,
  },
});

/** The rules that the form asks for; null while a number is missing. */
export function rulesOf(form: PolicyForm): (PolicyRules & { historyDepth: number; maxAgeDays: number }) | null {
  const whole = Object.fromEntries(numbers.map((name) => [name, Number(form.numbers[name])])) as Record<
    NumberName,
    number
  >;
  if (numbers.some((name) => form.numbers[name] === '' || !Number.isInteger(whole[name]))) return null;
  const { mixedCase, startsWithLetter, noLoginName, noDictionary } = form.switches;
  const passphrase = form.kind === 'passphrase';
  return {
    ...whole,
    kind: form.kind,
    words: passphrase ? whole.words : 0,
    specialCharacters: [...new Set(form.specialCharacters)].join(''),
    mixedCase,
    startsWithLetter,
    loginNameAllowed: !noLoginName,
    dictionaryWordsAllowed: passphrase || !noDictionary,
  };
}
