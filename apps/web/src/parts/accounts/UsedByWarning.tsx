import { countConsumers, type AccountId } from '@strongroom/contract';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { consumers } from '../../lib/messages/consumers.ts';
import css from './used-by.module.css';

/** The most accounts that are asked about at once. */
const atOnce = 1000;

/** Says how many programs use some accounts, before their passwords are changed; nothing when none does. */
export function UsedByWarning({ accountIds }: { readonly accountIds: readonly AccountId[] }) {
  const asked = accountIds.slice(0, atOnce);
  const query = useQuery({
    queryKey: ['used-by', ...asked],
    queryFn: ({ signal }) => ask(countConsumers, { accountIds: asked }, { signal }),
    enabled: asked.length > 0,
  });
  const items = query.data?.items ?? [];
  const count = items.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return null;
  const names = [...new Set(items.flatMap((one) => one.names))].slice(0, 3);
  const more = count - names.length;
  const shown = more > 0 ? consumers('andMore', { names: names.join(', '), count: more }) : names.join(', ');
  return (
    <div className={css.warning} role="note">
      <IconAlertTriangle size={16} aria-hidden />
      <span>
        {consumers(accountIds.length === 1 ? 'warning' : 'warningMany', { count, names: shown })}.{' '}
        {consumers('warningHelp')}
      </span>
    </div>
  );
}
