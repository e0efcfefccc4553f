import { Button } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { listRequests, readRequest, type AccessRequest, type AccessRequestId } from '@strongroom/contract';
import { IconAlertTriangle, IconArrowLeft, IconInbox, IconTicket } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { requests } from '../../lib/messages/requests.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { fastMs } from '../../parts/checkout/live.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { Decide } from './Decide.tsx';
import css from './requests.module.css';
import { RequestView } from './RequestView.tsx';
import { approvalsOf, requesterOf } from './timeline.ts';

const atOnce = 100;

/** One request by its id, kept true while it is looked at. */
export function useRequest(id: string | undefined, known?: AccessRequest) {
  return useQuery({
    queryKey: [...keys.requests, 'one', id ?? ''],
    queryFn: ({ signal }) => ask(readRequest, { requestId: (id ?? '') as AccessRequestId }, { signal }),
    enabled: id !== undefined,
    refetchInterval: fastMs,
    ...(known ? { placeholderData: known } : {}),
  });
}

/** What is said where a request cannot be read. */
export function RequestFailure({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return error instanceof ProblemError && error.status === 404 ? (
    <p className={`dim ${css.choose}`}>{requests('gone')}</p>
  ) : (
    <ErrorBox error={error} retry={retry} />
  );
}

function Item({
  request,
  on,
  open,
}: {
  readonly request: AccessRequest;
  readonly on: boolean;
  readonly open: () => void;
}) {
  const { given, needed } = approvalsOf(request);
  return (
    <li>
      <button type="button" aria-current={on || undefined} data-on={on || undefined} onClick={open}>
        <Avatar name={requesterOf(request)} size={32} />
        <span className={css.item}>
          <span className={css.itemHead}>
            <b className="trunc">
              <bdi>{requesterOf(request)}</bdi>
            </b>
            <time className="dim" title={exact(request.createdAt)}>
              {ago(request.createdAt)}
            </time>
          </span>
          <span className="trunc">
            <bdi>{request.accountName}</bdi>{' '}
            <span className="dim">{requests('on', { resource: request.resourceName })}</span>
          </span>
          <span className="trunc dim">{request.reason}</span>
          <span className={css.tags}>
            {request.kind === 'emergency' && (
              <Pill tone="bad" icon={IconAlertTriangle}>
                {requests('emergency')}
              </Pill>
            )}
            {request.ticket && (
              <Pill tone="neutral" icon={IconTicket}>
                {request.ticket}
              </Pill>
            )}
            {request.kind === 'request' && needed > 1 && (
              <Pill tone="neutral">{requests('approvedOf', { given, needed })}</Pill>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}

/** What waits for the signed-in user: a list, and beside it the request that is looked at. J and K move, A approves, X goes to the note. */
export function Inbox(props: {
  readonly view: 'approve' | 'emergency';
  readonly id: string | undefined;
  readonly open: (id: string | undefined) => void;
}) {
  const { view, open } = props;
  const phone = useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, {
    getInitialValueInEffect: false,
  });
  const [preferences] = usePreferences();
  const note = useRef<HTMLTextAreaElement>(null);
  const approve = useRef<HTMLButtonElement>(null);
  const list = useQuery({
    queryKey: [...keys.requests, 'inbox', view],
    queryFn: ({ signal }) => ask(listRequests, { view, sort: '-createdAt', limit: atOnce }, { signal }),
    refetchInterval: fastMs,
    placeholderData: keepPreviousData,
  });
  const items = list.data?.items ?? [];
  const id = props.id ?? (phone ? undefined : items[0]?.id);
  const at = items.findIndex((one) => one.id === id);
  const shown = useRequest(id, items[at]);
  const go = (step: number) => {
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    if (next) open(next.id);
  };
  const key = (does: () => void) => () => {
    if (preferences.shortcuts !== 'off' && !document.querySelector('[role=dialog]')) does();
  };
  useHotkeys([
    ['J', key(() => go(1))],
    ['K', key(() => go(-1))],
    ['A', key(() => approve.current?.click())],
    ['X', key(() => note.current?.focus())],
  ]);
  const decided = () => {
    const next = items[at + 1] ?? items[at - 1];
    open(phone ? undefined : next?.id);
  };
  const empty = <EmptyState icon={IconInbox} title={requests(`empty-${view}`)} text={requests(`emptyHelp-${view}`)} />;
  if (list.isError && !list.data) return <ErrorBox error={list.error} retry={() => void list.refetch()} />;
  if (list.data && items.length === 0 && id === undefined) return empty;
  return (
    <div className={css.split}>
      {(!phone || id === undefined) && (
        <ul className={css.list} aria-label={requests(`view-${view}`)}>
          {list.isPending && <Bones />}
          {items.map((one) => (
            <Item key={one.id} request={one} on={!phone && one.id === id} open={() => open(one.id)} />
          ))}
          {list.data && items.length === 0 && <li>{empty}</li>}
        </ul>
      )}
      {id !== undefined && (
        <article
          className={css.pane}
          aria-label={requests('detail', { name: shown.data ? requesterOf(shown.data) : '' })}
        >
          {phone && (
            <Button
              className={css.back ?? ''}
              variant="subtle"
              color="gray"
              size="xs"
              leftSection={<IconArrowLeft size={15} />}
              onClick={() => open(undefined)}
            >
              {requests('back')}
            </Button>
          )}
          {shown.isPending && <Bones />}
          {shown.isError && !shown.data && <RequestFailure error={shown.error} retry={() => void shown.refetch()} />}
          {shown.data && (
            <>
              <RequestView request={shown.data} />
              <Decide request={shown.data} decided={decided} noteRef={note} approveRef={approve} />
            </>
          )}
        </article>
      )}
    </div>
  );
}
