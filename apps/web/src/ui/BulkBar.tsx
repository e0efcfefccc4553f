import { Button, Menu, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconDots, IconX, type Icon } from '@tabler/icons-react';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './bulk-bar.module.css';
import { pageSize } from './grid-types.ts';
import { headOf, pickLimit, sizeOf, type Picked, type SelectionStore } from './selection.ts';
import { overlayIsOpen } from './use-overlay.ts';

/** What an action is done for. */
export interface Chosen<T> {
  /** Ids, or everything that matches but a few: the server then gets the list's filters. */
  readonly picked: Picked;
  readonly size: number;
  /** The selected rows as they were when they were selected; empty for everything that matches. */
  readonly rows: readonly T[];
}

/** Something that can be done to everything that is selected. */
export interface BulkAction<T> {
  readonly id: string;
  /** Verb, and object where the verb alone could be misread: ‘Share’, ‘Add to group’. */
  readonly label: string;
  readonly icon?: Icon;
  readonly danger?: boolean;
  readonly run: (chosen: Chosen<T>) => void;
  /** Why it cannot be done to these, in a sentence; undefined when it can. */
  readonly disabledWhy?: (chosen: Chosen<T>) => string | undefined;
}

function Action<T>({ action, chosen }: { readonly action: BulkAction<T>; readonly chosen: Chosen<T> }) {
  const why = action.disabledWhy?.(chosen);
  const button = (
    <Button
      variant="default"
      leftSection={action.icon && <action.icon size={15} aria-hidden />}
      data-danger={action.danger || undefined}
      data-disabled={why ? true : undefined}
      aria-disabled={why ? true : undefined}
      onClick={() => !why && action.run(chosen)}
    >
      {action.label}
    </Button>
  );
  return why ? <Tooltip label={why}>{button}</Tooltip> : button;
}

/** Offers everything that matches, once the loaded rows are selected; or says why it cannot be had. */
function AllOffer<T>({ store }: { readonly store: SelectionStore<T> }) {
  const { picked, listed } = useSyncExternalStore(store.subscribe, store.read);
  if ('all' in picked) return null;
  const size = sizeOf(picked);
  if (!listed.more && size >= listed.total) return null;
  if (size < pageSize && headOf(picked, listed.loaded) !== 'all') return null;
  return listed.more || listed.total > pickLimit ? (
    <span className={css.note}>{kit('tooManyToSelect', { limit: pickLimit })}</span>
  ) : (
    <button type="button" className={`link ${css.offer}`} onClick={() => store.all()}>
      {kit('selectMatching', { count: listed.total })}
    </button>
  );
}

/**
 * Stands in for the filter bar, at its height, while something is selected: how many, what can be done to them, and
 * Clear, which Esc does too. The filter bar is its child. Without actions, and on a phone, the child alone is shown.
 */
export function BulkBar<T>(props: {
  readonly selection: SelectionStore<T>;
  /** What can be done: three as buttons, the rest behind the dots. */
  readonly actions: readonly BulkAction<T>[];
  readonly children: ReactNode;
}) {
  const { selection, actions } = props;
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const { picked } = useSyncExternalStore(selection.subscribe, selection.read);
  const size = sizeOf(picked);
  const shown = size > 0 && actions.length > 0 && !phone;
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || overlayIsOpen()) return;
      // A menu, an open list or a field has its own use for Esc.
      if (
        event.target instanceof Element &&
        event.target.closest('[role=menu], [role=listbox], input:not([type=checkbox])')
      )
        return;
      event.preventDefault();
      selection.clear();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [shown, selection]);
  if (!shown) return props.children;
  const chosen: Chosen<T> = { picked, size, rows: selection.rows() };
  const rest = actions.slice(3);
  return (
    <div className={css.bar} role="toolbar" aria-label={kit('bulkActions')}>
      <b className={`num ${css.count}`}>{kit('selected', { count: size })}</b>
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
                  disabled={Boolean(why)}
                  onClick={() => action.run(chosen)}
                >
                  {action.label}
                  {why && <span className={css.why}>{why}</span>}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      <AllOffer store={selection} />
      <span className={css.space} />
      <Button variant="subtle" color="gray" leftSection={<IconX size={15} aria-hidden />} onClick={selection.clear}>
        {kit('clear')}
      </Button>
    </div>
  );
}
