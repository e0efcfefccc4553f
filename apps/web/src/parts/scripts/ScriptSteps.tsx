import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import type { Script } from '@strongroom/contract';
import { IconPlus } from '@tabler/icons-react';
import { scripts } from '../../lib/messages/scripts.ts';
import css from './scripts.module.css';

export type Step = Script['steps'][number];
export type Words = NonNullable<Script['success']>;
type Errors = Readonly<Record<string, string>>;

/** A text or pattern that is looked for in what the device writes; empty for none. */
export function WordsInput(props: {
  readonly label: string;
  /** Shown while it is empty: what holds then. */
  readonly empty?: string;
  readonly value: Words | null;
  readonly change: (value: Words | null) => void;
  readonly error?: string | undefined;
}) {
  const { value, change } = props;
  return (
    <div className={css.words}>
      <TextInput
        label={props.label}
        placeholder={props.empty}
        classNames={{ input: 'mono' }}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={value?.text ?? ''}
        onChange={({ currentTarget: { value: text } }) =>
          change(text === '' ? null : { is: value?.is ?? 'text', text })
        }
        error={props.error}
      />
      <Select
        aria-label={`${props.label}: ${scripts('how')}`}
        data={[
          { value: 'text', label: scripts('text') },
          { value: 'pattern', label: scripts('pattern') },
        ]}
        value={value?.is ?? 'text'}
        disabled={value === null}
        allowDeselect={false}
        onChange={(is) => value && is && change({ ...value, is: is as Words['is'] })}
      />
    </div>
  );
}

const empty: Step = { expect: { is: 'text', text: '' }, send: '', optional: false, refused: null };

/** The lines of a dialogue, in their order. `path`: where the server finds fault with them. */
export function ScriptSteps(props: {
  readonly steps: readonly Step[];
  readonly change: (steps: Step[]) => void;
  readonly errors: Errors;
  readonly path: string;
}) {
  const { steps, change, errors, path } = props;
  const set = (at: number, part: Partial<Step>) =>
    change(steps.map((step, n) => (n === at ? { ...step, ...part } : step)));
  return (
    <>
      {steps.map((step, at) => {
        const n = at + 1;
        return (
          <fieldset key={at} className={css.step} aria-label={scripts('step', { n })}>
            <div className={css.stepHead}>
              <span>{scripts('step', { n })}</span>
              {steps.length > 1 && (
                <button
                  type="button"
                  className="link"
                  aria-label={scripts('removeStep', { n })}
                  onClick={() =>
                    change(
                      steps
                        .filter((_, one) => one !== at)
                        .map((one, first) => (first === 0 ? { ...one, expect: null, optional: false } : one)),
                    )
                  }
                >
                  {scripts('removeStep', { n })}
                </button>
              )}
            </div>
            <div className={css.pair}>
              {at > 0 && (
                <WordsInput
                  label={scripts('expect')}
                  value={step.expect}
                  change={(expect) => set(at, { expect: expect ?? { is: 'text', text: '' } })}
                  error={errors[`${path}.${at}.expect.text`] ?? errors[`${path}.${at}.expect`]}
                />
              )}
              <TextInput
                label={scripts('send')}
                classNames={{ input: 'mono' }}
                maxLength={500}
                autoComplete="off"
                spellCheck={false}
                value={step.send}
                onChange={(event) => set(at, { send: event.currentTarget.value })}
                error={errors[`${path}.${at}.send`]}
              />
              <WordsInput
                label={scripts('no')}
                value={step.refused}
                change={(refused) => set(at, { refused })}
                error={errors[`${path}.${at}.refused.text`]}
              />
            </div>
            {at > 0 && (
              <Checkbox
                label={scripts('optional')}
                checked={step.optional}
                onChange={(event) => set(at, { optional: event.currentTarget.checked })}
                error={errors[`${path}.${at}.optional`]}
              />
            )}
          </fieldset>
        );
      })}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={steps.length >= 30}
        onClick={() => change([...steps, empty])}
      >
        {scripts('addStep')}
      </Button>
    </>
  );
}
