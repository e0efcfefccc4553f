import { listAccounts } from '@strongroom/contract';
import { IconListTree } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { home } from '../../lib/messages/home.ts';
import { keys } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import { ExplorerTree } from '../../parts/groups/ExplorerTree.tsx';
import { useExplorer } from '../../parts/groups/use-explorer.ts';
import { useOpen, useReveal } from '../../parts/groups/use-open.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './home.module.css';
import { viewIcons, views, type View } from './views.ts';

/** The views of Home with how much is in each, and below them the trees of groups. */
export function Explorer(props: {
  readonly view: View;
  /** The group whose accounts are listed, where it is one. */
  readonly node: string | undefined;
  readonly phone: boolean;
  readonly go: (view: View, node?: string) => void;
}) {
  const { view, node, go } = props;
  const totals = useQueries({
    queries: views.map((one) => ({
      queryKey: [...keys.accounts, 'count', one],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await ask(listAccounts, { view: one, limit: 1 }, { signal })).total,
    })),
  });
  const opened = useOpen();
  const { lines, explorer, error, retry } = useExplorer(opened.open);
  // In the organisation's tree a group stands at a node of another id.
  const selected = node === undefined ? undefined : lines.find((line) => line.of?.groupId === node)?.id;
  useReveal(opened, lines, selected);
  return (
    <div className={css.explorer}>
      <h2>{home('explorer')}</h2>
      <ul>
        {views.map((one, index) => {
          const Glyph = viewIcons[one];
          const total = totals[index]?.data;
          const on = node === undefined && view === one;
          return (
            <li key={one}>
              <button type="button" data-on={on || undefined} aria-current={on || undefined} onClick={() => go(one)}>
                <Glyph size={16} stroke={1.6} aria-hidden />
                <span>{home(`view-${one}`)}</span>
                {total !== undefined && <em className="num">{number(total)}</em>}
              </button>
            </li>
          );
        })}
      </ul>
      <div className={css.treesHead}>
        <h2>{groups('trees')}</h2>
        {explorer?.mayArrange && (
          <Link
            to="/resources/groups/tree"
            className={css.arrange}
            aria-label={groups('arrange')}
            title={groups('arrange')}
          >
            <IconListTree size={16} stroke={1.6} aria-hidden />
          </Link>
        )}
      </div>
      <div className={css.trees}>
        {explorer ? (
          lines.length === 0 ? (
            <p className="dim">{groups('emptyShared')}</p>
          ) : (
            <ExplorerTree
              nodes={lines}
              open={opened.open}
              onOpen={opened.set}
              selected={selected}
              rowHeight={props.phone ? 40 : 30}
              onSelect={(line) => {
                if (line.of?.groupId) go('all', line.of.groupId);
                else opened.set(line, !opened.open.has(line.id));
              }}
            />
          )
        ) : error ? (
          <ErrorBox error={error} retry={retry} />
        ) : (
          <Bones />
        )}
      </div>
    </div>
  );
}
