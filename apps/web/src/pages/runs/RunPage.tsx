import { ActionIcon, Button, Select } from '@mantine/core';
import {
  listRunItems,
  readRun,
  startRunCall,
  stopRun,
  type Run,
  type RunItem,
  type RunItemState,
} from '@strongroom/contract';
import { IconDownload, IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { ask, base } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { runs } from '../../lib/messages/runs.ts';
import { keys, queries } from '../../lib/query.ts';
import { useWhenDone } from '../../lib/use-when-done.ts';
import { useMe } from '../../lib/session.tsx';
import { number } from '../../lib/t.ts';
import { faults, outcomes, RunStatePill, startedBy, sums } from '../../parts/runs/outcomes.tsx';
import { AskDialog } from '../../parts/tasks/AskDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { itemCard, itemColumns } from './columns.tsx';
import { RunBar } from './RunBar.tsx';
import css from './runs.module.css';

const rowKey = (item: RunItem) => String(item.n);

/** One run: how far it is, and what became of each account. */
export default function RunPage() {
  const { runId } = useParams({ strict: false }) as { runId: string };
  const { data, error, refetch } = useQuery<Run>({
    queryKey: keys.run(runId),
    queryFn: ({ signal }) => ask(readRun, { runId }, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? 10_000 : 1000),
  });
  if (error && !data)
    return (
      <div className={css.page}>
        <PageHeader title={runs('title')} />
        <ErrorBox error={error} retry={() => void refetch()} />
      </div>
    );
  return data ? <Shown run={data} /> : <div className={css.page} aria-busy />;
}

/** The accounts of a run that somebody should look at, page by page. */
async function faultyOf(run: Run): Promise<RunItem['accountId'][]> {
  const ids: RunItem['accountId'][] = [];
  for (const state of faults)
    for (let offset = 0; offset < run.counts[state]; offset += 500) {
      const page = await ask(listRunItems, { runId: run.id, state, limit: 500, offset });
      ids.push(...page.items.map((item) => item.accountId));
    }
  return ids;
}

function Shown({ run }: { readonly run: Run }) {
  const navigate = useNavigate();
  const { permits } = useMe();
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<RunItemState | 'all'>('all');
  const going = run.state === 'running';
  const bad = sums(run).faults;
  const queryKey = useMemo(() => [...keys.run(run.id), 'items', state], [run.id, state]);
  useWhenDone(going, queryKey);
  const load = useCallback(
    ({ offset, limit, signal }: PageAsk) =>
      ask(listRunItems, { runId: run.id, offset, limit, ...(state === 'all' ? {} : { state }) }, { signal }),
    [run.id, state],
  );
  const columns = useMemo(() => itemColumns(run.kind), [run.kind]);
  const card = useMemo(() => itemCard(run.kind), [run.kind]);
  const open = useCallback(
    (item: RunItem) => {
      if (item.resourceId) void navigate({ to: `/resources/${item.resourceId}` });
    },
    [navigate],
  );
  const retry = async () => {
    try {
      const accountIds = (await faultyOf(run)).filter((id) => id !== null);
      const again = await ask(startRunCall, {
        kind: run.kind,
        selection: { accountIds },
        ...(run.reason ? { reason: run.reason } : {}),
        ...(run.ticket ? { ticket: run.ticket } : {}),
      });
      await queries.invalidateQueries({ queryKey: keys.runs });
      await navigate({ to: `/runs/${again.id}` });
    } catch (failure) {
      toastProblem(failure);
    }
  };
  return (
    <div className={css.page}>
      <PageHeader
        title={run.title}
        sub={
          <span className={css.sub}>
            <Link to="/runs" className="link">
              {runs('title')}
            </Link>
            <RunStatePill run={run} />
            <span>{startedBy(run)}</span>
            <span title={exact(run.endedAt ?? run.startedAt)}>
              {run.endedAt
                ? runs('endedAt', { when: ago(run.endedAt) })
                : runs('startedAt', { when: ago(run.startedAt) })}
            </span>
            {run.reason && <span className="trunc">‘{run.reason}’</span>}
          </span>
        }
      >
        {!going && bad > 0 && <Button onClick={() => void retry()}>{runs('retry')}</Button>}
        {going && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {runs('stop')}
          </Button>
        )}
      </PageHeader>
      <RunBar run={run} />
      <div className={css.tools}>
        <Select
          size="xs"
          w={200}
          aria-label={runs('outcome')}
          value={state}
          allowDeselect={false}
          onChange={(value) => setState((value ?? 'all') as typeof state)}
          data={(['all', ...outcomes] as const).map((one) => ({
            value: one,
            label: `${runs(`item-${one}`)} (${number(one === 'all' ? run.total : run.counts[one])})`,
          }))}
        />
        {permits.exportPlain && (
          <ActionIcon
            component="a"
            size={32}
            variant="subtle"
            color="gray"
            href={`${base}/runs/${run.id}/results`}
            download
            aria-label={runs('csv')}
            title={runs('csv')}
          >
            <IconDownload size={16} />
          </ActionIcon>
        )}
      </div>
      <Grid
        label={runs('accounts')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        rowKey={rowKey}
        rowName={(item) => item.name}
        onOpen={open}
        card={card}
        cardHeight={76}
        refetchInterval={going ? 1500 : 15_000}
        empty={<EmptyState icon={IconListCheck} title={runs('noItems')} />}
      />
      <AskDialog
        open={asking}
        close={() => setAsking(false)}
        title={runs('stopTitle', { name: run.title })}
        body={runs('stopHelp')}
        keep={runs('keep')}
        go={runs('stop')}
        does={async () => {
          await ask(stopRun, { runId: run.id });
          toast({ message: runs('stopped') });
          await queries.invalidateQueries({ queryKey: keys.run(run.id) });
        }}
      />
    </div>
  );
}
