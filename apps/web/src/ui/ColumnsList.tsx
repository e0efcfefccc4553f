import { IconArrowDown, IconArrowUp, IconGripVertical, IconMinus, IconPlus, type Icon } from '@tabler/icons-react';
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { announce } from './announce.ts';
import css from './columns-menu.module.css';
import { isShown, moved, showing, sized, type Placed } from './columns.ts';
import type { Column } from './grid-types.ts';
import rowCss from './row.module.css';
import type { ColumnSetup } from './use-columns.ts';

const rowHeight = 34;
const step = 24;
/** What a column without a width of its own is taken to measure, before it is made wider or narrower. */
const measured = (id: string): number => {
  const cell = document.querySelector(`[role=columnheader][data-column="${CSS.escape(id)}"]`);
  return Math.round(cell?.getBoundingClientRect().width ?? 0) || 140;
};

function Small(props: {
  readonly icon: Icon;
  readonly label: string;
  readonly off?: boolean;
  readonly run: () => void;
}) {
  return (
    <button
      type="button"
      className={rowCss.ib}
      aria-label={props.label}
      aria-disabled={props.off || undefined}
      onClick={() => !props.off && props.run()}
    >
      <props.icon size={15} aria-hidden />
    </button>
  );
}

function List<T>({ columns, setup }: { readonly columns: readonly Column<T>[]; readonly setup: ColumnSetup }) {
  const { layout, set } = setup;
  const list = useRef<HTMLUListElement>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const move = (id: string, to: number) => {
    if (to < 0 || to >= layout.length) return;
    set(moved(layout, id, to));
    const name = columns.find((column) => column.id === id)?.title ?? '';
    announce(kit('columnMoved', { name, at: to + 1, of: layout.length }));
  };
  const resize = (column: Column<T>, by: number) => {
    const width = (layout.find(({ id }) => id === column.id)?.width ?? measured(column.id)) + by;
    const next = sized(layout, column.id, width);
    set(next);
    announce(
      kit('columnWidth', { name: column.title, width: next.find(({ id }) => id === column.id)?.width ?? width }),
    );
  };
  const onKeyDown = (event: KeyboardEvent, placed: Placed, at: number) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    event.stopPropagation();
    move(placed.id, at + (event.key === 'ArrowDown' ? 1 : -1));
  };
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>, id: string) => {
    if (event.button !== 0) return;
    event.preventDefault();
    // The list itself holds on to the pointer: the dragged row changes its place in it.
    list.current?.setPointerCapture(event.pointerId);
    setDragged(id);
  };
  const onPointerMove = (event: PointerEvent<HTMLUListElement>) => {
    if (!dragged) return;
    const { top } = event.currentTarget.getBoundingClientRect();
    const at = Math.floor((event.clientY - top + event.currentTarget.scrollTop) / rowHeight);
    const to = Math.max(0, Math.min(layout.length - 1, at));
    if (layout[to]?.id !== dragged) set(moved(layout, dragged, to));
  };
  const onPointerUp = () => setDragged(null);
  return (
    <ul
      ref={list}
      className={css.list}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
    >
      {layout.map((placed, at) => {
        const column = columns.find(({ id }) => id === placed.id);
        if (!column) return null;
        const name = column.title;
        const note = column.always
          ? kit('columnAlways')
          : column.wide && placed.shown === undefined && kit('columnRoom');
        return (
          <li
            key={placed.id}
            className={css.item}
            data-dragged={dragged === placed.id || undefined}
            onKeyDown={(event) => onKeyDown(event, placed, at)}
          >
            <span aria-hidden className={css.grip} onPointerDown={(event) => onPointerDown(event, placed.id)}>
              <IconGripVertical size={15} />
            </span>
            <label className={css.label}>
              <input
                type="checkbox"
                className={css.box}
                checked={isShown(placed, column)}
                disabled={column.always}
                onChange={(event) => set(showing(layout, placed.id, event.currentTarget.checked))}
              />
              <span className="trunc">
                {name} {note && <span className={css.note}>{note}</span>}
              </span>
            </label>
            <span className={css.buttons}>
              <Small icon={IconMinus} label={kit('columnNarrower', { name })} run={() => resize(column, -step)} />
              <Small icon={IconPlus} label={kit('columnWider', { name })} run={() => resize(column, step)} />
              <Small
                icon={IconArrowUp}
                label={kit('columnUp', { name })}
                off={at === 0}
                run={() => move(placed.id, at - 1)}
              />
              <Small
                icon={IconArrowDown}
                label={kit('columnDown', { name })}
                off={at === layout.length - 1}
                run={() => move(placed.id, at + 1)}
              />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What the columns menu holds. Apart from its button, so that a list loads without it. */
export default function ColumnsList<T>(props: { readonly columns: readonly Column<T>[]; readonly setup: ColumnSetup }) {
  const { setup } = props;
  const help = useId();
  return (
    <div role="group" aria-label={kit('columns')} aria-describedby={help}>
      <div className={css.head}>
        <b>{kit('columns')}</b>
        {setup.text !== '' && (
          <button type="button" className="link" onClick={() => setup.setText('')}>
            {kit('columnsReset')}
          </button>
        )}
      </div>
      <List {...props} />
      <p id={help} className={css.help}>
        {kit('columnsHelp')}
      </p>
    </div>
  );
}
