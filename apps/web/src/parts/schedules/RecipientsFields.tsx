import { Checkbox, Switch, TagsInput } from '@mantine/core';
import { IconUser, IconUsersGroup, IconX } from '@tabler/icons-react';
import { schedules } from '../../lib/messages/schedules.ts';
import { useCan } from '../../lib/session.tsx';
import { PrincipalSelect } from '../shares/PrincipalSelect.tsx';
import { tellsNobody, type RecipientsDraft } from './draft.ts';
import css from './wizard.module.css';

const address = /^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/;

/** Who is told: whoever has access, people and groups by name, and plain addresses. */
export function RecipientsFields(props: {
  readonly label: string;
  readonly value: RecipientsDraft;
  readonly onChange: (part: Partial<RecipientsDraft>) => void;
  readonly checked: boolean;
  readonly error?: string | undefined;
}) {
  const { value, onChange } = props;
  const mayLookUp = useCan('principal.list');
  const wrong = value.addresses.find((one) => !address.test(one));
  const nobody = props.checked && tellsNobody(value);
  return (
    <fieldset className={css.recipients}>
      <legend>{props.label}</legend>
      <Checkbox
        label={schedules('withAccess')}
        description={schedules('withAccessHelp')}
        checked={value.withAccess}
        onChange={(event) => onChange({ withAccess: event.currentTarget.checked })}
        error={nobody ? schedules('noRecipients') : null}
      />
      {mayLookUp && (
        <PrincipalSelect
          label={schedules('people')}
          description={schedules('peopleHelp')}
          chosen={null}
          choose={(one) => one && onChange({ principals: [...value.principals, one] })}
          without={value.principals.map((one) => one.id)}
          error={props.error}
        />
      )}
      {value.principals.length > 0 && (
        <ul className={css.chosen}>
          {value.principals.map((one) => (
            <li key={one.id}>
              {one.kind === 'user' ? <IconUser size={14} aria-hidden /> : <IconUsersGroup size={14} aria-hidden />}
              <bdi className="trunc">{one.name}</bdi>
              <button
                type="button"
                aria-label={schedules('takeOut', { name: one.name })}
                onClick={() => onChange({ principals: value.principals.filter(({ id }) => id !== one.id) })}
              >
                <IconX size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <TagsInput
        label={schedules('addresses')}
        description={schedules('addressesHelp')}
        value={[...value.addresses]}
        onChange={(addresses) => onChange({ addresses: addresses.map((one) => one.trim()).filter(Boolean) })}
        maxTags={50}
        splitChars={[',', ';', ' ']}
        acceptValueOnBlur
        error={wrong === undefined ? null : schedules('addressWrong', { address: wrong })}
      />
    </fieldset>
  );
}

/** True when an address is none, which the server would refuse. */
export const hasWrongAddress = (list: RecipientsDraft): boolean =>
  list.on && list.addresses.some((one) => !address.test(one));

/** Whether people are told at all. */
export function TellSwitch(props: {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  return (
    <Switch
      label={props.label}
      checked={props.value}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}
