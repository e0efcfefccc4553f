import { listRequests, type AccessRequest } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask } from '../../lib/client.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { keys } from '../../lib/query.ts';
import { toast } from '../../ui/toast.tsx';
import { markOf, marks } from './marks.ts';

const everyMs = 20_000;
const minute = 60_000;
/** Tells ten and two minutes before a password that one has out is checked in by itself. */
export default function Reminders() {
  const out = useQuery({
    queryKey: [...keys.requests, 'reminders'],
    queryFn: ({ signal }) => ask(listRequests, { view: 'mine', state: 'in-use', limit: 50 }, { signal }),
    refetchInterval: everyMs,
  });
  const items = useRef<readonly AccessRequest[]>([]);
  items.current = out.data?.items ?? [];
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
  return null;
}
