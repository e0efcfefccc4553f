import { readTicketingModules } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import css from './ticketing.module.css';

/** How it stands with the module that asks a system of one's own, and the way to it. `unasked`: going there loses nothing that was typed. */
export function ModuleNote({ unasked }: { readonly unasked: boolean }) {
  const may = useCan('ticketing.modules');
  const found = useQuery({
    queryKey: keys.ticketingModules,
    queryFn: ({ signal }) => ask(readTicketingModules, {}, { signal }),
    enabled: may,
  });
  const runs = found.data?.runs ?? null;
  const waits = found.data?.versions[0]?.state === 'waiting';
  const said = () => {
    if (!may) return ticketing('module.needsOther');
    if (runs !== null) return ticketing(waits ? 'module.runsEdit' : 'module.runs', { version: runs });
    return ticketing(waits ? 'module.waits' : 'module.needs');
  };
  return (
    <p className={css.none}>
      {said()}{' '}
      {may && (
        <Link to="/admin/ticketing/module" className="link" ignoreBlocker={unasked}>
          {ticketing('module')}
        </Link>
      )}
    </p>
  );
}
