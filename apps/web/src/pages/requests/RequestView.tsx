import { Button } from '@mantine/core';
import type { AccessRequest } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconKey,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { exact } from '../../lib/format.ts';
import { requests } from '../../lib/messages/requests.ts';
import { requestLook } from '../../parts/checkout/words.ts';
import { span, until } from '../../parts/checkout/span.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Details } from '../../ui/Facts.tsx';
import { Pill } from '../../ui/Pill.tsx';
import css from './requests.module.css';
import { requesterOf, timelineOf } from './timeline.ts';

const hour = 3_600_000;
const glyphs = { done: IconCircleCheck, bad: IconCircleX, now: IconClock, next: IconCircleDashed } as const;

/** What was asked for, in words: how long, or which window. */
function wantedInWords({ startsAt, endsAt, exclusiveHours }: AccessRequest): string {
  if (startsAt && endsAt) return requests('wantsBetween', { from: exact(startsAt), until: exact(endsAt) });
  if (startsAt) return requests('wantsFrom', { from: exact(startsAt) });
  if (endsAt) return requests('wantsUntil', { until: exact(endsAt) });
  return exclusiveHours > 0 ? requests('wantsNow', { span: span(exclusiveHours * hour) }) : requests('wantsEver');
}

/** The state of a request, and beside it what is out of the ordinary. `row`: on one line, without the review. */
export function RequestPills({ request, row = false }: { readonly request: AccessRequest; readonly row?: boolean }) {
  const { tone, icon, word } = requestLook(request);
  return (
    <span className={css.pills} data-row={row || undefined}>
      {request.kind === 'emergency' && (
        <Pill tone="bad" icon={IconAlertTriangle}>
          {requests('emergency')}
        </Pill>
      )}
      <Pill tone={tone} icon={icon}>
        {word}
      </Pill>
      {request.kind === 'emergency' && !row && (
        <Pill tone={request.review ? 'ok' : 'warn'}>{requests(request.review ? 'reviewed' : 'unreviewed')}</Pill>
      )}
    </span>
  );
}

/** One request: who asks for what and why, how it stands, and everything that became of it. */
export function RequestView({ request }: { readonly request: AccessRequest }) {
  const { accountName, resourceName, state } = request;
  const requester = requesterOf(request);
  return (
    <>
      <div className={css.who}>
        <Avatar name={requester} size={40} />
        <div>
          <h2>
            {requests(request.kind === 'emergency' ? 'opened' : 'asks', { name: requester, account: accountName })}
          </h2>
          <p className="dim">
            <span>{requests('on', { resource: resourceName })}</span>
            <RequestPills request={request} />
          </p>
        </div>
      </div>
      {request.kind === 'emergency' && !request.review && (
        <p className={css.warn}>
          <IconAlertTriangle size={17} aria-hidden />
          <span>
            <b>{requests('emergencyWarn')}</b>
            {requests('emergencyText', { name: requester })}
          </span>
        </p>
      )}
      <blockquote className={css.reason} aria-label={requests('why')}>
        {request.reason}
      </blockquote>
      <Details
        items={[
          [requests('ticket'), request.ticket ? <bdi className="mono">{request.ticket}</bdi> : requests('noTicket')],
          [requests('wants'), wantedInWords(request)],
          [
            requests('void'),
            state === 'waiting' && (
              <span key="l" className="num" title={exact(request.voidAt)}>
                {Date.parse(request.voidAt) > Date.now()
                  ? requests('voidIn', { time: until(request.voidAt) })
                  : requests('voidNow')}
              </span>
            ),
          ],
          [requests('useBy'), state === 'approved' && request.useBy && exact(request.useBy)],
          [
            requests('inFront'),
            state === 'approved' && request.inFront !== null && requests('inFrontOf', { count: request.inFront }),
          ],
          [requests('turn'), state === 'approved' && request.turnUntil && exact(request.turnUntil)],
          [requests('dueAt'), state === 'in-use' && (request.dueAt ? exact(request.dueAt) : requests('dueNever'))],
        ]}
      />
      <h3>{requests('timeline')}</h3>
      <ol className={css.steps}>
        {timelineOf(request).map(({ key, state: at, at: when, text, note, more }) => {
          const Glyph = glyphs[at];
          return (
            <li key={key} data-state={at}>
              <Glyph size={18} aria-hidden />
              <span>
                <span className={css.step}>
                  <span>{text}</span>
                  {when && <time className="dim num">{exact(when)}</time>}
                </span>
                {note && key !== 'asked' && <q>{note}</q>}
                {more && <span className={css.more}>{more}</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {request.resourceId && request.accountId && (
        <p className={css.links}>
          <Button
            component={Link}
            to={`/resources/${request.resourceId}?account=${request.accountId}`}
            size="xs"
            variant="subtle"
            color="gray"
            leftSection={<IconKey size={14} />}
          >
            {requests('openAccount')}
          </Button>
        </p>
      )}
    </>
  );
}
