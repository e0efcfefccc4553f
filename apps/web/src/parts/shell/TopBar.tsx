import { ActionIcon, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconHelpCircle, IconMenu2, IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState } from 'react';
import { frame } from '../../lib/messages/frame.ts';
import { useMe } from '../../lib/session.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import css from './shell.module.css';

const MeMenu = lazy(() => import('./MeMenu.tsx'));

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
  // Null until it is opened for the first time: only then is it fetched.
  const [menu, setMenu] = useState<boolean | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const pressedOpen = useRef(false);
  const close = () => {
    setMenu(false);
    button.current?.focus();
  };
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
        <span className={css.meAt}>
          <UnstyledButton
            ref={button}
            className={css.me}
            aria-haspopup="menu"
            aria-expanded={menu ?? false}
            // A press outside an open menu closes it before the click comes here, which must not open it again.
            onPointerDown={() => {
              pressedOpen.current = menu === true;
            }}
            onClick={() => {
              setMenu(!pressedOpen.current);
              pressedOpen.current = false;
            }}
          >
            <Avatar name={name} />
            <span className="sr">{frame('account', { name })}</span>
          </UnstyledButton>
          {menu !== null && (
            <Suspense fallback={null}>
              <MeMenu open={menu} close={close} openKeys={props.openKeys} />
            </Suspense>
          )}
        </span>
      </div>
      {pending && <span className={css.progress} aria-hidden />}
    </header>
  );
}
