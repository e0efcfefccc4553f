import { IconCheck } from '@tabler/icons-react';
import { entry } from '../../lib/messages/entry.ts';
import { steps, type Step } from './setup-form.ts';
import css from './setup.module.css';

/** The steps at the left, or in a line on a phone. Steps that are done can be gone back to. */
export function StepList({
  at,
  reached,
  go,
}: {
  readonly at: Step;
  readonly reached: number;
  readonly go: (step: Step) => void;
}) {
  return (
    <nav aria-label={entry('setup.steps')} className={css.steps}>
      <ol>
        {steps.map((step, index) => {
          const current = step === at;
          const done = index < reached && !current;
          const inside = (
            <>
              <span className={css.dot} data-done={done || undefined} data-current={current || undefined}>
                {done ? <IconCheck size={14} stroke={2.2} aria-hidden /> : index + 1}
              </span>
              <span className={css.stepName}>{entry(`setup.step.${step}`)}</span>
            </>
          );
          return (
            <li key={step}>
              {done ? (
                <button type="button" onClick={() => go(step)}>
                  {inside}
                </button>
              ) : (
                <span className={css.step} aria-current={current ? 'step' : undefined}>
                  {inside}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
