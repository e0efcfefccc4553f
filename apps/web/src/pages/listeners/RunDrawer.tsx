import { readListenerRun, retryListenerRun, type ListenerRunId } from '@strongroom/contract';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { number } from '../../lib/t.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { accountInWords, LookPill } from './columns.tsx';
import css from './listeners.module.css';
import { runLook } from './words.ts';

/** One run with what the listener wrote. */
export function RunDrawer({ id, close }: { readonly id: string | null; readonly close: () => void }) {
  const may = useCan('listener.create');
  const action = useAction();
  const found = useQuery({
    queryKey: [...keys.listenerRuns, 'one', id],
    queryFn: ({ signal }) => ask(readListenerRun, { listenerRunId: id as ListenerRunId }, { signal }),
    enabled: id !== null,
    // What it wrote may tell of machines: it is not kept when nobody looks.
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data && state.data.endedAt === null ? 2000 : false),
  });
  const run = found.data;
  return (
    <SideDrawer open={id !== null} close={close} size={640} title={run?.listener ?? listeners('tabRuns')}>
      {found.isPending && <Bones />}
      {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {run && (
        <div className={css.run}>
          <Details
            items={[
              [listeners('state'), <LookPill look={runLook(run.state)} />],
              [listeners('result'), run.why],
              [listeners('account'), <bdi>{accountInWords(run)}</bdi>],
              [listeners('ran'), run.version === null ? null : number(run.version)],
              [listeners('exitCode'), run.exitCode === null ? null : number(run.exitCode)],
              [listeners('tries'), run.tries > 1 ? number(run.tries) : null],
              [listeners('started'), exact(run.createdAt)],
              [listeners('ended'), run.endedAt === null ? null : exact(run.endedAt)],
              [listeners('nextTry'), run.nextTryAt === null ? null : exact(run.nextTryAt)],
            ]}
          />
          <h3>{listeners('output')}</h3>
          {run.output === null && !run.test && run.account === null ? (
            <p className="dim">{listeners('hiddenOutput')}</p>
          ) : run.output ? (
            <pre className={css.output} tabIndex={0} dir="ltr">
              {run.output}
            </pre>
          ) : (
            <p className="dim">{listeners('noOutput')}</p>
          )}
          {action.error !== null && <ErrorBox error={action.error} />}
          {may && run.endedAt !== null && (
            <div>
              <BusyButton
                busy={action.busy}
                variant="default"
                leftSection={<IconRefresh size={15} />}
                onClick={() =>
                  void action.run(async () => {
                    await ask(retryListenerRun, { listenerRunId: run.id });
                    await queries.invalidateQueries({ queryKey: keys.listenerRuns });
                    toast({ message: listeners('retried') });
                    close();
                  })
                }
              >
                {listeners('retry')}
              </BusyButton>
            </div>
          )}
        </div>
      )}
    </SideDrawer>
  );
}
