import { listApprovals } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';

const everyMs = 60_000;

/** What waits for a second administrator; asked only of those who may decide at all. */
export function useApprovals() {
  const may = useCan('approval.list');
  return useQuery({
    queryKey: keys.approvals,
    queryFn: ({ signal }) => ask(listApprovals, {}, { signal }),
    enabled: may,
    staleTime: everyMs,
    refetchInterval: everyMs,
  });
}
