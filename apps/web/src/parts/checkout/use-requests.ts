import { countRequests, listRequests, type AccessRequest } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask } from '../../lib/client.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { toast } from '../../ui/toast.tsx';

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

const minute = 60_000;
/** Minutes before the end at which somebody is told. */
const marks = [2, 10] as const;

/** The mark that an end in so many milliseconds has passed, the nearest first; null before the first and after the end. */
export const markOf = (ms: number): (typeof marks)[number] | null =>
  ms <= 0 ? null : (marks.find((mark) => ms <= mark * minute) ?? null);

/** Tells ten and two minutes before a password that one has out is checked in by itself. */
export function useReminders(): void {
  const mine = useRequestCounts().data?.mine ?? 0;
  const out = useQuery({
    queryKey: [...keys.requests, 'reminders'],
    queryFn: ({ signal }) => ask(listRequests, { view: 'mine', state: 'in-use', limit: 50 }, { signal }),
    enabled: mine > 0,
    refetchInterval: everyMs,
  });
  const items = useRef<readonly AccessRequest[]>([]);
  items.current = mine > 0 ? (out.data?.items ?? []) : [];
  const told = useRef(new Set<string>());
  useEffect(() => {
    const look = () => {
      for (const { id, dueAt, accountName, resourceName } of items.current) {
        const ms = dueAt === null ? 0 : Date.parse(dueAt) - Date.now();
        const mark = markOf(ms);
        if (mark === null || told.current.has(`${id} ${mark}`)) continue;
        // Who was told of two minutes need not be told of ten any more.
        for (const passed of marks) if (passed >= mark) told.current.add(`${id} ${passed}`);
        toast({
          id: `due-${id}`,
          seconds: 30,
          message: checkout('soon', {
            name: `${accountName} · ${resourceName}`,
            time: Math.max(1, Math.ceil(ms / minute)),
          }),
        });
      }
    };
    look();
    const timer = setInterval(look, 5_000);
    return () => clearInterval(timer);
  }, [out.data]);
}
