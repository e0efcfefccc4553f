import { IconListTree } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { groups } from '../../lib/messages/groups.ts';
import { ExplorerTree } from '../../parts/groups/ExplorerTree.tsx';
import { useExplorer } from '../../parts/groups/use-explorer.ts';
import { useOpen, useReveal } from '../../parts/groups/use-open.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './trees.module.css';
import type { View } from './views.ts';

/** The trees of groups below the views of Home; a group lists its accounts. */
export default function Trees(props: {
  readonly node: string | undefined;
  readonly phone: boolean;
  readonly go: (view: View, node?: string) => void;
}) {
  const { node, go } = props;
  const opened = useOpen();
  const { lines, explorer, error, retry } = useExplorer(opened.open);
  // In the organisation's tree a group stands at a node of another id.
  const selected = node === undefined ? undefined : lines.find((line) => line.of?.groupId === node)?.id;
  useReveal(opened, lines, selected);
  return (
    <>
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
    </>
  );
}
