import { Button, Checkbox, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { control } from '../../lib/messages/control.ts';
import { controlFaults, type ControlDraft } from './control-draft.ts';
import { controlInWords } from './control-words.ts';
import css from './control.module.css';
import { UserPicker } from './UserPicker.tsx';

const most = 10;

/** All settings of a control of access, and what they mean in words. */
export function ControlFields(props: {
  readonly draft: ControlDraft;
  readonly change: (part: Partial<ControlDraft>) => void;
  /** Faults are shown once somebody tried to save. */
  readonly checked: boolean;
  readonly autoFocus?: boolean;
}) {
  const { draft, change } = props;
  const faults = props.checked ? controlFaults(draft) : {};
  const setWindow = (at: number, part: Partial<{ from: string; to: string }>) =>
    change({ windows: draft.windows.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  return (
    <div className={css.form}>
      <UserPicker
        label={control('approvers')}
        help={control(draft.both ? 'approversBoth' : 'approversHelp')}
        part="approver"
        people={draft.approvers}
        change={(approvers) => change({ approvers })}
        error={faults.approvers}
        required
        {...(props.autoFocus ? { autoFocus: true } : {})}
      />
      <Checkbox
        label={control('both')}
        checked={draft.both}
        onChange={(event) => change({ both: event.currentTarget.checked })}
      />
      <UserPicker
        label={control('excluded')}
        help={control('excludedHelp')}
        part="excluded"
        people={draft.excluded}
        change={(excluded) => change({ excluded })}
      />
      <h3>{control('times')}</h3>
      <div className={css.pair}>
        <NumberInput
          label={control('requestHours')}
          description={control('requestHoursHelp')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          min={1}
          max={8760}
          allowDecimal={false}
          value={draft.requestHours}
          onChange={(requestHours) => change({ requestHours })}
          error={faults.requestHours}
        />
        <NumberInput
          label={control('exclusiveHours')}
          description={control('exclusiveHoursHelp')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          min={0}
          max={8760}
          allowDecimal={false}
          value={draft.exclusiveHours}
          onChange={(exclusiveHours) => change({ exclusiveHours })}
          error={faults.exclusiveHours}
        />
      </div>
      <Checkbox
        label={control('resetAfter')}
        description={control('resetAfterHelp')}
        checked={draft.resetAfter}
        onChange={(event) => change({ resetAfter: event.currentTarget.checked })}
      />
      <Radio.Group
        label={control('automatic')}
        description={control('automaticHelp')}
        value={draft.automatic}
        onChange={(value) => change({ automatic: value as ControlDraft['automatic'] })}
      >
        <Stack gap={8} mt={8}>
          {(['never', 'always', 'windows'] as const).map((one) => (
            <Radio key={one} value={one} label={control(`automatic-${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {draft.automatic === 'windows' && (
        <div className={css.windows} role="group" aria-label={control('windows')}>
          <p className={css.say}>{control('windows')}</p>
          {draft.windows.map(({ from, to }, at) => (
            <div key={at} className={css.window}>
              <TextInput
                type="time"
                aria-label={control('windowFrom', { number: at + 1 })}
                value={from}
                onChange={(event) => setWindow(at, { from: event.currentTarget.value })}
              />
              <span aria-hidden>–</span>
              <TextInput
                type="time"
                aria-label={control('windowTo', { number: at + 1 })}
                value={to}
                onChange={(event) => setWindow(at, { to: event.currentTarget.value })}
              />
              {draft.windows.length > 1 && (
                <button
                  type="button"
                  aria-label={control('windowRemove', { number: at + 1 })}
                  onClick={() => change({ windows: draft.windows.filter((_, index) => index !== at) })}
                >
                  <IconX size={14} aria-hidden />
                </button>
              )}
              {from !== '' && to !== '' && to < from && <span className="dim">{control('windowNight')}</span>}
            </div>
          ))}
          {faults.windows && (
            <p className={css.bad} role="alert">
              {faults.windows}
            </p>
          )}
          {draft.windows.length < most && (
            <div>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                onClick={() => change({ windows: [...draft.windows, { from: '', to: '' }] })}
              >
                {control('windowAdd')}
              </Button>
            </div>
          )}
        </div>
      )}
      <Checkbox
        label={control('ticketApproves')}
        description={control('ticketApprovesHelp')}
        checked={draft.ticketApproves}
        onChange={(event) => change({ ticketApproves: event.currentTarget.checked })}
      />
      <p className={css.means} aria-live="polite">
        <b>{control('means')}</b>
        {controlInWords(draft)}
      </p>
    </div>
  );
}
