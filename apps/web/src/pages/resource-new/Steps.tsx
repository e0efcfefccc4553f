import { IconCheck } from '@tabler/icons-react';
import { resources } from '../../lib/messages/resources.ts';
import css from './wizard.module.css';

/** Where one is: a list at the side, a line on top on a phone. Steps behind can be gone back to. */
export function Steps({
  titles,
  at,
  goTo,
}: {
  readonly titles: readonly string[];
  readonly at: number;
  readonly goTo: (step: number) => void;
}) {
  return (
    <ol className={css.steps} aria-label={resources('step', { step: at + 1, steps: titles.length })}>
      {titles.map((title, index) => {
        const state = index < at ? 'done' : index === at ? 'now' : 'ahead';
        const mark = (
          <>
            <span className={css.mark} aria-hidden>
              {state === 'done' ? <IconCheck size={14} /> : index + 1}
            </span>
            {title}
          </>
        );
        return (
          <li key={title} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            {state === 'done' ? (
              <button type="button" onClick={() => goTo(index)}>
                {mark}
              </button>
            ) : (
              <span>{mark}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
