import { ActionIcon, Button, Checkbox, Loader, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listGroupMembers, listResources, type ResourceGroupId, type ResourceId } from '@strongroom/contract';
import { IconSearch, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { keys } from '../../lib/query.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { TypeIcon } from '../TypeIcon.tsx';
import css from './groups.module.css';

/** Resources that were chosen, by id, with their names. */
export type Picked = ReadonlyMap<ResourceId, string>;
export const mostPicked = 10_000;
const shown = 50;

/** Chooses resources that one manages: found by typing, since there may be any number, and all that match at once. */
export function ResourcePicker(props: {
  readonly picked: Picked;
  readonly onChange: (picked: Picked) => void;
  /** The group whose members need no choosing. */
  readonly groupId?: ResourceGroupId;
}) {
  const { picked, onChange, groupId } = props;
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 200);
  const [gathering, setGathering] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const search = asked.trim() ? { search: asked.trim() } : {};
  const found = useQuery({
    queryKey: [...keys.resources, 'pick', asked],
    queryFn: ({ signal }) => ask(listResources, { limit: shown, ...search }, { signal }),
    placeholderData: keepPreviousData,
  });
  const members = useQuery({
    queryKey: [...keys.group(groupId ?? ''), 'members', 'pick', asked],
    queryFn: ({ signal }) => ask(listGroupMembers, { groupId: groupId ?? '', limit: 500, ...search }, { signal }),
    enabled: groupId !== undefined,
    placeholderData: keepPreviousData,
  });
  const inside = new Set(members.data?.items.map((member) => member.id as string));
  const items = (found.data?.items ?? []).filter((item) => item.can.includes('resource.update'));
  const total = found.data?.total ?? 0;
  const toggle = (id: ResourceId, name: string, on: boolean) => {
    const after = new Map(picked);
    if (on && after.size < mostPicked) after.set(id, name);
    else after.delete(id);
    onChange(after);
  };
  const gather = async () => {
    setGathering(true);
    setFailure(null);
    try {
      const after = new Map(picked);
      let cursor: string | null | undefined;
      do {
        const page = await ask(listResources, { limit: 500, ...search, ...(cursor ? { cursor } : {}) });
        for (const item of page.items)
          if (item.can.includes('resource.update') && after.size < mostPicked) after.set(item.id, item.name);
        cursor = page.nextCursor;
      } while (cursor && after.size < mostPicked);
      onChange(after);
    } catch (error) {
      setFailure(error);
    } finally {
      setGathering(false);
    }
  };
  return (
    <div className={css.picker}>
      <div>
        <TextInput
          label={groups('pickSearch')}
          leftSection={<IconSearch size={15} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          onKeyDown={(event) => {
            // Enter looks here; it does not send the form around.
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
        {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {found.data && items.length === 0 ? (
          <p className={css.none}>{groups(asked ? 'pickNone' : 'pickEmpty')}</p>
        ) : (
          <ul className={css.found} aria-label={groups('pick')}>
            {items.map((item) => {
              const already = inside.has(item.id);
              return (
                <li key={item.id}>
                  <Checkbox
                    classNames={{ body: css.check ?? '' }}
                    size="xs"
                    checked={already || picked.has(item.id)}
                    disabled={already}
                    onChange={(event) => toggle(item.id, item.name, event.currentTarget.checked)}
                    label={
                      <span className={css.foundName}>
                        <TypeIcon type={item.type} />
                        <bdi className="trunc">{item.name}</bdi>
                        <bdi className="dim trunc">{already ? groups('already') : item.dnsName}</bdi>
                      </span>
                    }
                  />
                </li>
              );
            })}
          </ul>
        )}
        {total > shown && (
          <div className={css.foundFoot}>
            <span className="dim">{groups('pickMore', { count: shown })}</span>
            <Button
              variant="default"
              size="xs"
              onClick={() => void gather()}
              aria-disabled={gathering}
              {...(gathering ? { leftSection: <Loader size={13} color="currentColor" /> } : {})}
            >
              {total >= mostPicked ? groups('pickAllMore') : groups('pickAll', { count: total })}
            </Button>
          </div>
        )}
        {failure !== null && <ErrorBox error={failure} />}
      </div>
      <section aria-label={groups('pickedList')}>
        <p role="status" className={css.pickedCount}>
          <b>{groups('picked', { count: picked.size })}</b>
          {picked.size >= mostPicked && <span className="dim"> {groups('mostPicked')}</span>}
        </p>
        <ul className={css.picked}>
          {[...picked].slice(0, 200).map(([id, name]) => (
            <li key={id}>
              <bdi className="trunc">{name}</bdi>
              <ActionIcon size={24} aria-label={groups('unpick', { name })} onClick={() => toggle(id, name, false)}>
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
