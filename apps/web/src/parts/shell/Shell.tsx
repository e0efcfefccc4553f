import { useMediaQuery } from '@mantine/hooks';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { ProblemError } from '../../lib/client.ts';
import { showTimesIn } from '../../lib/format.ts';
import { frame } from '../../lib/messages/frame.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { SessionProvider, useMe, useSession } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { MenuDrawer } from '../MenuDrawer.tsx';
import { PageSkeleton } from '../PageSkeleton.tsx';
import { FilesProvider } from '../files/FilesProvider.tsx';
import { SecretsProvider } from '../secrets/SecretsProvider.tsx';
import { BottomBar } from './BottomBar.tsx';
import { IdleGuard } from './IdleGuard.tsx';
import css from './shell.module.css';
import { Sidebar } from './Sidebar.tsx';
import { TopBar } from './TopBar.tsx';
import { useKeys } from './use-keys.ts';

const Palette = lazy(() => import('./Palette.tsx'));
const Shortcuts = lazy(() => import('./Shortcuts.tsx'));

/** After a change of page the focus goes to its heading, so that a screen reader says where one is. */
function useFocusOnNavigation(): void {
  const path = useLocation({ select: (l) => l.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const timer = setTimeout(() => {
      const active = document.activeElement;
      if (active && active !== document.body && active.closest('main')) return;
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    }, 60);
    return () => clearTimeout(timer);
  }, [path]);
}

/** Once the browser rests, fetches what every dialog, drawer and menu is drawn with, so that the first opens at once. */
function useDialogsAhead(): void {
  useEffect(() => {
    const ahead = () =>
      void Promise.all([import('../../ui/DialogFrame.tsx'), import('./MeMenu.tsx')]).catch(() => undefined);
    // Safari has no idle callback.
    if (typeof requestIdleCallback !== 'function') {
      const timer = setTimeout(ahead, 2000);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(ahead, { timeout: 5000 });
    return () => cancelIdleCallback(asked);
  }, []);
}

function Frame() {
  const me = useMe();
  const phone =
    useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, { getInitialValueInEffect: false }) ??
    false;
  const [preferences] = usePreferences();
  const [menu, setMenu] = useState(false);
  const [search, setSearch] = useState<boolean | null>(null);
  const [keys, setKeys] = useState<boolean | null>(null);
  const does = useMemo(() => ({ openSearch: () => setSearch(true), openKeys: () => setKeys(true) }), []);
  const path = useLocation({ select: (l) => l.pathname });
  useKeys(does);
  useDialogsAhead();
  useFocusOnNavigation();
  const folded = preferences.sidebar === 'folded';
  if (me.mustChangePassword && path !== '/me/security') return <Navigate to="/me/security" replace />;
  return (
    <div className={css.app}>
      <a href="#main" className="skip">
        {frame('skip')}
      </a>
      {!phone && (
        <aside className={css.aside} data-folded={folded || undefined} aria-label={frame('menu')}>
          <Sidebar folded={folded} />
        </aside>
      )}
      <MenuDrawer open={menu} close={() => setMenu(false)} title={frame('menu')}>
        <Sidebar onGo={() => setMenu(false)} />
      </MenuDrawer>
      <div className={css.column}>
        <TopBar phone={phone} openMenu={() => setMenu(true)} {...does} />
        {me.mustChangePassword && <p className={css.notice}>{frame('mustChange')}</p>}
        <main id="main" className={css.main} tabIndex={-1}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
        {phone && <BottomBar openMenu={() => setMenu(true)} />}
      </div>
      <IdleGuard />
      <Suspense fallback={null}>
        {search !== null && <Palette open={search} close={() => setSearch(false)} openKeys={does.openKeys} />}
        {keys !== null && <Shortcuts open={keys} close={() => setKeys(false)} />}
      </Suspense>
    </div>
  );
}

/** The frame around every page for those who are signed in. A stranger is sent to the sign-in page. */
export function Shell() {
  const session = useSession();
  if (session.data) {
    showTimesIn(session.data.user.timeZone);
    return (
      <SessionProvider value={session.data}>
        <SecretsProvider>
          <FilesProvider>
            <Frame />
          </FilesProvider>
        </SecretsProvider>
      </SessionProvider>
    );
  }
  // Signed out: the client is already on its way to the sign-in page.
  if (session.isPending || (session.error instanceof ProblemError && session.error.status === 401))
    return <PageSkeleton />;
  return (
    <main className={css.alone}>
      <h1>{frame('unreachable')}</h1>
      <ErrorBox error={session.error} retry={() => void session.refetch()} />
    </main>
  );
}
