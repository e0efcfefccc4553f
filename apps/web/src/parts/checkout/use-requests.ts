import { countRequests } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';

const everyMs = 20_000;

/** How many requests wait for the signed-in user, by view. Not asked before a new password was chosen. */
export function useRequestCounts(refetchInterval = everyMs) {
  const { mustChangePassword } = useMe();
  return useQuery({
    queryKey: [...keys.requests, 'counts'],
    queryFn: ({ signal }) => ask(countRequests, {}, { signal }),
    enabled: !mustChangePassword,
    refetchInterval,
    staleTime: everyMs,
  });
}
