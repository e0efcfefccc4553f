import { Checkbox, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import type { NewPasswords, ResourceGroup, Schedule } from '@strongroom/contract';
import { schedules } from '../../lib/messages/schedules.ts';
import { policyRules } from '../../lib/policy.ts';
import wizard from '../../pages/resource-new/wizard.module.css';
import { FormSection } from '../../ui/FormSection.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { policyOf, usePolicies } from '../accounts/use-lists.ts';
import { minutesOf, tellsTooFar, whenOf, type Draft, type RecipientsDraft } from './draft.ts';
import { RecipientsFields, TellSwitch } from './RecipientsFields.tsx';
import { WhenFields } from './WhenFields.tsx';
import { beforeInWords, whenInWords } from './words.ts';
import css from './wizard.module.css';

interface StepProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly checked: boolean;
  readonly errors: Readonly<Record<string, string>>;
}
const numberOf = (value: string | number): number =>
  typeof value === 'number' ? value : Number.parseInt(value, 10) || 0;

/** Step 1: how long before, and who. */
export function BeforeStep({ draft, change, checked, errors }: StepProps) {
  const { before } = draft;
  const set = (part: Partial<Draft['before']>) => change({ before: { ...before, ...part } });
  const wrong = checked && tellsTooFar(before) ? schedules('howLongWrong') : null;
  return (
    <FormSection title={schedules('stepBefore')} text={schedules('beforeText')}>
      <TellSwitch label={schedules('tellThem')} value={before.on} onChange={(on) => set({ on })} />
      {before.on && (
        <>
          <fieldset className={css.recipients}>
            <legend>{schedules('howLong')}</legend>
            <div className={css.row}>
              {(['days', 'hours', 'minutes'] as const).map((unit) => (
                <NumberInput
                  key={unit}
                  label={schedules(unit)}
                  min={0}
                  max={unit === 'days' ? 7 : unit === 'hours' ? 23 : 59}
                  clampBehavior="strict"
                  allowDecimal={false}
                  value={before[unit]}
                  onChange={(value) => set({ [unit]: numberOf(value) })}
                  error={unit === 'days' ? (errors['tellBeforeMinutes'] ?? wrong) : wrong !== null}
                  w={120}
                />
              ))}
            </div>
          </fieldset>
          <RecipientsFields
            label={schedules('whoBefore')}
            value={before}
            onChange={set}
            checked={checked}
            error={errors['tellBefore']}
          />
        </>
      )}
    </FormSection>
  );
}

const choices: readonly NewPasswords[] = ['unique', 'common', 'common-random'];
const helps = { 'unique': 'uniqueHelp', 'common': 'commonHelp', 'common-random': 'commonRandomHelp' } as const; // prettier-ignore

/** Step 2: which passwords the accounts get. */
export function PasswordStep({
  draft,
  change,
  checked,
  errors,
  group,
  schedule,
  keepsPassword,
}: StepProps & {
  readonly group: Pick<ResourceGroup, 'policyId'>;
  readonly schedule: Schedule | null;
  readonly keepsPassword: boolean;
}) {
  const policy = policyOf(usePolicies(), group.policyId);
  const missing = checked && draft.password === '' && !keepsPassword;
  const theirs = schedule?.passwords === 'common' && !keepsPassword;
  return (
    <FormSection title={schedules('stepPasswords')} text={schedules('passwordsText')}>
      <Radio.Group
        aria-label={schedules('stepPasswords')}
        value={draft.passwords}
        onChange={(value) => change({ passwords: value as NewPasswords })}
      >
        <Stack gap={10}>
          {choices.map((one) => (
            <Radio key={one} value={one} label={schedules(`passwords-${one}`)} description={schedules(helps[one])} />
          ))}
        </Stack>
      </Radio.Group>
      {draft.passwords === 'common' && (
        <>
          <PasswordInput
            label={schedules('password')}
            required={!keepsPassword}
            value={draft.password}
            onChange={(password) => change({ password })}
            rules={policy && draft.password !== '' ? policyRules(policy, draft.password, '') : []}
            error={errors['password'] ?? (missing ? schedules('passwordMissing') : null)}
            {...(policy ? { generate: { policy } } : {})}
          />
          {(keepsPassword || theirs) && (
            <p className="dim" style={{ margin: 0, fontSize: 12 }}>
              {schedules(keepsPassword ? 'passwordKept' : 'passwordTheirs')}
            </p>
          )}
        </>
      )}
    </FormSection>
  );
}

/** Step 3: when. */
export function WhenStep({ draft, change }: StepProps) {
  return (
    <FormSection title={schedules('stepWhen')} text={schedules('whenText')}>
      <WhenFields draft={draft} change={change} />
    </FormSection>
  );
}

/** Step 4: who gets the report. */
export function AfterStep({ draft, change, checked, errors }: StepProps) {
  const set = (part: Partial<RecipientsDraft>) => change({ after: { ...draft.after, ...part } });
  return (
    <FormSection title={schedules('stepAfter')} text={schedules('afterText')}>
      <TellSwitch label={schedules('stepAfter')} value={draft.after.on} onChange={(on) => set({ on })} />
      {draft.after.on && (
        <RecipientsFields
          label={schedules('whoAfter')}
          value={draft.after}
          onChange={set}
          checked={checked}
          error={errors['tellAfter']}
        />
      )}
    </FormSection>
  );
}

const toldInWords = (list: RecipientsDraft): string =>
  list.on
    ? [
        ...(list.withAccess ? [schedules('withAccess')] : []),
        ...list.principals.map((one) => one.name),
        ...list.addresses,
      ].join(', ')
    : schedules('nobodyTold');

/** The last step: what was chosen, each with a way back, and a template of it. */
export function ReviewStep(
  props: StepProps & {
    readonly goTo: (step: number) => void;
    readonly mayTemplate: boolean;
    readonly template: { readonly on: boolean; readonly name: string };
    readonly setTemplate: (part: { on?: boolean; name?: string }) => void;
  },
) {
  const { draft, template } = props;
  const lines: readonly (readonly [string, string, number])[] = [
    [
      schedules('tellBefore'),
      draft.before.on
        ? `${schedules('before', { time: beforeInWords(minutesOf(draft.before)) })}: ${toldInWords(draft.before)}`
        : schedules('nobodyTold'),
      0,
    ],
    [schedules('passwords'), schedules(`passwords-${draft.passwords}`), 1],
    [
      schedules('when'),
      draft.kind === 'never' ? schedules('when-never') : `${whenInWords(whenOf(draft))} (${draft.timeZone})`,
      2,
    ],
    [schedules('tellAfter'), toldInWords(draft.after), 3],
  ];
  return (
    <FormSection title={schedules('stepReview')} text={schedules('reviewText')}>
      <dl className={wizard.review}>
        {lines.map(([name, value, step]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <div>{value}</div>
              <button
                type="button"
                className="link"
                aria-label={`${schedules('edit')}: ${name}`}
                onClick={() => props.goTo(step)}
              >
                {schedules('edit')}
              </button>
            </dd>
          </div>
        ))}
      </dl>
      {props.mayTemplate && (
        <>
          <Checkbox
            label={schedules('saveTemplate')}
            description={schedules('templateHelp')}
            checked={template.on}
            onChange={(event) => props.setTemplate({ on: event.currentTarget.checked })}
          />
          {template.on && (
            <TextInput
              label={schedules('templateName')}
              withAsterisk
              maxLength={120}
              value={template.name}
              onChange={(event) => props.setTemplate({ name: event.currentTarget.value })}
              error={
                props.errors['name'] ??
                (props.checked && template.name.trim() === '' ? schedules('templateMissing') : null)
              }
              autoComplete="off"
            />
          )}
        </>
      )}
    </FormSection>
  );
}
