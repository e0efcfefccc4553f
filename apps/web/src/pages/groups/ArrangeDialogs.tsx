import { Button, Checkbox, Loader, Select, TextInput } from '@mantine/core';
import { listResourceGroups, type ResourceGroup, type ResourceGroupId } from '@strongroom/contract';
import { IconSearch } from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys } from '../../lib/query.ts';
import picker from '../../parts/groups/groups.module.css';
import type { ExplorerLine } from '../../parts/groups/use-explorer.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { aboveOf, belowOf } from '../../ui/tree-rows.ts';
import { GroupIcon } from './columns.tsx';
import css from './groups.module.css';

interface Frame {
  readonly close: () => void;
  readonly title: string;
  readonly go: string;
  /** Gives true when it went well: the dialog closes then. */
  readonly does: () => Promise<boolean>;
  readonly ready: boolean;
  readonly danger?: boolean;
  readonly keep?: string;
  readonly children: ReactNode;
}
/** One question with a button: what every dialog of this page is. */
function Ask({ close, title, go, does, ready, danger, keep, children }: Frame) {
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (!ready || busy) return;
    setBusy(true);
    if (await does()) close();
    else setBusy(false);
  };
  return (
    <Dialog open close={close} title={title} closable={!busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className={css.stack}>{children}</div>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={busy} {...(danger ? { 'data-autofocus': true } : {})}>
            {keep ?? kit('cancel')}
          </Button>
          <Button
            type="submit"
            disabled={!ready}
            aria-disabled={busy}
            {...(danger ? { color: 'red' } : {})}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {go}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Asks for a name. */
export function NameDialog(props: {
  readonly close: () => void;
  readonly title: string;
  readonly go: string;
  readonly name: string;
  readonly help?: string;
  /** True where nothing is a name too. */
  readonly mayBeEmpty?: boolean;
  readonly does: (name: string) => Promise<boolean>;
}) {
  const [name, setName] = useState(props.name);
  return (
    <Ask {...props} ready={props.mayBeEmpty === true || name.trim() !== ''} does={() => props.does(name.trim())}>
      <TextInput
        label={groups('name')}
        description={props.help}
        value={name}
        maxLength={120}
        data-autofocus
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </Ask>
  );
}

/** Where a line goes, chosen from a list of the tree's lines: the way without dragging. */
export function MoveDialog(props: {
  readonly close: () => void;
  readonly lines: readonly ExplorerLine[];
  readonly line: ExplorerLine;
  readonly does: (parentId: string) => Promise<void>;
}) {
  const { lines, line } = props;
  const [to, setTo] = useState<string | null>(null);
  const under = belowOf(lines, line.id);
  const names = new Map(lines.map((one) => [one.id, one]));
  const data = lines
    .filter((one) => !under.has(one.id) && one.id !== line.parentId)
    .map((one) => ({
      value: one.id,
      label: one.root
        ? groups('moveTop')
        : [...aboveOf(lines, one.id).reverse().slice(1), one.id].map((id) => names.get(id)?.label ?? '').join(' / '),
    }));
  return (
    <Ask
      close={props.close}
      title={groups('moveTitle', { name: line.label })}
      go={groups('moveGo')}
      ready={to !== null}
      does={async () => {
        if (to !== null) await props.does(to);
        return true;
      }}
    >
      <Select
        label={groups('moveBelow')}
        data={data}
        value={to}
        onChange={setTo}
        searchable
        limit={200}
        data-autofocus
      />
    </Ask>
  );
}

/** Asks before a node goes from the organisation's tree. */
export function RemoveDialog(props: {
  readonly close: () => void;
  readonly lines: readonly ExplorerLine[];
  readonly line: ExplorerLine;
  readonly does: () => Promise<boolean>;
}) {
  return (
    <Ask
      close={props.close}
      title={groups('removeNodeTitle', { name: props.line.label })}
      go={groups('removeNode')}
      keep={groups('removeNodeKeep')}
      danger
      ready
      does={props.does}
    >
      <p>{groups('removeNodeText', { count: belowOf(props.lines, props.line.id).size })}</p>
    </Ask>
  );
}

/** Chooses groups that one manages to stand in the organisation's tree. */
export function PlaceDialog(props: {
  readonly close: () => void;
  readonly does: (groups: readonly ResourceGroupId[]) => Promise<boolean>;
}) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 150);
  const [chosen, setChosen] = useState<readonly ResourceGroupId[]>([]);
  const found = useQuery({
    queryKey: [...keys.groups, 'unplaced', asked],
    queryFn: ({ signal }) =>
      ask(listResourceGroups, { placed: false, limit: 200, ...(asked ? { search: asked } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const items = (found.data?.items ?? []).filter((group) => group.can.includes('resource-group.update'));
  const toggle = (group: ResourceGroup, on: boolean) =>
    setChosen((before) => (on ? [...before, group.id] : before.filter((id) => id !== group.id)));
  return (
    <Ask
      close={props.close}
      title={groups('placeTitle')}
      go={groups('placeGo', { count: chosen.length })}
      ready={chosen.length > 0 && chosen.length <= 200}
      does={() => props.does(chosen)}
    >
      <p className="dim">{groups('placeHelp')}</p>
      <TextInput
        aria-label={groups('placeChoose')}
        placeholder={groups('placeChoose')}
        leftSection={<IconSearch size={15} />}
        value={text}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 ? (
        <p className="dim">{groups('placeNone')}</p>
      ) : (
        <ul className={picker.found}>
          {items.map((group) => (
            <li key={group.id}>
              <Checkbox
                classNames={{ body: picker.check ?? '' }}
                size="xs"
                checked={chosen.includes(group.id)}
                onChange={(event) => toggle(group, event.currentTarget.checked)}
                label={
                  <span className={picker.foundName}>
                    <GroupIcon kind={group.kind} />
                    <bdi className="trunc">{group.name}</bdi>
                    <bdi className="dim trunc">{group.ownerName}</bdi>
                  </span>
                }
              />
            </li>
          ))}
        </ul>
      )}
    </Ask>
  );
}
