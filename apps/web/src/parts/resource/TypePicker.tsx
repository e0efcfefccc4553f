import { TextInput } from '@mantine/core';
import type { ResourceType } from '@strongroom/contract';
import { IconRotateClockwise, IconSearch } from '@tabler/icons-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { resources } from '../../lib/messages/resources.ts';
import { TypeIcon } from '../TypeIcon.tsx';
import css from './type-picker.module.css';

/**
 * Every resource type as a tile, by category, with a search field that has the focus: typing narrows, arrow keys move,
 * Enter takes. One stop for Tab, as a list has.
 */
export function TypePicker({
  types,
  chosen,
  choose,
}: {
  readonly types: readonly ResourceType[];
  readonly chosen: string | null;
  readonly choose: (type: ResourceType) => void;
}) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const words = text.trim().toLowerCase();
    return types.filter((type) => `${type.title} ${type.category}`.toLowerCase().includes(words));
  }, [types, text]);
  const categories = useMemo(() => [...new Set(found.map((type) => type.category))], [found]);
  const ordered = useMemo(
    () => categories.flatMap((category) => found.filter((type) => type.category === category)),
    [categories, found],
  );
  const current = ordered[Math.min(at, ordered.length - 1)];
  const move = (to: number) => {
    const next = Math.max(0, Math.min(ordered.length - 1, to));
    setAt(next);
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const columns = list.current
      ? Math.max(
          1,
          getComputedStyle(list.current.querySelector('[role=group] > div') ?? list.current).gridTemplateColumns.split(
            ' ',
          ).length,
        )
      : 1;
    if (event.key === 'ArrowDown') move(at + columns);
    else if (event.key === 'ArrowUp') move(at - columns);
    else if (event.key === 'ArrowRight' && text === '') move(at + 1);
    else if (event.key === 'ArrowLeft' && text === '') move(at - 1);
    else if (event.key === 'Enter' && current) choose(current);
    else return;
    event.preventDefault();
  };
  return (
    <div>
      <TextInput
        aria-label={resources('findType')}
        placeholder={resources('findType')}
        leftSection={<IconSearch size={15} />}
        value={text}
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="type-list"
        aria-activedescendant={current ? `type-${current.name}` : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <p className={css.legend}>
        <IconRotateClockwise size={13} aria-hidden />
        {resources('canRotateLegend')}
      </p>
      <div className="sr" role="status">
        {resources('typesFound', { count: ordered.length })}
      </div>
      <div ref={list} role="listbox" id="type-list" aria-label={resources('type')} className={css.list}>
        {categories.map((category) => (
          <div key={category} role="group" aria-label={category}>
            <p aria-hidden>{category}</p>
            <div className={css.tiles}>
              {ordered
                .filter((type) => type.category === category)
                .map((type) => (
                  <div
                    key={type.name}
                    role="option"
                    id={`type-${type.name}`}
                    aria-selected={type.name === chosen}
                    className={css.tile}
                    data-on={type === current || undefined}
                    onClick={() => choose(type)}
                    onMouseMove={() => setAt(ordered.indexOf(type))}
                  >
                    <TypeIcon type={type.name} size={18} />
                    <span>{type.title}</span>
                    {type.driver && (
                      <small title={resources('canRotate')}>
                        <IconRotateClockwise size={13} aria-hidden />
                        <span className="sr">{resources('canRotate')}</span>
                      </small>
                    )}
                  </div>
                ))}
            </div>
          </div>
        ))}
      </div>
      {ordered.length === 0 && types.length > 0 && <p className={css.none}>{resources('typesFound', { count: 0 })}</p>}
    </div>
  );
}
