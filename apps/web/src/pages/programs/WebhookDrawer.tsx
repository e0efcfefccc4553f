import { Button } from '@mantine/core';
import {
  deleteWebhook,
  readWebhook,
  renewWebhookSecret,
  switchWebhook,
  testWebhook,
  type WebhookId,
} from '@strongroom/contract';
import { IconFlask, IconKey, IconPencil, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { programs } from '../../lib/messages/programs.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from '../users/AskDialog.tsx';
import css from './programs.module.css';
import { WebhookDialog } from './WebhookDialog.tsx';
import { refreshWebhooks, StatePill } from './words.tsx';

/** One webhook: where it stands, and what can be done with it. */
export function WebhookDrawer(props: {
  readonly id: string | null;
  readonly close: () => void;
  readonly showSecret: (secret: string) => void;
}) {
  const { id, close, showSecret } = props;
  const may = useCan('webhook.create');
  const action = useAction();
  const [dialog, setDialog] = useState<'edit' | 'off' | 'renew' | 'delete' | null>(null);
  const webhookId = id as WebhookId;
  const found = useQuery({
    queryKey: [...keys.webhooks, 'one', id],
    queryFn: ({ signal }) => ask(readWebhook, { webhookId }, { signal }),
    enabled: id !== null,
    refetchInterval: 5000,
  });
  const webhook = id === null ? undefined : found.data;
  const over = () => setDialog(null);
  const turn = async (on: boolean) => {
    await ask(switchWebhook, { webhookId, on });
    await refreshWebhooks();
  };
  return (
    <>
      <SideDrawer open={id !== null} close={close} size={560} title={webhook?.name ?? programs('webhook')}>
        {found.isPending && <Bones />}
        {found.isError && !webhook && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {webhook && (
          <div className={css.drawer}>
            {webhook.state === 'paused' && <p className={css.note}>{programs('pausedHelp')}</p>}
            <Details
              items={[
                [programs('state'), <StatePill webhook={webhook} />],
                [
                  programs('url'),
                  <span className={`mono ${css.address}`} dir="ltr">
                    {webhook.url}
                  </span>,
                ],
                [programs('events'), <span className={`mono ${css.address}`}>{webhook.events.join(' ')}</span>],
                [
                  programs('outcomes'),
                  webhook.outcomes
                    .filter((one) => one !== 'done')
                    .map((one) => programs(`outcome-${one}`))
                    .join(', '),
                ],
                [programs('why'), webhook.why],
                [programs('since'), webhook.failingSince && exact(webhook.failingSince)],
                [programs('nextTry'), webhook.nextTryAt && exact(webhook.nextTryAt)],
                [programs('waiting'), webhook.waiting > 0 ? programs('waitingSome', { n: webhook.waiting }) : null],
                [programs('missed'), webhook.missed > 0 ? programs('missedSome', { n: webhook.missed }) : null],
                [programs('last'), webhook.lastDeliveredAt ? exact(webhook.lastDeliveredAt) : programs('never')],
                [programs('changedBy'), programs('byAt', { name: webhook.changedBy, at: exact(webhook.changedAt) })],
              ]}
            />
            <Link to="/admin/api/deliveries" search={{ webhook: webhook.id } as never} className="link">
              {programs('itsDeliveries')}
            </Link>
            {action.error !== null && <ErrorBox error={action.error} />}
            {may && (
              <div className={css.buttons}>
                <Button leftSection={<IconPencil size={15} />} onClick={() => setDialog('edit')}>
                  {programs('edit')}
                </Button>
                <BusyButton
                  busy={action.busy}
                  variant="default"
                  leftSection={<IconFlask size={15} />}
                  disabled={webhook.state !== 'on'}
                  onClick={() =>
                    void action.run(async () => {
                      await ask(testWebhook, { webhookId });
                      await refreshWebhooks();
                      toast({ message: programs('testSent') });
                    })
                  }
                >
                  {programs('test')}
                </BusyButton>
                {webhook.state === 'on' ? (
                  <Button
                    variant="default"
                    leftSection={<IconPlayerPause size={15} />}
                    onClick={() => setDialog('off')}
                  >
                    {programs('turnOff')}
                  </Button>
                ) : (
                  <Button
                    variant="default"
                    leftSection={<IconPlayerPlay size={15} />}
                    disabled={action.busy}
                    onClick={() => void action.run(() => turn(true))}
                  >
                    {programs('turnOn')}
                  </Button>
                )}
                <Button variant="default" leftSection={<IconKey size={15} />} onClick={() => setDialog('renew')}>
                  {programs('renew')}
                </Button>
                <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => setDialog('delete')}>
                  {programs('remove')}
                </Button>
              </div>
            )}
          </div>
        )}
      </SideDrawer>
      {webhook && dialog === 'edit' && (
        <WebhookDialog webhook={webhook} close={over} done={(secret) => secret !== null && showSecret(secret)} />
      )}
      {webhook && (
        <>
          <AskDialog
            open={dialog === 'off'}
            close={over}
            title={programs('offTitle', { name: webhook.name })}
            body={programs('offText')}
            keep={programs('keepOn')}
            go={programs('turnOff')}
            does={() => turn(false)}
          />
          <AskDialog
            open={dialog === 'renew'}
            close={over}
            title={programs('renewTitle', { name: webhook.name })}
            body={programs('renewText')}
            keep={programs('keep')}
            go={programs('renewGo')}
            does={async () => showSecret((await ask(renewWebhookSecret, { webhookId })).secret)}
          />
          <AskDialog
            open={dialog === 'delete'}
            close={over}
            title={programs('removeTitle', { name: webhook.name })}
            body={programs('removeText')}
            keep={programs('keep')}
            go={programs('remove')}
            danger
            does={async () => {
              await ask(deleteWebhook, { webhookId });
              close();
              await refreshWebhooks();
              toast({ message: programs('removed') });
            }}
          />
        </>
      )}
    </>
  );
}
