import { useMediaQuery } from '@mantine/hooks';
import { Navigate, Outlet, useLocation, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { ProblemError } from '../../lib/client.ts';
import { showTimesIn } from '../../lib/format.ts';
import { frame } from '../../lib/messages/frame.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { SessionProvider, useMe, useSession } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { MenuDrawer } from '../MenuDrawer.tsx';
import { PageSkeleton } from '../PageSkeleton.tsx';
import { CheckoutProvider } from '../checkout/CheckoutProvider.tsx';
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

/** The path of the page that is shown: not the address, which changes while the page before is still there. */
const useShownPath = () => useRouterState({ select: (s) => s.resolvedLocation?.pathname });

/** How long a page may take until nobody waits any more for its heading to have the focus. */
const waitForHeadingMs = 10_000;

/**
 * After a change of page the focus goes to its heading, so that a screen reader says where one is and Tab goes on from
 * there: as soon as there is a heading, which a page that is fetched first has only later. Who goes elsewhere meanwhile
 * is left there.
 */
function useFocusOnNavigation(cameFrom: string | undefined): void {
  const path = useShownPath();
  const before = useRef(cameFrom);
  useEffect(() => {
    const from = before.current;
    before.current = path;
    // The first page of a visit leaves the focus at the start of the document.
    if (from === undefined || from === path) return;
    const end = new AbortController();
    const watch = new MutationObserver(() => look());
    const look = () => {
      const active = document.activeElement;
      const within = active && active !== document.body && active.closest('main') && active.id !== 'main';
      const title = document.querySelector<HTMLElement>('main h1');
      if (!within && !title) return;
      end.abort();
      if (!within) title?.focus({ preventScroll: true });
    };
    // What had the focus before, such as a dialog, gives it back first.
    const timer = setTimeout(() => {
      look();
      if (!end.signal.aborted)
        watch.observe(document.querySelector('main') ?? document.body, { childList: true, subtree: true });
    }, 60);
    const late = setTimeout(() => end.abort(), waitForHeadingMs);
    end.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      clearTimeout(late);
      watch.disconnect();
    });
    for (const sign of ['pointerdown', 'keydown'])
      document.addEventListener(sign, () => end.abort(), { signal: end.signal, capture: true });
    return () => end.abort();
  }, [path]);
}

/** Once somebody is at the page, fetches what opens at a key or a press, so that the first to open does so at once. */
function useOverlaysAhead(): void {
  useEffect(() => {
    const end = new AbortController();
    const ahead = () => {
      end.abort();
      void Promise.all([import('../../ui/DialogFrame.tsx'), import('./MeMenu.tsx'), import('./Palette.tsx')]).catch(
        () => undefined,
      );
    };
    for (const sign of ['pointermove', 'keydown'] as const)
      document.addEventListener(sign, ahead, { signal: end.signal, passive: true });
    return () => end.abort();
  }, []);
}

function Frame({ cameFrom }: { readonly cameFrom: string | undefined }) {
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
  useOverlaysAhead();
  useFocusOnNavigation(cameFrom);
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
  // The sign-in page, where it was before this one; undefined where a visit begins here.
  const cameFrom = useRef(useShownPath()).current;
  if (session.data) {
    showTimesIn(session.data.user.timeZone);
    return (
      <SessionProvider value={session.data}>
        <SecretsProvider>
          <FilesProvider>
            <CheckoutProvider>
              <Frame cameFrom={cameFrom} />
            </CheckoutProvider>
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
