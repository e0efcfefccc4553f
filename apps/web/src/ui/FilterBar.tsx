import { Button, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { Dialog, DialogActions } from './Dialog.tsx';
import css from './filter-bar.module.css';

/**
 * The row over a list: a text filter that tells after 120 ms of rest, then the list's own selects, then Clear when any is
 * set, then what stands at the end. On a phone the selects move into a dialog.
 */
export function FilterBar(props: {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly placeholder?: string;
  /** How many selects are set. */
  readonly active: number;
  readonly onClear: () => void;
  /** The selects. */
  readonly children?: ReactNode;
  readonly end?: ReactNode;
}) {
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const [text, setText] = useState(props.search);
  const [open, setOpen] = useState(false);
  const told = useRef(props.search);
  useEffect(() => {
    // The address changed from elsewhere (Back, Clear): the field follows, but never while one types ahead of it.
    if (props.search !== told.current) {
      told.current = props.search;
      setText(props.search);
    }
  }, [props.search]);
  const { onSearch } = props;
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onSearch(text);
    }, 120);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  const label = props.placeholder ?? kit('filter');
  return (
    <div className={`${css.bar} soft`} role="search">
      <TextInput
        aria-label={label}
        placeholder={label}
        leftSection={<IconSearch size={15} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        className={css.text}
        autoComplete="off"
        spellCheck={false}
      />
      {!phone && props.children}
      {phone && props.children && (
        <Button variant="default" leftSection={<IconFilter size={15} />} onClick={() => setOpen(true)}>
          {kit('filters')}
          {props.active > 0 ? ` (${props.active})` : ''}
        </Button>
      )}
      {!phone && (props.active > 0 || props.search) && (
        <Button variant="subtle" color="gray" onClick={props.onClear}>
          {kit('clear')}
        </Button>
      )}
      {!phone && <span className={css.space} />}
      {!phone && props.end}
      <Dialog open={open && phone} close={() => setOpen(false)} title={kit('filters')}>
        <div className={css.stack}>{props.children}</div>
        <DialogActions>
          <Button variant="subtle" color="gray" onClick={props.onClear}>
            {kit('clearFilters')}
          </Button>
          <Button onClick={() => setOpen(false)}>{kit('close')}</Button>
        </DialogActions>
      </Dialog>
    </div>
  );
}
