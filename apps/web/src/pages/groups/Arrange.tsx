import { Button, Select } from '@mantine/core';
import { IconCheck, IconFolderPlus, IconFolders, IconHistory, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { groups } from '../../lib/messages/groups.ts';
import { useMe } from '../../lib/session.tsx';
import { ExplorerTree } from '../../parts/groups/ExplorerTree.tsx';
import { useExplorer, type ExplorerLine } from '../../parts/groups/use-explorer.ts';
import { useOpen, useReveal } from '../../parts/groups/use-open.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { belowOf } from '../../ui/tree-rows.ts';
import list from '../resources/resources.module.css';
import css from './groups.module.css';
import { useNodeMenu, type NodeQuestion } from './NodeMenu.tsx';
import { moveLine } from './use-arrange.ts';

// Dialogs are fetched when one is opened.
const HistoryDrawer = lazy(() => import('./HistoryDrawer.tsx'));
const ArrangeDialog = lazy(() => import('./ArrangeDialog.tsx'));

type Asked = { readonly what: NodeQuestion; readonly line: ExplorerLine } | { readonly what: 'history' };

/** Arranges a tree: one's own groups, or the organisation's tree where it has one. By dragging, by menus and by keys alike. */
export default function Arrange() {
  const me = useMe();
  const opened = useOpen();
  const [ownerId, setOwner] = useState<string | null>(me.user.id);
  const [selected, setSelected] = useState<string>();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { explorer, lines: all, error, retry } = useExplorer(opened.open);
  const everybody = explorer?.mode === 'organisation';
  const root = all.find((line) => line.root && (everybody || line.root.ownerId === ownerId));
  const rootId = root?.id;
  const lines = useMemo(() => {
    const shown = rootId === undefined ? undefined : belowOf(all, rootId);
    return all.filter((line) => shown?.has(line.id));
  }, [all, rootId]);
  useReveal(opened, all, selected);
  // Another owner's tree is fetched once its root is open.
  useEffect(() => {
    if (root) opened.set(root, true);
  }, [rootId]);
  const version = explorer?.version ?? 0;
  const menu = useNodeMenu({ everybody, ask: (what, line) => setAsked({ what, line }) });
  const close = () => setAsked(null);

  if (!explorer)
    return (
      <div className={list.page}>
        <PageHeader title={groups('treeTitle')} />
        <div className={css.treeBox}>{error ? <ErrorBox error={error} retry={retry} /> : <Bones />}</div>
      </div>
    );
  const nothing = !root || (!everybody && lines.length <= 1);
  return (
    <div className={list.page}>
      <PageHeader title={groups('treeTitle')} stack sub={groups(everybody ? 'treeSubAll' : 'treeSubOwn')}>
        {everybody && explorer.mayArrange && (
          <Button
            variant="default"
            leftSection={<IconHistory size={15} />}
            onClick={() => setAsked({ what: 'history' })}
          >
            {groups('treeHistory')}
          </Button>
        )}
        <Button
          renderRoot={(root) => <Link {...root} to="/resources/groups" search={{ as: 'tree' }} />}
          leftSection={<IconCheck size={15} />}
        >
          {groups('treeDone')}
        </Button>
      </PageHeader>
      <div className={css.arrangeBar}>
        {!everybody && explorer.roots.length > 1 && (
          <Select
            aria-label={groups('treeOf')}
            data={explorer.roots.map((one) => ({ value: one.ownerId ?? '', label: one.name }))}
            value={ownerId}
            onChange={setOwner}
            allowDeselect={false}
            searchable
            w={240}
          />
        )}
        {everybody && explorer.mayArrange && root && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => setAsked({ what: 'make', line: root })}
            >
              {groups('newNode')}
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconFolderPlus size={14} />}
              onClick={() => setAsked({ what: 'place', line: root })}
            >
              {groups('place')}
            </Button>
          </>
        )}
        {explorer.mayArrange && (
          <span className="dim">
            {groups('treeHelp')}: {everybody && <kbd className="kbd">Alt ↑ ↓</kbd>} {everybody && groups('keyMove')}{' '}
            <kbd className="kbd">Alt ← →</kbd> {groups('keyIn')} <kbd className="kbd">Shift F10</kbd>{' '}
            {groups('keyMenu')}
          </span>
        )}
      </div>
      {nothing || (everybody && !explorer.mayArrange) ? (
        <EmptyState
          icon={IconFolders}
          title={groups(everybody ? 'treeNone' : 'treeNoneOwn')}
          text={groups('emptyText')}
        />
      ) : (
        <div className={css.treeBox}>
          <ExplorerTree
            nodes={lines}
            open={opened.open}
            onOpen={opened.set}
            selected={selected}
            onSelect={(one) => setSelected(one.id)}
            rowHeight={34}
            menu={menu.open}
            arrange={{
              ordered: everybody,
              moves: (one) => !one.root && (everybody || (one.of?.can.includes('resource-group.move') ?? false)),
              takes: (target, moved) =>
                target !== null &&
                !belowOf(lines, moved.id).has(target.id) &&
                (everybody || target.id !== moved.parentId),
              move: (one, to) => {
                if (to.parentId) opened.set({ id: to.parentId }, true);
                void moveLine(explorer, lines, one, to);
              },
            }}
          />
        </div>
      )}
      {menu.node}
      <Suspense fallback={null}>
        {asked?.what === 'history' && <HistoryDrawer version={version} close={close} />}
        {asked && 'line' in asked && (
          <ArrangeDialog
            what={asked.what}
            line={asked.line}
            lines={lines}
            explorer={explorer}
            opens={(id) => opened.set({ id }, true)}
            close={close}
          />
        )}
      </Suspense>
    </div>
  );
}
