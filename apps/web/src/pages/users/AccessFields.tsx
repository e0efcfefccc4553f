import { Checkbox, Select } from '@mantine/core';
import { Role } from '@strongroom/contract';
import { users } from '../../lib/messages/users.ts';
import { maySeeAll, roleChoices } from './words.tsx';

/** What a user may do at all. */
export interface Access {
  readonly role: Role;
  readonly superAdministrator: boolean;
}

/** Role, with what it may, and super administration where the role can carry it. */
export function AccessFields(props: {
  readonly value: Access;
  readonly change: (access: Access) => void;
  readonly disabled?: boolean;
  readonly error?: string | undefined;
}) {
  const { value, change, disabled = false } = props;
  return (
    <>
      <Select
        label={users('new.role')}
        description={users(`role.${value.role}.says`)}
        data={roleChoices()}
        value={value.role}
        onChange={(chosen) => {
          const role = Role.options.find((known) => known === chosen);
          if (role) change({ role, superAdministrator: value.superAdministrator && maySeeAll(role) });
        }}
        allowDeselect={false}
        disabled={disabled}
        error={props.error}
      />
      {maySeeAll(value.role) && (
        <Checkbox
          label={users('super.label')}
          description={users('super.help')}
          checked={value.superAdministrator}
          onChange={(event) => change({ ...value, superAdministrator: event.currentTarget.checked })}
          disabled={disabled}
        />
      )}
    </>
  );
}
