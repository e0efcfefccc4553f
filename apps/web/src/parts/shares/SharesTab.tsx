import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Principal } from '@strongroom/contract';
import { IconSearch, IconShare } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { access } from '../../lib/messages/access.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { askShares, refreshShares, saveShares, sharesKey, type Shared } from './calls.ts';
import { CheckPerson } from './CheckPerson.tsx';
import { countsOf, differenceOf, edited, linesOf, type Draft, type Line } from './draft.ts';
import { Effect } from './Effect.tsx';
import { Inherited } from './Inherited.tsx';
import { PrincipalSelect } from './PrincipalSelect.tsx';
import { ShareLine } from './ShareLine.tsx';
import css from './shares.module.css';
import { countsText } from './words.ts';

/** As many lines as are shown at once; the search finds the others. */
const shownAtOnce = 200;
const permissionsOf = { account: ['view', 'modify'], other: ['view', 'modify', 'manage'] } as const;

/**
 * The shares of an account, a resource or a resource group: one field to add people and user groups, one list with a permission
 * for each, what saving would change for whom, and a check of any person. Nothing happens before Save.
 */
export default function SharesTab({ of }: { readonly of: Shared }) {
  const [draft, setDraft] = useState<Draft>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const query = useQuery({
    queryKey: [...sharesKey(of), 'list', search],
    queryFn: ({ signal }) => askShares(of, { limit: shownAtOnce, ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const total = query.data?.total ?? 0;
  const shares = query.data?.items ?? [];
  const lines = linesOf(shares, draft);
  const counts = countsOf(draft);
  const what = countsText(counts);
  const edit = (line: Line) => setDraft((before) => edited(before, line));
  const add = (principal: Principal | null) => {
    if (!principal || draft[principal.id]) return;
    const standing = shares.find((share) => share.to.id === principal.id) ?? null;
    edit({
      kind: principal.kind,
      id: principal.id,
      name: principal.name,
      detail: principal.detail,
      standing,
      wanted: { permission: standing?.permission ?? 'view', from: null, until: null },
    });
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await saveShares(of, differenceOf(draft), '');
      setDraft({});
      await refreshShares();
      toast({ message: access('saved', { name: of.name, what }) });
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Bones />;
  return (
    <div className={css.tab}>
      <PrincipalSelect
        label={access('shareWith')}
        chosen={null}
        choose={add}
        without={[...shares.map((share) => share.to.id), ...Object.keys(draft)]}
      />
      {(total > 10 || text) && (
        <TextInput
          aria-label={access('filter')}
          placeholder={access('filter')}
          leftSection={<IconSearch size={15} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {lines.length > 0 ? (
        <ul className={css.list} aria-label={access('with')}>
          {lines.map((line) => (
            <ShareLine
              key={line.id}
              line={line}
              permissions={permissionsOf[of.kind === 'account' ? 'account' : 'other']}
              edit={edit}
            />
          ))}
        </ul>
      ) : text ? (
        <p className="dim">{access('noneFound')}</p>
      ) : (
        <EmptyState icon={IconShare} title={access('none')} text={access('noneText', { owner: of.owner })} />
      )}
      {total > shares.length && <p className="dim">{access('more', { n: shares.length, total })}</p>}
      {what && <Effect of={of} draft={draft} />}
      {error !== null && <ErrorBox error={error} />}
      <SaveBar
        dirty={what !== ''}
        busy={busy}
        save={() => void save()}
        discard={() => {
          setDraft({});
          setError(null);
        }}
        saveLabel={access('save', { what })}
      />
      {of.kind !== 'resource-group' && <Inherited of={of} />}
      <CheckPerson of={of} draft={draft} />
      <p className={css.note}>{access('precedence')}</p>
    </div>
  );
}
