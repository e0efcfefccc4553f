import { Button } from '@mantine/core';
import { listConsumers, removeConsumer, type Account, type Consumer } from '@strongroom/contract';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { consumers } from '../../lib/messages/consumers.ts';
import { keys } from '../../lib/query.ts';
import { AskDialog } from '../../pages/users/AskDialog.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { refreshConsumers } from './refresh-consumers.ts';
import css from './used-by.module.css';

const ConsumerDialog = lazy(() => import('./ConsumerDialog.tsx'));

/** XTR-15: what is declared to use an account's password, in the order in which it is to be told of a new one. */
export default function UsedBy({ account }: { readonly account: Account }) {
  const [open, setOpen] = useState<Consumer | 'new' | null>(null);
  const [removing, setRemoving] = useState<Consumer | null>(null);
  const may = account.can.includes('account.update');
  const query = useQuery({
    queryKey: keys.consumers(account.id),
    queryFn: ({ signal }) => ask(listConsumers, { accountId: account.id }, { signal }),
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const { items } = query.data;
  const add = may && (
    <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setOpen('new')}>
      {consumers('add')}
    </Button>
  );
  return (
    <div className={css.tab}>
      {items.length === 0 ? (
        <EmptyState icon={IconPlugConnected} title={consumers('empty')} text={consumers('emptyText')}>
          {add}
        </EmptyState>
      ) : (
        <>
          <p className="dim">{consumers('intro')}</p>
          <ul className={css.list}>
            {items.map((one) => (
              <li key={one.id}>
                <div>
                  <b>
                    <bdi>{one.name}</bdi>
                  </b>
                  <span className="dim">
                    {consumers(`kind-${one.kind}`)}
                    {one.contact && ` · ${one.contact}`}
                  </span>
                  {one.probeUrl && (
                    <a className="link trunc" href={one.probeUrl} target="_blank" rel="noreferrer noopener">
                      {one.probeUrl}
                    </a>
                  )}
                  {one.note && <span className={css.note}>{one.note}</span>}
                </div>
                {may && (
                  <span className={css.buttons}>
                    <button
                      type="button"
                      className="link"
                      aria-label={consumers('edit', { name: one.name })}
                      onClick={() => setOpen(one)}
                    >
                      {consumers('change')}
                    </button>
                    <button
                      type="button"
                      className="link"
                      aria-label={consumers('remove', { name: one.name })}
                      onClick={() => setRemoving(one)}
                    >
                      {consumers('removeGo')}
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
          {add}
        </>
      )}
      {open !== null && (
        <Suspense fallback={null}>
          <ConsumerDialog
            accountId={account.id}
            consumer={open === 'new' ? null : open}
            next={(items.at(-1)?.position ?? 0) + 1}
            close={() => setOpen(null)}
          />
        </Suspense>
      )}
      {removing && (
        <AskDialog
          open
          close={() => setRemoving(null)}
          title={consumers('removeTitle', { name: removing.name })}
          body={consumers('removeText')}
          keep={consumers('keep')}
          go={consumers('removeGo')}
          danger
          does={async () => {
            await ask(removeConsumer, { accountId: account.id, consumerId: removing.id });
            toast({ message: consumers('removed', { name: removing.name }) });
            await refreshConsumers(account.id);
          }}
        />
      )}
    </div>
  );
}
