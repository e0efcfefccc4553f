import { readMe, signOut, type Me } from '@strongroom/contract';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { ask, onSignedOut } from './client.ts';
import { keys, queries } from './query.ts';

const Session = createContext<Me | null>(null);
/** Gives the signed-in user to everything inside the shell. */
export const SessionProvider = Session.Provider;

/** Asks who is signed in. The shell alone calls this; pages use `useMe`. */
export function useSession(): UseQueryResult<Me> {
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => ask(readMe, {}, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  });
}

/** Who is signed in. Only inside the shell. */
export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error('useMe outside the shell');
  return me;
}

/** Whether the signed-in user may do an action on the organisation, such as `user.list`. */
export function useCan(action: string): boolean {
  return useMe().can.includes(action);
}

/** Where to sign in, and where to go afterwards. Only paths of our own are ever followed. */
export function loginAddress(from: string): string {
  return from === '/' || from === '/home' || from.startsWith('/login')
    ? '/login'
    : `/login?next=${encodeURIComponent(from)}`;
}

/** The page to open after signing in: a path of this console, else Home. An address of another origin is never followed. */
export function nextAddress(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/home';
  const address = new URL(next, location.origin);
  return address.origin === location.origin ? address.pathname + address.search : '/home';
}

/** Where a link in a mail leads to one request. What stands behind its `#` never reaches a server, so signing in carries it along. */
const linkPath = '/requests/approve';
/** What follows an address behind its `#`, where that must outlive signing in. */
export const carriedHash = (address: string): string => (address === linkPath ? location.hash : '');

/** Leaves for the sign-in page by a real page load, which drops everything that was in memory. */
export function leave(): void {
  queries.clear();
  location.assign(loginAddress(location.pathname + location.search) + carriedHash(location.pathname));
}
onSignedOut(() => {
  if (!/^\/(login|setup|link)/.test(location.pathname)) leave();
});

/** Ends the session and leaves. */
export async function endSession(): Promise<void> {
  await ask(signOut, {});
  queries.clear();
  location.assign('/login');
}
