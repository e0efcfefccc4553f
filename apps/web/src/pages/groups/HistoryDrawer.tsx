import { Button } from '@mantine/core';
import { readExplorerHistory } from '@strongroom/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { groups } from '../../lib/messages/groups.ts';
import { keys } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import css from './groups.module.css';
import { revert } from './use-arrange.ts';

const pageSize = 50;

/** Every change of the organisation's tree, the last first; each state can be brought back. */
export default function HistoryDrawer({ version, close }: { readonly version: number; readonly close: () => void }) {
  const [busy, setBusy] = useState<number | null>(null);
  const found = useInfiniteQuery({
    queryKey: [...keys.explorer, 'history', version],
    queryFn: ({ signal, pageParam }) => ask(readExplorerHistory, { limit: pageSize, offset: pageParam }, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const seen = all.reduce((sum, page) => sum + page.items.length, 0);
      return last.items.length > 0 && seen < last.total ? seen : undefined;
    },
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <SideDrawer open close={close} title={groups('historyTitle')}>
      {found.isPending && <Bones />}
      {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <p className="dim">{groups('historyEmpty')}</p>}
      <ol className={css.history}>
        {items.map((change) => (
          <li key={change.version}>
            <div>
              <p>{change.what}</p>
              <p className="dim">
                <bdi>{change.by}</bdi> · <span title={exact(change.at)}>{ago(change.at)}</span> ·{' '}
                {groups('historyNodes', { count: change.nodes })}
              </p>
            </div>
            {change.version === version ? (
              <span className="dim">{groups('historyNow')}</span>
            ) : (
              <Button
                size="xs"
                variant="default"
                disabled={busy !== null}
                aria-label={groups('historyRestoreFor', { version: change.version })}
                onClick={() => {
                  setBusy(change.version);
                  void revert(version, change.version, groups('restored', { version: change.version })).finally(() =>
                    setBusy(null),
                  );
                }}
              >
                {groups('historyRestore')}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {found.hasNextPage && (
        <Button variant="default" size="xs" mt={12} onClick={() => void found.fetchNextPage()}>
          {groups('historyMore')}
        </Button>
      )}
    </SideDrawer>
  );
}
