import { Select } from '@mantine/core';
import {
  listWebhookDeliveries,
  listWebhooks,
  sendWebhookAgain,
  WebhookDeliveryState,
  type WebhookDelivery,
  type WebhookId,
} from '@strongroom/contract';
import { IconRefresh, IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { programs } from '../../lib/messages/programs.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { number } from '../../lib/t.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './programs.module.css';
import { aboutOf, DeliveryCard, deliveryColumns, DeliveryPill, refreshWebhooks } from './words.tsx';

const sorts = ['createdAt', '-createdAt'] as const;
const rowKey = (row: WebhookDelivery) => row.id;
const card = (row: WebhookDelivery) => <DeliveryCard delivery={row} />;

/** One delivery, and sending it again. */
function DeliveryDrawer({
  delivery,
  close,
}: {
  readonly delivery: WebhookDelivery | null;
  readonly close: () => void;
}) {
  const may = useCan('webhook.create');
  const action = useAction();
  return (
    <SideDrawer open={delivery !== null} close={close} size={520} title={programs('delivery')}>
      {delivery && (
        <div className={css.drawer}>
          <Details
            items={[
              [programs('state'), <DeliveryPill state={delivery.state} />],
              [programs('webhook'), <bdi>{delivery.webhook}</bdi>],
              [programs('event'), <span className="mono">{delivery.action}</span>],
              [programs('object'), <bdi>{aboutOf(delivery)}</bdi>],
              [programs('result'), delivery.why],
              [programs('status'), delivery.status === null ? null : String(delivery.status)],
              [programs('tries'), number(delivery.tries)],
              [programs('created'), exact(delivery.createdAt)],
              [programs('tried'), delivery.triedAt && exact(delivery.triedAt)],
            ]}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
          {may && delivery.state !== 'waiting' && (
            <div className={css.buttons}>
              <BusyButton
                busy={action.busy}
                variant="default"
                leftSection={<IconRefresh size={15} />}
                onClick={() =>
                  void action.run(async () => {
                    await ask(sendWebhookAgain, { webhookDeliveryId: delivery.id });
                    await refreshWebhooks();
                    toast({ message: programs('sentAgain') });
                    close();
                  })
                }
              >
                {programs('sendAgain')}
              </BusyButton>
            </div>
          )}
        </div>
      )}
    </SideDrawer>
  );
}

/** What became of each event that a webhook was to be told of. */
export function DeliveriesTab() {
  const [url, setUrl] = useUrlState(['search', 'state', 'webhook', 'sort'] as const);
  const { search = '', webhook } = url;
  const state = WebhookDeliveryState.options.find((one) => one === url.state);
  const sort = sorts.find((one) => one === url.sort);
  const [shown, setShown] = useState<WebhookDelivery | null>(null);
  const webhooks = useQuery({
    queryKey: [...keys.webhooks, 'names'],
    queryFn: ({ signal }) => ask(listWebhooks, { limit: 100 }, { signal }),
  });
  const filter = useMemo(
    () => ({
      ...(search ? { search } : {}),
      ...(state ? { state } : {}),
      ...(webhook ? { webhookId: webhook as WebhookId } : {}),
    }),
    [search, state, webhook],
  );
  const load = useCallback(
    ({ signal, sort: by, ...page }: PageAsk) => {
      const order = sorts.find((one) => one === by);
      return ask(listWebhookDeliveries, { ...page, ...(order ? { sort: order } : {}), ...filter }, { signal });
    },
    [filter],
  );
  const clear = () => setUrl({ search: undefined, state: undefined, webhook: undefined });
  return (
    <>
      <FilterBar
        search={search}
        onSearch={(text) => setUrl({ search: text })}
        placeholder={programs('filterDeliveries')}
        active={(state ? 1 : 0) + (webhook ? 1 : 0)}
        onClear={clear}
      >
        <Select
          aria-label={programs('webhook')}
          placeholder={programs('anyWebhook')}
          clearable
          data={(webhooks.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={webhook ?? null}
          onChange={(value) => setUrl({ webhook: value ?? undefined })}
        />
        <Select
          aria-label={programs('state')}
          placeholder={programs('allStates')}
          clearable
          data={WebhookDeliveryState.options.map((value) => ({ value, label: programs(`delivery-${value}`) }))}
          value={state ?? null}
          onChange={(value) => setUrl({ state: value ?? undefined })}
        />
      </FilterBar>
      <Grid
        label={programs('tab-deliveries')}
        queryKey={[...keys.webhooks, 'deliveries', filter]}
        load={load}
        columns={deliveryColumns}
        rowKey={rowKey}
        sort={sort ?? '-createdAt'}
        onSort={(next) => setUrl({ sort: next })}
        onOpen={setShown}
        card={card}
        refetchInterval={5000}
        filtered={search !== '' || state !== undefined || webhook !== undefined}
        onClear={clear}
        empty={
          <EmptyState icon={IconWebhook} title={programs('deliveriesEmpty')} text={programs('deliveriesEmptyHelp')} />
        }
      />
      <DeliveryDrawer delivery={shown} close={() => setShown(null)} />
    </>
  );
}
