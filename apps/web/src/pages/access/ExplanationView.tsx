import type { Explanation } from '@strongroom/contract';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { access } from '../../lib/messages/access.ts';
import { DerivationView } from '../../parts/shares/DerivationView.tsx';
import css from './access.module.css';
import type { Deed } from './asking.ts';

/** An answer: yes or no in a sentence, every rule with whether it holds, and where the right comes from. */
export function ExplanationView(props: {
  readonly said: Explanation;
  readonly who: string;
  readonly deed: Deed;
  readonly name: string;
}) {
  const { said, who } = props;
  const what = access(`what_${props.deed}`, { name: props.name });
  const Glyph = said.allowed ? IconCircleCheck : IconCircleX;
  return (
    <div className={css.explanation}>
      <h2 className={css.verdict} data-allowed={said.allowed}>
        <Glyph size={20} stroke={1.8} aria-hidden />
        <span>{access(said.allowed ? 'allowed' : 'refused', { who, what })}</span>
      </h2>
      {said.derivation && (
        <>
          <h3>{access('where')}</h3>
          <DerivationView who={who} why={said.derivation} />
        </>
      )}
      <h3>{access('rules')}</h3>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{access('rule')}</th>
            <th scope="col">
              <span className="sr">{access('state')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {said.rules.map((rule) => (
            <tr key={rule.says}>
              <td>{rule.says}</td>
              <td className={css.holds} data-holds={rule.holds}>
                {access(rule.holds ? 'ruleHolds' : 'ruleFails')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
