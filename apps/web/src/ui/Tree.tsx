import { IconChevronRight, IconDots } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { rowsOf, spotBeside, stepOf, type Spot, type TreeNode, type TreeRow } from './tree-rows.ts';
import css from './tree.module.css';

export interface TreeProps<N extends TreeNode> {
  readonly label: string;
  readonly nodes: readonly N[];
  readonly open: ReadonlySet<string>;
  readonly onOpen: (node: N, open: boolean) => void;
  readonly selected?: string | undefined;
  readonly onSelect: (node: N) => void;
  readonly icon: (node: N, open: boolean | undefined) => ReactNode;
  /** What stands at the end of a line, such as a count. */
  readonly end?: (node: N) => ReactNode;
  /** Why a node is drawn grey: said to those who do not see it. */
  readonly faint?: (node: N) => string | undefined;
  /** Opens the menu of a node over an element of its line. */
  readonly menu?: ((button: HTMLElement, node: N) => void) | undefined;
  /** Makes nodes movable, by dragging and by Alt with the arrows. */
  readonly arrange?:
    | {
        /** True where the order of siblings is kept; false where they are sorted by name. */
        readonly ordered: boolean;
        readonly moves: (node: N) => boolean;
        readonly takes: (target: N | null, moved: N) => boolean;
        readonly move: (node: N, to: Spot) => void;
      }
    | undefined;
  /** Pixels of a line. */
  readonly rowHeight?: number;
}

type Edge = 'before' | 'into' | 'after';

/**
 * A tree of any size: only the lines in sight are in the document. Keys as WAI-ARIA's tree pattern has them: arrows move, open
 * and close, Home and End go to the ends, letters find, Enter and Space choose; Shift F10 opens a node's menu.
 */
export function Tree<N extends TreeNode>(props: TreeProps<N>) {
  const { nodes, open, selected, arrange, menu, rowHeight = 30 } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const rows = useMemo(() => rowsOf(nodes, open), [nodes, open]);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [drag, setDrag] = useState<N | null>(null);
  const [over, setOver] = useState<{ readonly id: string; readonly edge: Edge } | null>(null);
  const typed = useRef({ text: '', at: 0 });
  const found = rows.findIndex((row) => row.node.id === (activeId ?? selected));
  const active = Math.max(0, found);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    useFlushSync: false,
    // The active line stays in the document, so that the tree can point to it.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
      return active < first && count > 0 ? [active, ...all] : active > last && active < count ? [...all, active] : all;
    },
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  // What is chosen elsewhere, such as by the address, comes into sight.
  useEffect(() => {
    const at = rows.findIndex((row) => row.node.id === selected);
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [selected]);
  const lineId = (row: TreeRow<N> | undefined) => (row ? `${prefix}-${row.node.id}` : undefined);
  const go = (to: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!row) return;
    setActiveId(row.node.id);
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  const parentOf = (row: TreeRow<N>) => rows.findIndex((one) => one.node.id === row.node.parentId);

  const seek = (letter: string) => {
    const now = Date.now();
    typed.current = { text: now - typed.current.at < 700 ? typed.current.text + letter : letter, at: now };
    const wanted = typed.current.text.toLowerCase();
    const from = active + (wanted.length > 1 ? 0 : 1);
    for (let i = 0; i < rows.length; i++) {
      const at = (from + i) % rows.length;
      if (rows[at]?.node.label.toLowerCase().startsWith(wanted)) return go(at);
    }
  };
  const moveBy = (row: TreeRow<N>, key: string): boolean => {
    if (!arrange || !/^Arrow(Up|Down|Left|Right)$/.test(key)) return false;
    const rtl = document.documentElement.dir === 'rtl';
    const turned = rtl && key === 'ArrowLeft' ? 'ArrowRight' : rtl && key === 'ArrowRight' ? 'ArrowLeft' : key;
    const spot = stepOf(nodes, row.node.id, turned as 'ArrowUp', arrange.ordered);
    const target = spot ? (nodes.find((node) => node.id === spot.parentId) ?? null) : null;
    if (spot && arrange.moves(row.node) && arrange.takes(target, row.node)) {
      setActiveId(row.node.id);
      arrange.move(row.node, spot);
    }
    return true;
  };
  const act = (event: KeyboardEvent, row: TreeRow<N>): boolean => {
    if (event.altKey) return moveBy(row, event.key);
    if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      const line = document.getElementById(lineId(row) ?? '');
      if (!menu || !line) return false;
      menu(line, row.node);
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
    const rtl = document.documentElement.dir === 'rtl';
    switch (event.key) {
      case 'ArrowDown':
        go(active + 1);
        return true;
      case 'ArrowUp':
        go(active - 1);
        return true;
      case 'PageDown':
        go(active + 15);
        return true;
      case 'PageUp':
        go(active - 15);
        return true;
      case 'Home':
        go(0);
        return true;
      case 'End':
        go(rows.length - 1);
        return true;
      case rtl ? 'ArrowLeft' : 'ArrowRight':
        if (row.open === false) props.onOpen(row.node, true);
        else if (row.open && rows[active + 1]?.node.parentId === row.node.id) go(active + 1);
        return true;
      case rtl ? 'ArrowRight' : 'ArrowLeft':
        if (row.open) props.onOpen(row.node, false);
        else if (parentOf(row) >= 0) go(parentOf(row));
        return true;
      case 'Enter':
      case ' ':
        props.onSelect(row.node);
        return true;
      default:
        // Letters find; signs are left to the keys that work anywhere.
        if (!/^[\p{L}\p{N}]$/u.test(event.key)) return false;
        seek(event.key);
        return true;
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = rows[active];
    if (!row || event.target !== event.currentTarget || !act(event, row)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Where on a line the pointer is: its edges stand for a place beside it, where an order is kept. */
  const edgeAt = (event: DragEvent<HTMLElement>): Edge => {
    if (!arrange?.ordered) return 'into';
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    return share < 0.28 ? 'before' : share > 0.72 ? 'after' : 'into';
  };
  const targetOf = (node: N, edge: Edge): N | null =>
    edge === 'into' ? node : (nodes.find((one) => one.id === node.parentId) ?? null);
  const onDragOver = (event: DragEvent<HTMLElement>, node: N) => {
    if (!drag || !arrange) return;
    const edge = edgeAt(event);
    if (node.id === drag.id || !arrange.takes(targetOf(node, edge), drag)) {
      setOver(null);
      return;
    }
    event.preventDefault();
    if (over?.id !== node.id || over.edge !== edge) setOver({ id: node.id, edge });
  };
  const onDrop = (event: DragEvent<HTMLElement>, node: N) => {
    event.preventDefault();
    if (drag && over && arrange)
      arrange.move(
        drag,
        over.edge === 'into' ? { parentId: node.id, position: null } : spotBeside(nodes, drag.id, node, over.edge),
      );
    setDrag(null);
    setOver(null);
  };

  return (
    <div
      ref={scroll}
      role="tree"
      aria-label={props.label}
      tabIndex={0}
      aria-activedescendant={lineId(rows[active])}
      className={css.tree}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className={css.sizer} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const { node } = row;
          const why = props.faint?.(node);
          const movable = arrange?.moves(node) ?? false;
          return (
            <div
              key={node.id}
              id={lineId(row)}
              role="treeitem"
              aria-level={row.level}
              aria-posinset={row.place}
              aria-setsize={row.of}
              aria-selected={node.id === selected}
              {...(row.open === undefined ? {} : { 'aria-expanded': row.open })}
              className={css.row}
              data-active={index === active || undefined}
              data-on={node.id === selected || undefined}
              data-faint={why !== undefined || undefined}
              data-drop={over?.id === node.id ? over.edge : undefined}
              data-dragged={drag?.id === node.id || undefined}
              title={why ? `${node.label} · ${why}` : node.label}
              style={{ blockSize: rowHeight, insetBlockStart: start, paddingInlineStart: 6 + (row.level - 1) * 14 }}
              draggable={movable}
              onDragStart={(event) => {
                event.dataTransfer.setData('text/plain', node.label);
                event.dataTransfer.effectAllowed = 'move';
                setDrag(node);
              }}
              onDragEnd={() => {
                setDrag(null);
                setOver(null);
              }}
              onDragOver={(event) => onDragOver(event, node)}
              onDrop={(event) => onDrop(event, node)}
              onClick={() => {
                setActiveId(node.id);
                props.onSelect(node);
              }}
            >
              <span
                className={css.twist}
                data-open={row.open || undefined}
                onClick={(event) => {
                  if (row.open === undefined) return;
                  event.stopPropagation();
                  setActiveId(node.id);
                  props.onOpen(node, !row.open);
                }}
              >
                {row.open !== undefined && <IconChevronRight size={14} stroke={1.8} aria-hidden />}
              </span>
              {props.icon(node, row.open)}
              <span className={css.label}>
                <bdi>{node.label}</bdi>
                {why && <span className="sr">, {why}</span>}
              </span>
              {props.end?.(node)}
              {menu && (
                <button
                  type="button"
                  tabIndex={-1}
                  className={css.more}
                  aria-label={kit('moreFor', { name: node.label })}
                  onClick={(event) => {
                    event.stopPropagation();
                    setActiveId(node.id);
                    menu(event.currentTarget, node);
                  }}
                >
                  <IconDots size={15} aria-hidden />
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
