import {
  ActionIcon,
  Menu,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import {
  IconAdjustments,
  IconApi,
  IconHelpCircle,
  IconKeyboard,
  IconListCheck,
  IconLogout,
  IconMenu2,
  IconMoon,
  IconSearch,
  IconShieldLock,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { frame } from '../../lib/messages/frame.ts';
import { endSession, useMe } from '../../lib/session.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { toastProblem } from '../../ui/toast.tsx';
import css from './shell.module.css';

/** Search, help, theme and the account's menu; on a phone also the button that opens the sidebar. */
export function TopBar(props: {
  readonly phone: boolean;
  readonly openMenu: () => void;
  readonly openSearch: () => void;
  readonly openKeys: () => void;
}) {
  const { phone } = props;
  const me = useMe();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const pending = useRouterState({ select: (s) => s.status === 'pending' });
  const themeLabel = frame(dark ? 'toLight' : 'toDark');
  const name = me.user.fullName || me.user.username;
  const role = `role-${me.user.role}`;
  return (
    <header className={css.top}>
      {phone && (
        <ActionIcon size={36} aria-label={frame('openMenu')} onClick={props.openMenu}>
          <IconMenu2 size={20} />
        </ActionIcon>
      )}
      <button
        type="button"
        className={css.search}
        onClick={props.openSearch}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K"
      >
        <IconSearch size={16} aria-hidden />
        <span>{frame(phone ? 'search' : 'searchAll')}</span>
        {!phone && <kbd className="kbd">Ctrl K</kbd>}
      </button>
      <div className={css.tools}>
        <Tooltip label={frame('help')}>
          <ActionIcon size={34} aria-label={frame('help')} onClick={props.openKeys}>
            <IconHelpCircle size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={themeLabel}>
          <ActionIcon size={34} aria-label={themeLabel} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
            {dark ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
          </ActionIcon>
        </Tooltip>
        <Menu width={250}>
          <Menu.Target>
            <UnstyledButton className={css.me}>
              <Avatar name={name} />
              <span className="sr">{frame('account', { name })}</span>
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>
              {name}
              <br />
              {frame.has(role) ? frame(role) : me.user.roleName}
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
      </div>
      {pending && <span className={css.progress} aria-hidden />}
    </header>
  );
}
