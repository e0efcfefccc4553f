import { Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { whoReaches } from '@strongroom/contract';
import { IconUserQuestion } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './access.module.css';
import { fields, kindChoices, kindOf } from './asking.ts';
import { AtField, isAhead } from './AtField.tsx';
import { ReachTable } from './ReachTable.tsx';
import { SubjectSelect } from './SubjectSelect.tsx';

const stateKey = {
  active: 'state_active',
  invited: 'state_invited',
  locked: 'state_locked',
  disabled: 'state_disabled',
} as const;

/** Everybody who reaches one account, resource or resource group, now or then. */
export function WhoTab() {
  const [url, set] = useUrlState(fields);
  const kind = kindOf(url.kind);
  const [search] = useDebouncedValue(url.q?.trim() ?? '', 200);
  const query = useInfiniteQuery({
    queryKey: ['access', 'who', kind, url.object, url.at, search],
    queryFn: ({ pageParam, signal }) =>
      ask(
        whoReaches,
        {
          objectKind: kind,
          objectId: url.object ?? '',
          limit: 100,
          ...(pageParam ? { cursor: pageParam } : {}),
          ...(url.at ? { at: url.at } : {}),
          ...(search ? { search } : {}),
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: url.object !== undefined && !isAhead(url.at),
    retry: false,
  });
  const first = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className={css.ask}>
        <Select
          label={access('kind')}
          data={kindChoices()}
          allowDeselect={false}
          value={kind}
          onChange={(value) => set({ kind: value ?? undefined, object: undefined })}
        />
        <SubjectSelect
          key={kind}
          kind={kind}
          label={access(kind)}
          id={url.object}
          choose={(object) => set({ object, kind }, { push: true })}
        />
        <AtField at={url.at} set={(at) => set({ at })} />
      </div>
      {url.object === undefined ? (
        <EmptyState icon={IconUserQuestion} title={access('askWho')} />
      ) : query.isError ? (
        <ErrorBox error={query.error} />
      ) : !first ? (
        !isAhead(url.at) && <Bones />
      ) : (
        <section className={css.answer}>
          <div className={css.head}>
            <p role="status">
              {first.totalIs === 'at-least'
                ? access('atLeast', { count: first.total })
                : access('whoCount', { count: first.total, name: first.object.name ?? access('gone') })}{' '}
              {url.at && access('thenAt', { when: exact(url.at) })}
            </p>
            <TextInput
              className={css.noPrint}
              aria-label={access('search')}
              placeholder={access('search')}
              value={url.q ?? ''}
              onChange={(event) => set({ q: event.currentTarget.value })}
            />
          </div>
          {rows.length > 0 && (
            <ReachTable
              first={access('name')}
              more={query.hasNextPage}
              busy={query.isFetchingNextPage}
              loadMore={() => void query.fetchNextPage()}
              rows={rows.map((row) => ({
                id: row.userId,
                name: row.fullName ?? row.username ?? access('gone'),
                note: (
                  <>
                    {row.username && <bdi className="mono">{row.username}</bdi>}
                    {row.state !== 'active' && ` · ${access(stateKey[row.state as keyof typeof stateKey])}`}
                  </>
                ),
                hold: row.hold,
                decidedBy: row.decidedBy,
                ways: row.ways,
                why: row.username && (
                  <Link
                    className="link"
                    to="/admin/access/why"
                    search={{ kind, object: url.object, user: row.userId, ...(url.at ? { at: url.at } : {}) }}
                    aria-label={`${access('explain')}: ${row.fullName ?? row.username}`}
                  >
                    {access('explain')}
                  </Link>
                ),
              }))}
            />
          )}
        </section>
      )}
    </>
  );
}
