import { Checkbox, Select } from '@mantine/core';
import type { Role, RoleItem } from '@strongroom/contract';
import { users } from '../../lib/messages/users.ts';
import { useMe } from '../../lib/session.tsx';
import { maySeeAll, roleName, useRoles } from './words.tsx';

/** What a user may do at all. */
export interface Access {
  readonly role: Role;
  readonly superAdministrator: boolean;
}

/** What a role may, in a line: in the console's words for a built-in one, by its permissions for one's own. */
function says(role: RoleItem | undefined, words: ReadonlyMap<string, string>): string {
  if (!role) return '';
  const key = `role.${role.id}.says`;
  if (users.has(key)) return users(key);
  if (role.description) return role.description;
  return role.permissions.length === 0
    ? users('role.own.none')
    : users('role.own.says', { what: role.permissions.map((one) => words.get(one) ?? one).join('; ') });
}

/** Role, with what it may, and super administration where the role can carry it. */
export function AccessFields(props: {
  readonly value: Access;
  readonly change: (access: Access) => void;
  readonly disabled?: boolean;
  readonly error?: string | undefined;
  /** The role of one's own that the user has, which the list may not have any more. */
  readonly present?: { readonly role: Role; readonly roleName: string };
}) {
  const { value, change, disabled = false, present } = props;
  const me = useMe();
  const roles = useRoles();
  const items = roles.data?.items ?? [];
  const words = new Map<string, string>(roles.data?.permissions.map((one) => [one.name, one.says]));
  const known = items.map((role) => {
    const name = roleName(role.id, role.name);
    return role.mayGive || role.id === value.role
      ? { value: role.id, label: name, disabled: false }
      : { value: role.id, label: `${name} (${users('role.tooMuch')})`, disabled: true };
  });
  const missing = items.some((role) => role.id === value.role)
    ? []
    : [{ value: value.role, label: roleName(value.role, present?.roleName ?? ''), disabled: false }];
  const denied = me.preferences.denySuperAdministrators && !me.user.superAdministrator && !value.superAdministrator;
  return (
    <>
      <Select
        label={users('new.role')}
        description={says(
          items.find((role) => role.id === value.role),
          words,
        )}
        data={[...missing, ...known]}
        value={value.role}
        onChange={(chosen) => {
          const role = items.find((one) => one.id === chosen)?.id;
          if (role) change({ role, superAdministrator: value.superAdministrator && maySeeAll(role) });
        }}
        allowDeselect={false}
        disabled={disabled}
        error={props.error}
      />
      {maySeeAll(value.role) && (
        <Checkbox
          label={users('super.label')}
          description={users(denied ? 'super.denied' : 'super.help')}
          checked={value.superAdministrator}
          onChange={(event) => change({ ...value, superAdministrator: event.currentTarget.checked })}
          disabled={disabled || denied}
        />
      )}
    </>
  );
}
