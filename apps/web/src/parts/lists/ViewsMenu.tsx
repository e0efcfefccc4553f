import { ActionIcon, Button, Popover, Select, TextInput, Tooltip } from '@mantine/core';
import {
  createView,
  deleteView,
  listViews,
  updateView,
  type UserGroupId,
  type View,
  type ViewedList,
} from '@strongroom/contract';
import { IconBookmark, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { lists } from '../../lib/messages/lists.ts';
import { tell } from '../../lib/problem.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import css from './lists.module.css';

type Query = Readonly<Record<string, string>>;
interface Props {
  readonly list: ViewedList;
  /** What the list's address says now: its filters and its order. */
  readonly query: Query;
  /** Shows a view: the address says this and nothing else. */
  readonly show: (query: Query) => void;
}

/** The button that opens the saved views of a list: one's own, and those that are shared with a group one is in. */
export function ViewsMenu(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} withinPortal trapFocus returnFocus>
      <Tooltip label={lists('viewsOf')} disabled={open}>
        <Popover.Target>
          <ActionIcon size={32} aria-label={lists('viewsOf')} aria-expanded={open} onClick={() => setOpen(!open)}>
            <IconBookmark size={16} />
          </ActionIcon>
        </Popover.Target>
      </Tooltip>
      <Popover.Dropdown aria-label={lists('viewsOf')}>
        <Views {...props} close={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Views({ list, query, show, close }: Props & { readonly close: () => void }) {
  const queries = useQueryClient();
  const key = ['views', list];
  const views = useQuery({ queryKey: key, queryFn: ({ signal }) => ask(listViews, { list }, { signal }) });
  const changed = () => queries.invalidateQueries({ queryKey: key });
  const update = async (view: View) => {
    await ask(updateView, { viewId: view.id, version: view.version, query });
    toast({ message: lists('updated', { name: view.name }) });
    await changed();
  };
  const remove = async (view: View) => {
    await ask(deleteView, { viewId: view.id });
    toast({ message: lists('deleted', { name: view.name }) });
    await changed();
  };
  const items = views.data?.items ?? [];
  const line = (view: View) => {
    const mine = view.can.includes('view.update');
    const beside = mine
      ? view.userGroupName && lists('sharedWith', { name: view.userGroupName })
      : lists('sharedBy', { name: view.ownerName });
    return (
      <li key={view.id} className={css.line}>
        <button
          type="button"
          className={css.view}
          onClick={() => {
            show(view.query);
            close();
          }}
        >
          <bdi className="trunc">{view.name}</bdi>
          {beside && <span className="dim trunc">{beside}</span>}
        </button>
        {mine && (
          <>
            <ActionIcon
              size={28}
              variant="subtle"
              color="gray"
              aria-label={`${lists('update')}: ${view.name}`}
              title={lists('update')}
              onClick={() => void update(view).catch(toastProblem)}
            >
              <IconRefresh size={14} />
            </ActionIcon>
            <ActionIcon
              size={28}
              variant="subtle"
              color="gray"
              aria-label={`${lists('delete')}: ${view.name}`}
              title={lists('delete')}
              onClick={() => void remove(view).catch(toastProblem)}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </>
        )}
      </li>
    );
  };
  const own = items.filter((view) => view.can.length > 0);
  const others = items.filter((view) => view.can.length === 0);
  return (
    <>
      {views.error && <p className={css.note}>{lists('failed', { text: tell(views.error).text })}</p>}
      {views.data && items.length === 0 && <p className={css.note}>{lists('noViews')}</p>}
      {[
        { title: lists('mine'), some: own },
        { title: lists('shared'), some: others },
      ].map(
        ({ title, some }) =>
          some.length > 0 && (
            <section key={title} aria-label={title}>
              <h2 className={css.title}>{title}</h2>
              <ul className={css.views}>{some.map(line)}</ul>
            </section>
          ),
      )}
      <KeepForm list={list} query={query} groups={views.data?.groups ?? []} kept={changed} />
    </>
  );
}

function KeepForm({
  list,
  query,
  groups,
  kept,
}: Pick<Props, 'list' | 'query'> & {
  readonly groups: readonly { id: UserGroupId; name: string }[];
  readonly kept: () => Promise<void>;
}) {
  const [name, setName] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const keep = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await ask(createView, {
        list,
        name,
        query: { ...query },
        userGroupId: groups.find((one) => one.id === group)?.id ?? null,
      });
      toast({ message: lists('saved', { name }) });
      setName('');
      await kept();
    } catch (error) {
      setProblem(tell(error).text);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className={css.keep}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void keep();
      }}
    >
      <h2 className={css.title}>{lists('keep')}</h2>
      <TextInput
        label={lists('name')}
        value={name}
        maxLength={80}
        withAsterisk={false}
        required
        onChange={(e) => setName(e.currentTarget.value)}
        error={problem}
        data-autofocus
      />
      {groups.length > 0 && (
        <Select
          label={lists('shareWith')}
          placeholder={lists('onlyMe')}
          data={groups.map(({ id, name: label }) => ({ value: id, label }))}
          value={group}
          onChange={setGroup}
          clearable
          searchable
          comboboxProps={{ withinPortal: false }}
        />
      )}
      <div className={css.actions}>
        <Button type="submit" loading={busy} disabled={name.trim() === ''}>
          {lists('save')}
        </Button>
      </div>
    </form>
  );
}
