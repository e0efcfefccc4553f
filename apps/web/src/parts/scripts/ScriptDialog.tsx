import { Button, Checkbox, NumberInput, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { rehearseScript, type Script } from '@strongroom/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { scripts } from '../../lib/messages/scripts.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { ScriptPaper } from './ScriptPaper.tsx';
import { ScriptSteps, WordsInput } from './ScriptSteps.tsx';
import css from './scripts.module.css';

/** Not in a catalogue: braces mean something there. */
const values = '{{account}} {{new}} {{current}} {{admin}} {{adminPassword}} {{enable}}';
const start: Script = {
  login: {
    username: 'login: | username:',
    password: 'password:',
    prompt: '> | # | $',
    refused: 'incorrect | denied | failed | invalid',
  },
  steps: [
    { expect: null, send: 'passwd {{account}}', optional: false, refused: null },
    { expect: { is: 'text', text: 'New password:' }, send: '{{new}}', optional: false, refused: null },
    { expect: { is: 'text', text: 'Retype' }, send: '{{new}}', optional: false, refused: null },
  ],
  success: null,
  refused: { is: 'text', text: 'error' },
  verify: null,
  limits: { maxLength: 32, forbidden: '', asciiOnly: true },
};
const proofBySteps: NonNullable<Script['verify']> = {
  steps: [
    { expect: null, send: 'enable', optional: false, refused: null },
    { expect: { is: 'text', text: 'Password:' }, send: '{{current}}', optional: false, refused: null },
  ],
  success: { is: 'text', text: '#' },
  refused: { is: 'text', text: 'denied' },
};
type Part = z.input<typeof rehearseScript.input>['part'];

/** RST-12: writes a dialogue, and has it on paper. `take` gets one that the server finds no fault with. */
export default function ScriptDialog(props: {
  readonly script: Script | null;
  readonly take: (script: Script) => void;
  readonly close: () => void;
}) {
  const { close, take } = props;
  const [draft, setDraft] = useState<Script>(props.script ?? start);
  const [paper, setPaper] = useState<Part | null>(null);
  const action = useAction();
  const errors = Object.fromEntries(
    Object.entries(fieldErrors(action.error)).map(([path, text]) => [path.replace(/^script\./, ''), text ?? '']),
  );
  const set = (part: Partial<Script>) => {
    setDraft((before) => ({ ...before, ...part }));
    setPaper(null);
  };
  const login = (name: keyof Script['login'], label: string) => (
    <TextInput
      label={label}
      classNames={{ input: 'mono' }}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      value={draft.login[name]}
      onChange={(event) => set({ login: { ...draft.login, [name]: event.currentTarget.value } })}
      error={errors[`login.${name}`]}
    />
  );
  /** The server says what is wrong with it, by having it on paper. */
  const check = (then: () => void) =>
    void action.run(() => ask(rehearseScript, { script: draft, said: [] })).then((fine) => fine && then());
  return (
    <Dialog open close={close} title={scripts('title')} size={760} closable={!action.busy}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // It stands inside another form in React's tree.
          event.stopPropagation();
          check(() => take(draft));
        }}
      >
        <Stack gap={12}>
          <h3 className={css.heading}>{scripts('login')}</h3>
          <p className={`dim ${css.help}`}>{scripts('loginHelp')}</p>
          <div className={css.pair}>
            {login('prompt', scripts('prompt'))}
            {login('username', scripts('username'))}
            {login('password', scripts('password'))}
            {login('refused', scripts('wrong'))}
          </div>
          <h3 className={css.heading}>{scripts('setting')}</h3>
          <p className={`dim ${css.help}`}>
            {scripts('settingHelp')} <code dir="ltr">{values}</code>
          </p>
          <ScriptSteps steps={draft.steps} change={(steps) => set({ steps })} errors={errors} path="steps" />
          {errors['steps'] && <p role="alert">{errors['steps']}</p>}
          <div className={css.pair}>
            <WordsInput
              label={scripts('success')}
              empty={scripts('successHelp')}
              value={draft.success}
              change={(success) => set({ success })}
              error={errors['success.text']}
            />
            <WordsInput
              label={scripts('refused')}
              value={draft.refused}
              change={(refused) => set({ refused })}
              error={errors['refused.text']}
            />
          </div>
          <h3 className={css.heading}>{scripts('proof')}</h3>
          <SegmentedControl
            aria-label={scripts('proof')}
            value={draft.verify ? 'steps' : 'login'}
            onChange={(how) => set({ verify: how === 'steps' ? proofBySteps : null })}
            data={[
              { value: 'login', label: scripts('proofLogin') },
              { value: 'steps', label: scripts('proofSteps') },
            ]}
          />
          {draft.verify && (
            <>
              <ScriptSteps
                steps={draft.verify.steps}
                change={(steps) => draft.verify && set({ verify: { ...draft.verify, steps } })}
                errors={errors}
                path="verify.steps"
              />
              {errors['verify.steps'] && <p role="alert">{errors['verify.steps']}</p>}
              <div className={css.pair}>
                <WordsInput
                  label={scripts('provenBy')}
                  value={draft.verify.success}
                  change={(success) =>
                    draft.verify && set({ verify: { ...draft.verify, success: success ?? { is: 'text', text: '' } } })
                  }
                  error={errors['verify.success.text']}
                />
                <WordsInput
                  label={scripts('no')}
                  value={draft.verify.refused}
                  change={(refused) =>
                    draft.verify && set({ verify: { ...draft.verify, refused: refused ?? { is: 'text', text: '' } } })
                  }
                  error={errors['verify.refused.text']}
                />
              </div>
            </>
          )}
          <h3 className={css.heading}>{scripts('limits')}</h3>
          <div className={css.pair}>
            <NumberInput
              label={scripts('maxLength')}
              min={4}
              max={128}
              clampBehavior="strict"
              allowDecimal={false}
              value={draft.limits.maxLength}
              onChange={(value) =>
                set({ limits: { ...draft.limits, maxLength: Math.max(4, Number.parseInt(String(value), 10) || 4) } })
              }
            />
            <TextInput
              label={scripts('forbidden')}
              classNames={{ input: 'mono' }}
              maxLength={100}
              autoComplete="off"
              value={draft.limits.forbidden}
              onChange={(event) => set({ limits: { ...draft.limits, forbidden: event.currentTarget.value } })}
              error={errors['limits.forbidden']}
            />
          </div>
          <Checkbox
            label={scripts('ascii')}
            checked={draft.limits.asciiOnly}
            onChange={(event) => set({ limits: { ...draft.limits, asciiOnly: event.currentTarget.checked } })}
          />
          {paper && <ScriptPaper script={draft} part={paper} />}
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <Button variant="default" disabled={action.busy} onClick={() => check(() => setPaper('reset'))}>
            {scripts('rehearse')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {scripts('take')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
