import { Switch, Textarea, TextInput } from '@mantine/core';
import { settings } from '../../lib/messages/settings.ts';
import { number } from '../../lib/t.ts';
import { Pill } from '../../ui/Pill.tsx';
import type { Field } from './fields.ts';
import css from './settings.module.css';

const standardText = (field: Field): string =>
  field.kind === 'time' || field.kind === 'text'
    ? field.standard || settings('settings.none')
    : field.kind === 'switch'
      ? settings(field.standard ? 'settings.on' : 'settings.off')
      : field.standard === 0
        ? number(0)
        : `${number(field.standard)} ${settings(`unit.${field.unit}`)}`;

/** One setting: its name, a line on what it does, its default, and the control. What differs from the default is marked. */
export function SettingRow(props: {
  readonly field: Field;
  readonly value: string | boolean;
  readonly change: (value: string | boolean) => void;
  readonly error?: string | undefined;
  /** Why this person cannot change it; undefined when they can. */
  readonly locked?: string | undefined;
}) {
  const { field, value, locked } = props;
  const changed = field.kind === 'number' ? Number(value) !== field.standard : value !== field.standard;
  const help = `${field.name}-help`;
  return (
    <div className={css.row} id={field.name} tabIndex={-1}>
      <div className={css.words}>
        <div className={css.name}>
          <label htmlFor={`${field.name}-field`}>{settings(field.name)}</label>
          {changed && <Pill tone="info">{settings('settings.changed')}</Pill>}
        </div>
        <p id={help}>
          {settings(`${field.name}.says`)}{' '}
          <span className={css.standard}>{settings('settings.default', { value: standardText(field) })}.</span> {locked}
        </p>
      </div>
      {field.kind === 'text' ? (
        <Textarea
          id={`${field.name}-field`}
          aria-describedby={help}
          className={css.text}
          autosize
          minRows={2}
          maxRows={6}
          value={String(value)}
          disabled={locked !== undefined}
          onChange={(event) => props.change(event.currentTarget.value)}
          error={props.error}
        />
      ) : field.kind === 'switch' ? (
        <Switch
          id={`${field.name}-field`}
          aria-describedby={help}
          checked={value === true}
          disabled={locked !== undefined}
          onChange={(event) => props.change(event.currentTarget.checked)}
        />
      ) : (
        <TextInput
          id={`${field.name}-field`}
          aria-describedby={help}
          inputMode={field.kind === 'time' ? 'text' : 'numeric'}
          className={css.number}
          value={String(value)}
          disabled={locked !== undefined}
          onChange={(event) => props.change(event.currentTarget.value)}
          error={props.error}
          {...(field.kind === 'number'
            ? {
                rightSection: <span className={css.unit}>{settings(`unit.${field.unit}`)}</span>,
                rightSectionWidth: 74,
              }
            : { placeholder: field.standard })}
        />
      )}
    </div>
  );
}
