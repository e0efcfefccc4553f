import { readListenerFile, type ListenerId, type ListenerVersion } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { diffLines, folded, type DiffLine } from '../../lib/line-diff.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { linesOfText, textOf, unmasked } from './file-text.ts';
import css from './listeners.module.css';

type Which = 'file' | 'companion';

/** The text of one file of one version; null where there is none to read. It is forgotten when nobody looks any more. */
function useFile(listenerId: ListenerId, version: ListenerVersion | null, which: Which) {
  const there = version?.[which] ?? null;
  return useQuery({
    queryKey: ['listener-file', listenerId, version?.version ?? 0, which],
    queryFn: async ({ signal }) => {
      const asked = { listenerId, listenerVersion: version?.version ?? 0, which };
      return textOf((await ask(readListenerFile, asked, { signal })).base64);
    },
    enabled: there !== null,
    gcTime: 0,
    staleTime: Infinity,
  });
}

const marks = { added: '+', removed: '−', same: ' ' } as const;

/** Lines with what became of them. */
export function Diff({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }) {
  return (
    // Reachable by keyboard, as it scrolls. The text of scripts is read from left to right everywhere.
    <section className={css.code} aria-label={label} tabIndex={0} dir="ltr">
      {folded(lines).map((line, at) =>
        line.is === 'fold' ? (
          <div key={at} className={css.fold}>
            {listeners('same', { count: line.count })}
          </div>
        ) : (
          <div key={at} data-is={line.is}>
            <i aria-hidden>{marks[line.is]}</i>
            {line.is !== 'same' && <span className="sr">{listeners(line.is === 'added' ? 'added' : 'taken')} </span>}
            <code>{unmasked(line.text)}</code>
          </div>
        ),
      )}
    </section>
  );
}

/** A text with its line numbers; beside a former one, what changed since. */
export function CodeText(props: {
  readonly label: string;
  readonly text: string;
  readonly before?: string | null | undefined;
}) {
  const lines = linesOfText(props.text);
  if (typeof props.before === 'string')
    return <Diff lines={diffLines(linesOfText(props.before), lines)} label={props.label} />;
  return (
    <section className={css.code} aria-label={props.label} tabIndex={0} dir="ltr">
      {lines.map((line, at) => (
        <div key={at}>
          <i aria-hidden>{at + 1}</i>
          <code>{unmasked(line)}</code>
        </div>
      ))}
    </section>
  );
}

/** A file of a listener; beside a former version, what changed since. */
export function FileCode(props: {
  readonly listenerId: ListenerId;
  readonly version: ListenerVersion;
  readonly since?: ListenerVersion | null;
  readonly which: Which;
}) {
  const { listenerId, version, which } = props;
  const before = props.since ?? null;
  const unchanged = before?.[which]?.sha256 === version[which]?.sha256;
  const now = useFile(listenerId, version, which);
  const then = useFile(listenerId, unchanged ? null : before, which);
  const file = version[which];
  if (!file) return null;
  if (now.isError) return <ErrorBox error={now.error} retry={() => void now.refetch()} />;
  if (now.data === undefined || then.isLoading) return <Bones lines={[70, 50, 80]} />;
  if (now.data === null) return <p className={css.program}>{listeners('program', { sha256: file.sha256 })}</p>;
  return <CodeText label={file.name} text={now.data} before={before && !unchanged ? (then.data ?? null) : null} />;
}
