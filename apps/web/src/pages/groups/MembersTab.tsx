import { Button, Loader, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { changeGroupMembers, listGroupMembers, type GroupMember, type ResourceGroup } from '@strongroom/contract';
import { IconPlus, IconSearch, IconServer, IconX } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { groups } from '../../lib/messages/groups.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys, queries } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import { ResourcePicker, type Picked } from '../../parts/groups/ResourcePicker.tsx';
import { refreshGroups } from '../../parts/groups/use-explorer.ts';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Grid, type Column } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import list from '../resources/resources.module.css';
import css from './groups.module.css';

const sorts = ['name', 'type', 'dnsName', 'since'] as const;
type Sort = (typeof sorts)[number] | `-${(typeof sorts)[number]}`;
const sortOf = (text: string | undefined): Sort | undefined =>
  sorts.flatMap((s): Sort[] => [s, `-${s}`]).find((s) => s === text);

const refresh = (groupId: string) =>
  Promise.all([
    queries.invalidateQueries({ queryKey: keys.group(groupId) }),
    queries.invalidateQueries({ queryKey: keys.accounts }),
    queries.invalidateQueries({ queryKey: keys.resources }),
    refreshGroups(),
  ]);

function columnsOf(remove: ((member: GroupMember) => void) | undefined): readonly Column<GroupMember>[] {
  const plain: Column<GroupMember>[] = [
    {
      id: 'name',
      title: groups('name'),
      width: 'minmax(160px, 1.3fr)',
      sort: 'name',
      cell: (m) => (
        <span className={list.name} title={m.name}>
          <TypeIcon type={m.type} />
          <bdi className="trunc">{m.name}</bdi>
        </span>
      ),
    },
    {
      id: 'type',
      title: groups('type'),
      width: 'minmax(100px, 0.6fr)',
      sort: 'type',
      cell: (m) => <span className="dim">{m.type}</span>,
    },
    {
      id: 'address',
      title: groups('address'),
      width: 'minmax(140px, 1fr)',
      sort: 'dnsName',
      cell: (m) => <bdi className="mono dim">{m.dnsName}</bdi>,
    },
    {
      id: 'accounts',
      title: groups('accounts'),
      width: '80px',
      cell: (m) => <span className="num">{number(m.accounts)}</span>,
    },
    {
      id: 'owner',
      title: groups('owner'),
      width: 'minmax(110px, 0.7fr)',
      wide: true,
      cell: (m) => <bdi className="dim trunc">{m.ownerName}</bdi>,
    },
    {
      id: 'since',
      title: groups('since'),
      width: '104px',
      sort: 'since',
      cell: (m) => (
        <span className="dim num" title={exact(m.since)}>
          {ago(m.since)}
        </span>
      ),
    },
  ];
  if (!remove) return plain;
  return [
    ...plain,
    {
      id: 'remove',
      title: groups('membersRemove', { name: '' }),
      quiet: true,
      width: '36px',
      end: true,
      cell: (m, tabIndex) => (
        <button
          type="button"
          tabIndex={tabIndex}
          data-key="delete"
          className={css.rowButton}
          aria-label={groups('membersRemove', { name: m.name })}
          title={groups('membersRemove', { name: m.name })}
          onClick={() => remove(m)}
        >
          <IconX size={15} aria-hidden />
        </button>
      ),
    },
  ];
}

function AddDialog({ group, close }: { readonly group: ResourceGroup; readonly close: () => void }) {
  const [picked, setPicked] = useState<Picked>(new Map());
  const add = useAction();
  const go = () =>
    void add.run(async () => {
      const { added } = await ask(changeGroupMembers, { groupId: group.id, add: [...picked.keys()] });
      await refresh(group.id);
      close();
      toast({ message: groups('membersAdded', { count: added }) });
    });
  return (
    <Dialog open close={close} size={880} title={groups('membersAddTitle', { name: group.name })} closable={!add.busy}>
      <div className={css.stack}>
        <p className="dim">{groups('pickHelp')}</p>
        <ResourcePicker picked={picked} onChange={setPicked} groupId={group.id} />
        {add.error !== null && <ErrorBox error={add.error} />}
      </div>
      <DialogActions>
        <Button variant="default" onClick={close} disabled={add.busy}>
          {kit('cancel')}
        </Button>
        <Button
          onClick={go}
          disabled={picked.size === 0}
          aria-disabled={add.busy}
          {...(add.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
        >
          {groups('membersAddGo', { count: picked.size })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** The resources of a group; of a static one they are added and taken out here. */
export default function MembersTab({ group }: { readonly group: ResourceGroup }) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const [sort, setSort] = useState<Sort>();
  const [adding, setAdding] = useState(false);
  const mayChange = group.can.includes('resource-group.change-members');
  const groupId = group.id;
  const remove = useCallback(
    async (member: GroupMember) => {
      const change = (input: object) => ask(changeGroupMembers, { groupId, ...input });
      try {
        await change({ remove: [member.id] });
        await refresh(groupId);
        toast({
          message: groups('membersRemoved', { name: member.name }),
          undo: () =>
            void change({ add: [member.id] })
              .then(() => refresh(groupId))
              .catch(toastProblem),
        });
      } catch (error) {
        toastProblem(error);
      }
    },
    [groupId],
  );
  const columns = useMemo(
    () => columnsOf(mayChange ? (member) => void remove(member) : undefined),
    [mayChange, remove],
  );
  const queryKey = useMemo(() => [...keys.group(groupId), 'members', 'list', search], [groupId, search]);
  const load = useCallback(
    ({ offset, cursor, limit, sort: by, signal }: PageAsk) => {
      const order = sortOf(by);
      return ask(
        listGroupMembers,
        {
          groupId,
          offset,
          limit,
          ...(search ? { search } : {}),
          ...(cursor ? { cursor } : {}),
          ...(order ? { sort: order } : {}),
        },
        { signal },
      );
    },
    [groupId, search],
  );
  const add = (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {groups('membersAdd')}
    </Button>
  );
  return (
    <>
      <div className={css.membersBar}>
        <TextInput
          aria-label={groups('membersFilter')}
          placeholder={groups('membersFilter')}
          leftSection={<IconSearch size={15} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          w={220}
        />
        <p className="dim">{group.kind === 'criteria' && groups('membersByRules')}</p>
        {mayChange && add}
      </div>
      <div className={`card ${css.members}`}>
        <Grid
          label={groups('members')}
          queryKey={queryKey}
          load={load}
          columns={columns}
          rowKey={(member) => member.id}
          sort={sort}
          onSort={(by) => setSort(sortOf(by))}
          onOpen={(member) => void navigate({ to: `/resources/${member.id}` })}
          card={(member) => (
            <div className={list.card}>
              <TypeIcon type={member.type} size={18} />
              <span className={list.cardText}>
                <b className="trunc">
                  <bdi>{member.name}</bdi>
                </b>
                <bdi className="dim trunc">{member.dnsName || member.type}</bdi>
              </span>
              {mayChange && (
                <button
                  type="button"
                  className={css.rowButton}
                  aria-label={groups('membersRemove', { name: member.name })}
                  onClick={() => void remove(member)}
                >
                  <IconX size={17} aria-hidden />
                </button>
              )}
            </div>
          )}
          cardHeight={68}
          filtered={search !== ''}
          onClear={() => setText('')}
          empty={
            <EmptyState
              icon={IconServer}
              title={groups('membersEmpty')}
              text={groups(group.kind === 'criteria' ? 'membersEmptyRules' : 'membersEmptyStatic')}
            >
              {mayChange && add}
            </EmptyState>
          }
        />
      </div>
      {adding && <AddDialog group={group} close={() => setAdding(false)} />}
    </>
  );
}
