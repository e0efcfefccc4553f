import { Button, Menu, Tooltip } from '@mantine/core';
import { IconDots, IconX } from '@tabler/icons-react';
import { useRef, useSyncExternalStore } from 'react';
import { kit } from '../lib/messages/kit.ts';
import type { BulkAction, Chosen } from './bulk-action.ts';
import css from './bulk-bar.module.css';
import { pageSize } from './grid-types.ts';
import { pickLimit, sizeOf, type SelectionStore } from './selection.ts';

function Action<T>({ action, chosen }: { readonly action: BulkAction<T>; readonly chosen: Chosen<T> }) {
  const why = action.disabledWhy?.(chosen);
  const button = (
    <Button
      variant="default"
      leftSection={action.icon && <action.icon size={15} aria-hidden />}
      {...(action.danger ? { 'data-danger': true } : {})}
      {...(why ? { 'data-disabled': true, 'aria-disabled': true } : {})}
      onClick={() => !why && action.run(chosen)}
    >
      {action.label}
    </Button>
  );
  return why ? <Tooltip label={why}>{button}</Tooltip> : button;
}

/** Offers everything that matches, once the loaded rows are selected; or says why it cannot be had. */
function AllOffer<T>({ store }: { readonly store: SelectionStore<T> }) {
  const { picked, listed, head } = useSyncExternalStore(store.subscribe, store.read);
  if ('all' in picked) return null;
  const size = sizeOf(picked);
  if (!listed.more && size >= listed.total) return null;
  if (size < pageSize && head !== 'all') return null;
  return listed.more || listed.total > pickLimit ? (
    <span className={css.note}>{kit('tooManyToSelect', { limit: pickLimit })}</span>
  ) : (
    <button type="button" className={`link ${css.offer}`} onClick={() => store.all()}>
      {kit('selectMatching', { count: listed.total })}
    </button>
  );
}

/** What the bar over a selection holds; `BulkBar` says when. Apart from it, so that a list loads without it. */
export default function BulkTools<T>({
  selection,
  actions,
  chosen,
}: {
  readonly selection: SelectionStore<T>;
  readonly actions: readonly BulkAction<T>[];
  readonly chosen: Chosen<T>;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const rest = actions.slice(3);
  // The button goes with the bar: the list has the focus then, where it was.
  const clear = () => {
    const row = bar.current?.parentElement?.querySelector<HTMLElement>('[role=grid] [data-i][tabindex="0"]');
    selection.clear();
    row?.focus({ preventScroll: true });
  };
  return (
    <div ref={bar} className={css.bar} role="toolbar" aria-label={kit('bulkActions')}>
      <b className={`num ${css.count}`}>{kit('selected', { count: chosen.size })}</b>
      {actions.slice(0, 3).map((action) => (
        <Action key={action.id} action={action} chosen={chosen} />
      ))}
      {rest.length > 0 && (
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <Button variant="default" px={9} aria-label={kit('moreActions')}>
              <IconDots size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {rest.map((action) => {
              const why = action.disabledWhy?.(chosen);
              return (
                <Menu.Item
                  key={action.id}
                  leftSection={action.icon && <action.icon size={15} aria-hidden />}
                  data-danger={action.danger || undefined}
                  // Not `disabled`: the reason must be read and reached.
                  {...(why ? { 'aria-disabled': true, closeMenuOnClick: false } : {})}
                  onClick={() => !why && action.run(chosen)}
                >
                  <span className={why && css.off}>{action.label}</span>
                  {why && <span className={css.why}>{why}</span>}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      <AllOffer store={selection} />
      <span className={css.space} />
      <Button variant="subtle" color="gray" leftSection={<IconX size={15} aria-hidden />} onClick={clear}>
        {kit('clear')}
      </Button>
    </div>
  );
}
