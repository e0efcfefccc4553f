import { Menu } from '@mantine/core';
import {
  IconAdjustments,
  IconApi,
  IconKeyboard,
  IconListCheck,
  IconLogout,
  IconShieldLock,
  IconUser,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { frame } from '../../lib/messages/frame.ts';
import { endSession, useMe } from '../../lib/session.tsx';
import { toastProblem } from '../../ui/toast.tsx';
import css from './shell.module.css';

/** The menu of the one who is signed in. It lies over the button that opened it, which is not its own. */
export default function MeMenu(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly openKeys: () => void;
}) {
  const { user } = useMe();
  const role = `role-${user.role}`;
  return (
    <Menu width={250} opened={props.open} onClose={props.close} returnFocus={false}>
      <Menu.Target>
        <span className={css.meAnchor} aria-hidden />
      </Menu.Target>
      <Menu.Dropdown aria-label={frame('account', { name: user.fullName || user.username })}>
        <Menu.Label>
          {user.fullName || user.username}
          <br />
          {frame.has(role) ? frame(role) : user.roleName}
        </Menu.Label>
        <Menu.Item component={Link} to="/me/profile" leftSection={<IconUser size={15} />}>
          {frame('profile')}
        </Menu.Item>
        <Menu.Item component={Link} to="/me/security" leftSection={<IconShieldLock size={15} />}>
          {frame('security')}
        </Menu.Item>
        <Menu.Item component={Link} to="/me/preferences" leftSection={<IconAdjustments size={15} />}>
          {frame('preferences')}
        </Menu.Item>
        <Menu.Item component={Link} to="/tasks" leftSection={<IconListCheck size={15} />}>
          {frame('tasks')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconKeyboard size={15} />}
          rightSection={<kbd className="kbd">?</kbd>}
          onClick={props.openKeys}
        >
          {frame('shortcuts')}
        </Menu.Item>
        <Menu.Item component={Link} to="/help/api" leftSection={<IconApi size={15} />}>
          {frame('reference')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void endSession().catch(toastProblem)}>
          {frame('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
