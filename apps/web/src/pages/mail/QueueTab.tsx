import { Button, Select } from '@mantine/core';
import { deleteMail, listMails, MailState, retryFailedMails, retryMail, type QueuedMail } from '@strongroom/contract';
import { IconMail, IconRefresh } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { mail as words } from '../../lib/messages/mail.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from '../users/AskDialog.tsx';
import { MailCard, mailColumns, type Does } from './columns.tsx';

const sorts = ['createdAt', '-createdAt', 'to', '-to', 'state', '-state'] as const;
const rowKey = (mail: QueuedMail) => mail.id;
const rowName = (mail: QueuedMail) => mail.to;
const refresh = () => queries.invalidateQueries({ queryKey: keys.mail });

/** Every mail of the last weeks with what became of it; trying again, and taking out. */
export function QueueTab() {
  const [url, setUrl] = useUrlState(['search', 'state', 'sort'] as const);
  const may = useCan('mail.retry-failed');
  const [removing, setRemoving] = useState<QueuedMail | null>(null);
  const action = useAction();
  const state = MailState.options.find((one) => one === url.state);
  const sort = sorts.find((one) => one === url.sort);
  const search = url.search ?? '';
  const { run } = action;
  const does = useMemo<Does | null>(
    () =>
      may
        ? {
            retry: (mail) =>
              void run(async () => {
                await ask(retryMail, { mailId: mail.id });
                await refresh();
                toast({ message: words('retried') });
              }),
            remove: setRemoving,
          }
        : null,
    [may, run],
  );
  const columns = useMemo(() => mailColumns(does), [does]);
  const load = useMemo(
    () =>
      ({ signal, sort: _, ...page }: PageAsk) =>
        ask(
          listMails,
          { ...page, ...(sort ? { sort } : {}), ...(state ? { state } : {}), ...(search ? { search } : {}) },
          { signal },
        ),
    [sort, state, search],
  );
  const clear = () => setUrl({ search: undefined, state: undefined });
  return (
    <>
      <FilterBar
        search={search}
        onSearch={(text) => setUrl({ search: text })}
        placeholder={words('filter')}
        active={state ? 1 : 0}
        onClear={clear}
        end={
          may && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={15} />}
              disabled={action.busy}
              onClick={() =>
                void action.run(async () => {
                  const { mails } = await ask(retryFailedMails, {});
                  await refresh();
                  toast({ message: words('retriedAll', { count: mails }) });
                })
              }
            >
              {words('retryAll')}
            </Button>
          )
        }
      >
        <Select
          aria-label={words('state')}
          placeholder={words('allStates')}
          clearable
          data={MailState.options.map((value) => ({ value, label: words(`state-${value}`) }))}
          value={state ?? null}
          onChange={(value) => setUrl({ state: value ?? undefined })}
        />
      </FilterBar>
      {action.error !== null && <ErrorBox error={action.error} />}
      <Grid
        label={words('tabQueue')}
        queryKey={[...keys.mail, 'list', state ?? '', search]}
        load={load}
        columns={columns}
        rowKey={rowKey}
        rowName={rowName}
        sort={sort ?? '-createdAt'}
        onSort={(next) => setUrl({ sort: next })}
        card={(mail) => <MailCard mail={mail} does={does} />}
        refetchInterval={10_000}
        filtered={state !== undefined || search !== ''}
        onClear={clear}
        empty={<EmptyState icon={IconMail} title={words('empty')} text={words('emptyHelp')} />}
      />
      <AskDialog
        open={removing !== null}
        close={() => setRemoving(null)}
        title={words('removeTitle', { to: removing?.to ?? '' })}
        body={words('removeText')}
        keep={words('removeKeep')}
        go={words('remove')}
        danger
        does={async () => {
          if (!removing) return;
          await ask(deleteMail, { mailId: removing.id });
          await refresh();
          toast({ message: words('removed') });
        }}
      />
    </>
  );
}
