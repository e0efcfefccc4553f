import { Button, SegmentedControl } from '@mantine/core';
import {
  discardImport,
  downloadSkippedLines,
  listImportLines,
  runImport,
  undoImport,
  type Import,
  type ImportLine,
  type LineOutcome,
  type Task,
} from '@strongroom/contract';
import { IconDownload, IconListCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys, queries } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import { fetchFile, saveFile } from '../../lib/transfer.ts';
import { TaskProgress } from '../../parts/tasks/TaskProgress.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { toast } from '../../ui/toast.tsx';
import { AskDialog } from '../../parts/tasks/AskDialog.tsx';
import css from './import.module.css';
import { lineCard, lineColumns } from './lines.tsx';

type Shown = 'all' | LineOutcome;
const rowKey = (line: ImportLine) => String(line.line);

/** The third and fourth step: what the file would do, or did, line by line, and what can be done next. */
export function Report(props: {
  readonly one: Import;
  readonly task: Task | undefined;
  readonly going: boolean;
  readonly remap: () => void;
  readonly leave: () => void;
}) {
  const { one, task, going } = props;
  const { id } = one;
  const [shown, setShown] = useState<Shown>('all');
  const [asking, setAsking] = useState<'undo' | 'discard' | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const queryKey = useMemo(() => [...keys.import(id), 'lines', shown, one.state], [id, shown, one.state]);
  const load = useCallback(
    ({ offset, limit, signal }: PageAsk) =>
      ask(listImportLines, { importId: id, offset, limit, ...(shown === 'all' ? {} : { outcome: shown }) }, { signal }),
    [id, shown],
  );
  const follow = (reply: { readonly import: Import; readonly task: Task }) => {
    queries.setQueryData(keys.task(reply.task.id), reply.task);
    queries.setQueryData(keys.import(id), reply.import);
  };
  const attempt = async (work: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const run = () => attempt(async () => follow(await ask(runImport, { importId: id })));
  const download = () =>
    attempt(async () => {
      const file = await fetchFile(
        downloadSkippedLines,
        { importId: id },
        { signal: new AbortController().signal, onProgress: () => undefined },
      );
      saveFile(file.name ?? 'skipped-lines.csv', file.content);
    });
  if (going && task)
    return (
      <section className={`card ${css.card}`} aria-live="polite">
        <h2>
          {imports(task.kind === 'import.check' ? 'checking' : task.kind === 'import.undo' ? 'undoing' : 'running')}
        </h2>
        <TaskProgress task={task} />
      </section>
    );
  const todo = one.created + one.merged;
  const title =
    one.state === 'checked'
      ? 'checked'
      : one.state === 'undone'
        ? 'undone'
        : one.state === 'failed'
          ? 'stopped'
          : 'done';
  const left = one.state === 'undone' && task ? task.failed : 0;
  return (
    <>
      <section className={`card ${css.card}`} aria-label={imports(title)}>
        <h2>{imports(title)}</h2>
        {one.why && <p>{one.why}</p>}
        {one.kind === 'user' && one.state === 'done' && one.options.invite && one.created > 0 && (
          <p>{imports('invited')}</p>
        )}
        {one.state === 'failed' && <p>{imports('stoppedHelp')}</p>}
        {one.state === 'checked' && todo === 0 && <p role="alert">{imports('nothingToDo')}</p>}
        {left > 0 && task && (
          <p>
            {imports('left', { count: left })}.{' '}
            <Link to={`/tasks/${task.id}`} className="link">
              {imports('showLeft')}
            </Link>
          </p>
        )}
        <dl className={css.counts}>
          {(['lines', 'created', 'merged', 'skipped'] as const).map((name) => (
            <div key={name}>
              <dt>{imports(name)}</dt>
              <dd className="num">{number(one[name])}</dd>
            </div>
          ))}
        </dl>
        {error !== null && <ErrorBox error={error} />}
        <div className={css.actions}>
          {one.state === 'checked' && (
            <>
              <Button onClick={() => void run()} loading={busy} disabled={todo === 0}>
                {imports('run', { count: todo })}
              </Button>
              <Button variant="default" onClick={props.remap}>
                {imports('recheck')}
              </Button>
            </>
          )}
          {one.state !== 'checked' && (
            <Button component={Link} to={one.kind === 'resource' ? '/resources' : '/admin/users'}>
              {imports(one.kind === 'resource' ? 'show' : 'showUsers')}
            </Button>
          )}
          {one.skipped > 0 && one.fileKept && (
            <Button
              variant="default"
              leftSection={<IconDownload size={15} aria-hidden />}
              title={imports('skippedHelp')}
              onClick={() => void download()}
            >
              {imports('skippedFile')}
            </Button>
          )}
          {one.undoUntil && (
            <Button variant="default" onClick={() => setAsking('undo')}>
              {imports('undo')}
            </Button>
          )}
          {one.state !== 'checked' && (
            <Button variant="default" onClick={props.leave}>
              {imports('another')}
            </Button>
          )}
          <Button variant="subtle" color="gray" onClick={() => setAsking('discard')}>
            {imports('discard')}
          </Button>
        </div>
      </section>
      <section className={`card ${css.card}`} aria-label={imports('lines')}>
        <SegmentedControl
          className={css.segments}
          aria-label={imports('outcome')}
          value={shown}
          onChange={(value) => setShown(value as Shown)}
          data={(['all', 'created', 'merged', 'skipped'] as const).map((value) => ({ value, label: imports(value) }))}
        />
        <div className={css.list}>
          <Grid
            label={imports('lines')}
            queryKey={queryKey}
            load={load}
            columns={lineColumns}
            rowKey={rowKey}
            card={lineCard}
            cardHeight={72}
            dense
            empty={<EmptyState icon={IconListCheck} title={imports('noLines')} />}
          />
        </div>
      </section>
      <AskDialog
        open={asking !== null}
        close={() => setAsking(null)}
        title={imports(asking === 'discard' ? 'discardTitle' : 'undoTitle', { name: one.fileName })}
        body={
          asking === 'discard'
            ? imports('discardHelp')
            : imports('undoHelp', { until: one.undoUntil ? exact(one.undoUntil) : '' })
        }
        keep={imports(asking === 'discard' ? 'discardKeep' : 'undoKeep')}
        go={imports(asking === 'discard' ? 'discard' : 'undo')}
        does={async () => {
          if (asking === 'undo') {
            follow(await ask(undoImport, { importId: id }));
            return;
          }
          await ask(discardImport, { importId: id });
          toast({ message: imports('discarded') });
          void queries.invalidateQueries({ queryKey: keys.imports });
          props.leave();
        }}
      />
    </>
  );
}
