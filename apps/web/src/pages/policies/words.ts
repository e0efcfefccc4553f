import type { Evaluation, Policy } from '@strongroom/contract';
import { ago } from '../../lib/format.ts';
import { policies } from '../../lib/messages/policies.ts';
import { number } from '../../lib/t.ts';

/** The rules of a policy beside its length, in a few words each. */
export function rulesInWords(policy: Policy): readonly string[] {
  return [
    policy.kind === 'passphrase' && policies('rule.words', { count: policy.words }),
    policy.mixedCase && policies('rule.mixed'),
    policy.digits > 0 && policies('rule.digits', { count: policy.digits }),
    policy.specials > 0 && policies('rule.specials', { count: policy.specials, set: policy.specialCharacters }),
    policy.startsWithLetter && policies('rule.letter'),
    !policy.loginNameAllowed && policies('rule.name'),
    !policy.dictionaryWordsAllowed && policies('rule.dictionary'),
    policies('rule.leaked'),
  ].filter((words) => words !== false);
}

/** How hard something is to guess, in a few words. The steps are a million tries, a botnet's year and more than all computers there are. */
export function strengthOf(bits: number): string {
  return policies(bits < 40 ? 'bits.weak' : bits < 64 ? 'bits.fair' : bits < 100 ? 'bits.good' : 'bits.best');
}

/** Why accounts are judged anew. */
export function becauseOf({ because, name }: Evaluation): string {
  if (because === 'policy' || because === 'group')
    return name === null ? policies(`anew.${because}Gone`) : policies(`anew.${because}`, { name });
  return policies(`anew.${because}`);
}

/** How far that is. */
export function howFar(one: Evaluation): string {
  const { state, seen, total, changed } = one;
  if (state === 'waiting') return policies('anew.waiting');
  if (state === 'running') return policies('anew.running', { seen: number(seen), total: number(total ?? seen) });
  const when = one.endedAt === null ? '' : ago(one.endedAt);
  return state === 'done'
    ? policies('anew.done', { seen, changed: number(changed), when })
    : policies('anew.superseded', { when });
}
