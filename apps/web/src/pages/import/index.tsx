import { readImport, type Import, type ImportKind } from '@strongroom/contract';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys, queries } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { isGoing, useTask } from '../../parts/tasks/use-task.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ChooseStep } from './ChooseStep.tsx';
import css from './import.module.css';
import { MapStep } from './MapStep.tsx';
import { Report } from './Report.tsx';

const steps = ['choose', 'map', 'check', 'result'] as const;
type Step = (typeof steps)[number];

/** Which step an import is at, by its state; `remap` when its checker wants other columns. */
function stepOf(one: Import | undefined, checking: boolean, remap: boolean): Step {
  if (!one) return 'choose';
  if (one.state === 'uploaded') return checking ? 'check' : 'map';
  if (one.state === 'checked') return remap ? 'map' : 'check';
  return 'result';
}

function Steps({ at }: { readonly at: Step }) {
  const now = steps.indexOf(at);
  return (
    <ol className={css.steps} aria-label={imports('steps', { step: now + 1, steps: steps.length })}>
      {steps.map((step, i) => (
        <li key={step} aria-current={i === now ? 'step' : undefined} data-done={i < now || undefined}>
          <span className={css.mark} aria-hidden>
            {i < now ? <IconCheck size={14} /> : i + 1}
          </span>
          {imports(`step-${step}`)}
        </li>
      ))}
    </ol>
  );
}

/** The import of a file in four steps: choose, columns, check, result. Which import is in the address, so that it can be come back to. */
function ImportPage({ kind: ofAddress }: { readonly kind: ImportKind }) {
  const [url, setUrl] = useUrlState(['id'] as const);
  const id = url.id ?? null;
  const { data, error, refetch } = useQuery<Import>({
    queryKey: keys.import(id ?? ''),
    queryFn: ({ signal }) => ask(readImport, { importId: id as never }, { signal }),
    enabled: id !== null,
    staleTime: 0,
  });
  const one = id === null ? undefined : data;
  // A task leads to its import by its id alone.
  const kind = one?.kind ?? ofAddress;
  const task = useTask(one?.taskId ?? null).data;
  const going = one?.taskId ? isGoing(task) || task === undefined : false;
  const [remap, setRemap] = useState(false);
  useEffect(() => {
    // The task has ended: the import has another state now, and lists hold other things.
    if (!going && task && id !== null) void queries.invalidateQueries();
  }, [going, task?.id, task?.state, id]);
  const open = useCallback((next: string | undefined) => setUrl({ id: next }, { push: true }), [setUrl]);
  const step = stepOf(one, going, remap);
  return (
    <div className={css.page}>
      <div className={css.wrap}>
        <PageHeader
          title={imports(`title-${kind}`)}
          sub={
            <span className={css.sub}>
              <Link to={kind === 'resource' ? '/resources' : '/admin/users'} className="link">
                {imports(`back-${kind}`)}
              </Link>
              <span>{one ? <bdi>{one.fileName}</bdi> : imports(`sub-${kind}`)}</span>
            </span>
          }
        />
        <Steps at={step} />
        <div className={css.body}>
          {error && !one && <ErrorBox error={error} retry={() => void refetch()} />}
          {step === 'choose' && id === null && <ChooseStep kind={kind} open={open} />}
          {one && step === 'map' && (
            <MapStep key={one.id} one={one} done={() => setRemap(false)} discarded={() => open(undefined)} />
          )}
          {one && (step === 'check' || step === 'result') && (
            <Report one={one} task={task} going={going} remap={() => setRemap(true)} leave={() => open(undefined)} />
          )}
        </div>
      </div>
    </div>
  );
}

/** The import of resources and their accounts. */
export const ResourceImport = () => <ImportPage kind="resource" />;
/** The import of users. */
export const UserImport = () => <ImportPage kind="user" />;
