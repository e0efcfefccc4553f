import { ActionIcon, Popover, TextInput } from '@mantine/core';
import { IconCircle, IconCircleCheck, IconEye, IconEyeOff, IconSparkles } from '@tabler/icons-react';
import { lazy, Suspense, useId, useState, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import type { PasswordRule } from '../lib/policy.ts';
import css from './secret.module.css';
import type { GenerateBy } from './GeneratePopover.tsx';

const GeneratePopover = lazy(() => import('./GeneratePopover.tsx'));

/** Which rules a password meets, as text and icon. */
export function RuleList({ rules, id }: { readonly rules: readonly PasswordRule[]; readonly id?: string }) {
  return (
    <ul className={css.rules} id={id}>
      {rules.map((rule) => (
        <li key={rule.says} data-met={rule.met || undefined}>
          {rule.met ? <IconCircleCheck size={14} aria-hidden /> : <IconCircle size={14} aria-hidden />}
          <span>
            {rule.says}
            <span className="sr">, {kit(rule.met ? 'ruleMet' : 'ruleUnmet')}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/**
 * A field for a password: show and hide, the policy's rules live beneath, and Generate where `generate` says by which
 * policy. Pasting is never blocked. Autofill is off unless `autoComplete` says otherwise.
 */
export function PasswordInput(props: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: ReactNode;
  /** The field's name for screen readers when the label is not text of its own, as in a table of rows. */
  readonly name?: string;
  readonly description?: ReactNode;
  readonly error?: ReactNode;
  readonly required?: boolean;
  readonly rules?: readonly PasswordRule[];
  readonly generate?: GenerateBy;
  readonly placeholder?: string;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly size?: 'sm' | 'lg';
  readonly onBlur?: () => void;
}) {
  const [shown, setShown] = useState(false);
  const [open, setOpen] = useState(false);
  const rulesId = useId();
  const { rules, generate } = props;
  const Eye = shown ? IconEyeOff : IconEye;
  return (
    <div>
      <TextInput
        label={props.label}
        aria-label={props.name}
        aria-describedby={rules && props.value ? rulesId : undefined}
        description={props.description}
        error={props.error}
        withAsterisk={props.required ?? false}
        placeholder={props.placeholder}
        size={props.size ?? 'sm'}
        type={shown ? 'text' : 'password'}
        className={shown ? css.shownInput : undefined}
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
        onBlur={props.onBlur}
        autoComplete={props.autoComplete ?? 'new-password'}
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        data-1p-ignore={props.autoComplete ? undefined : true}
        {...(props.autoFocus ? { 'data-autofocus': true } : {})}
        rightSectionWidth={generate ? 64 : 36}
        rightSectionPointerEvents="all"
        rightSection={
          <span className={css.sections}>
            <ActionIcon
              size={26}
              aria-label={kit(shown ? 'hideTyped' : 'showTyped')}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            >
              <Eye size={15} />
            </ActionIcon>
            {generate && (
              <Popover
                opened={open}
                onChange={setOpen}
                width={340}
                position="bottom-end"
                trapFocus
                returnFocus
                withRoles
              >
                <Popover.Target>
                  <ActionIcon
                    size={26}
                    aria-label={kit('generateTitle')}
                    title={kit('generate')}
                    onClick={() => setOpen(!open)}
                  >
                    <IconSparkles size={15} />
                  </ActionIcon>
                </Popover.Target>
                <Popover.Dropdown aria-label={kit('generateTitle')}>
                  <Suspense fallback={null}>
                    <GeneratePopover
                      by={generate}
                      use={(password) => {
                        props.onChange(password);
                        setOpen(false);
                      }}
                    />
                  </Suspense>
                </Popover.Dropdown>
              </Popover>
            )}
          </span>
        }
      />
      {rules && props.value !== '' && <RuleList rules={rules} id={rulesId} />}
    </div>
  );
}
