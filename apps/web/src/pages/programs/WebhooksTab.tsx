import { Button } from '@mantine/core';
import { listWebhooks, type Webhook } from '@strongroom/contract';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { programs } from '../../lib/messages/programs.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import css from './programs.module.css';
import { WebhookCard, webhookColumns } from './words.tsx';

const WebhookDialog = lazy(() => import('./WebhookDialog.tsx').then((part) => ({ default: part.WebhookDialog })));
const WebhookSecret = lazy(() => import('./WebhookDialog.tsx').then((part) => ({ default: part.WebhookSecret })));
const WebhookDrawer = lazy(() => import('./WebhookDrawer.tsx').then((part) => ({ default: part.WebhookDrawer })));

const sorts = ['name', '-name', 'changedAt', '-changedAt'] as const;
const rowKey = (row: Webhook) => row.id;
const card = (row: Webhook) => <WebhookCard webhook={row} />;

/** Every webhook, and where it stands. */
export function WebhooksTab() {
  const [url, setUrl] = useUrlState(['search', 'sort', 'webhook'] as const);
  const { search = '' } = url;
  const sort = sorts.find((one) => one === url.sort);
  const may = useCan('webhook.create');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const load = useCallback(
    ({ signal, sort: by, ...page }: PageAsk) => {
      const order = sorts.find((one) => one === by);
      return ask(
        listWebhooks,
        { ...page, ...(order ? { sort: order } : {}), ...(search ? { search } : {}) },
        { signal },
      );
    },
    [search],
  );
  const open = useCallback((row: Webhook) => setUrl({ webhook: row.id }, { push: true }), [setUrl]);
  const add = may && (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
      {programs('add')}
    </Button>
  );
  return (
    <>
      <div className={css.bar}>
        <FilterBar
          search={search}
          onSearch={(text) => setUrl({ search: text })}
          placeholder={programs('filter')}
          active={0}
          onClear={() => setUrl({ search: undefined })}
        />
        {add}
      </div>
      <Grid
        label={programs('tab-webhooks')}
        queryKey={[...keys.webhooks, 'list', search]}
        load={load}
        columns={webhookColumns}
        rowKey={rowKey}
        sort={sort ?? 'name'}
        onSort={(next) => setUrl({ sort: next })}
        onOpen={open}
        card={card}
        refetchInterval={5000}
        filtered={search !== ''}
        onClear={() => setUrl({ search: undefined })}
        empty={
          <EmptyState icon={IconWebhook} title={programs('empty')} text={programs('emptyHelp')}>
            {may && (
              <Button leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
                {programs('addFirst')}
              </Button>
            )}
          </EmptyState>
        }
      />
      <Suspense fallback={null}>
        {url.webhook !== undefined && (
          <WebhookDrawer id={url.webhook} close={() => setUrl({ webhook: undefined })} showSecret={setSecret} />
        )}
        {adding && <WebhookDialog webhook={null} close={() => setAdding(false)} done={setSecret} />}
        {secret !== null && <WebhookSecret secret={secret} close={() => setSecret(null)} />}
      </Suspense>
    </>
  );
}
