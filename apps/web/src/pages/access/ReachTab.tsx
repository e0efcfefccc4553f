import { SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { userReaches, type UserId } from '@strongroom/contract';
import { IconUserSearch } from '@tabler/icons-react';
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
import { fields, heldKinds, kindOf } from './asking.ts';
import { AtField, isAhead } from './AtField.tsx';
import { ReachTable } from './ReachTable.tsx';
import { SubjectSelect, subjectName, useSubject } from './SubjectSelect.tsx';

/** Everything of one kind that a person reaches, now or then. */
export function ReachTab() {
  const [url, set] = useUrlState(fields);
  const kind = kindOf(url.kind);
  const who = useSubject('user', url.user);
  const [search] = useDebouncedValue(url.q?.trim() ?? '', 200);
  const query = useInfiniteQuery({
    queryKey: ['access', 'reach', kind, url.user, url.at, search],
    queryFn: ({ pageParam, signal }) =>
      ask(
        userReaches,
        {
          userId: (url.user ?? '') as UserId,
          kind,
          limit: 100,
          ...(pageParam ? { cursor: pageParam } : {}),
          ...(url.at ? { at: url.at } : {}),
          ...(search ? { search } : {}),
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: url.user !== undefined && !isAhead(url.at),
    retry: false,
  });
  const first = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className={css.ask}>
        <SubjectSelect
          kind="user"
          label={access('person')}
          id={url.user}
          choose={(user) => set({ user }, { push: true })}
        />
        <AtField at={url.at} set={(at) => set({ at })} />
      </div>
      {url.user === undefined ? (
        <EmptyState icon={IconUserSearch} title={access('askReach')} />
      ) : (
        <section className={css.answer}>
          <div className={css.head}>
            <SegmentedControl
              className={css.noPrint}
              aria-label={access('kind')}
              data={heldKinds.map((one) => ({ value: one, label: access(`${one}s`) }))}
              value={kind}
              onChange={(value) => set({ kind: value })}
            />
            <TextInput
              className={css.noPrint}
              aria-label={access('search')}
              placeholder={access('search')}
              value={url.q ?? ''}
              onChange={(event) => set({ q: event.currentTarget.value })}
            />
          </div>
          {query.isError ? (
            <ErrorBox error={query.error} />
          ) : !first ? (
            !isAhead(url.at) && <Bones />
          ) : (
            <>
              <p role="status">
                <b>{access(`${kind}s`)}:</b>{' '}
                {first.totalIs === 'at-least'
                  ? access('atLeast', { count: first.total })
                  : access('reachCount', { count: first.total, name: who ? subjectName(who) : '' })}{' '}
                {url.at && access('thenAt', { when: exact(url.at) })}
              </p>
              {rows.length > 0 && (
                <ReachTable
                  first={access(kind)}
                  more={query.hasNextPage}
                  busy={query.isFetchingNextPage}
                  loadMore={() => void query.fetchNextPage()}
                  rows={rows.map((row) => ({
                    id: row.id,
                    name: <bdi>{row.name}</bdi>,
                    note: row.detail && <bdi>{row.detail}</bdi>,
                    hold: row.hold,
                    decidedBy: row.decidedBy,
                    ways: row.ways,
                    why: (
                      <Link
                        className="link"
                        to="/admin/access/why"
                        search={{ kind, object: row.id, user: url.user, ...(url.at ? { at: url.at } : {}) }}
                        aria-label={`${access('explain')}: ${row.name}`}
                      >
                        {access('explain')}
                      </Link>
                    ),
                  }))}
                />
              )}
            </>
          )}
        </section>
      )}
    </>
  );
}
