import type { AccessState } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconClock,
  IconClockX,
  IconHourglass,
  IconLock,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { exact, moment } from '../../lib/format.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { Pill } from '../../ui/Pill.tsx';
import rowCss from '../../ui/row.module.css';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import css from './access.module.css';
import { until } from './span.ts';
import { useCheckout, type Wanted } from './use-checkout.ts';

/** A button of a row. The first of a row is pressed by E, as the eye is where a password can be shown. */
function Act(props: {
  readonly name: string;
  readonly does: () => void;
  readonly tabIndex: number | undefined;
  readonly filled?: boolean;
  readonly first?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={`${rowCss.bt} ${props.filled ? css.filled : ''}`}
      tabIndex={props.tabIndex}
      aria-label={props.name}
      {...(props.first ? { 'data-key': 'e' } : {})}
      onClick={props.does}
    >
      {props.children}
    </button>
  );
}

/** What a password's cell says instead of the password, or beside it, while access to it is controlled: one state and its next action. */
export function AccessCell(props: {
  readonly account: Wanted;
  readonly access: AccessState;
  /** The password itself, for whoever has it out. */
  readonly field: ReactNode;
  readonly tabIndex?: 0 | -1;
}) {
  const { account, access } = props;
  const does = useCheckout();
  const name = nameOf(account);
  const may = (action: string) => access.can.includes(action);
  const tab = { tabIndex: props.tabIndex };
  const ask = (word: 'request' | 'requestAgain' | 'queue') =>
    may('account.request') && (
      <Act name={checkout(`${word}For`, { name })} does={() => does.request(account)} first {...tab}>
        {checkout(word)}
      </Act>
    );
  const withdraw = access.requestId !== null && (
    <Act name={checkout('withdrawFor', { name })} does={() => does.withdraw(account)} {...tab}>
      {checkout('withdraw')}
    </Act>
  );
  switch (access.state) {
    case 'request':
      return <span className={css.cell}>{ask('request')}</span>;
    case 'waiting':
      return (
        <span className={css.cell}>
          <Pill tone="warn" icon={IconClock} title={checkout('waiting')}>
            {access.approvalsNeeded > 1
              ? checkout('waitingOf', { given: access.approvalsGiven, needed: access.approvalsNeeded })
              : checkout('waiting')}
          </Pill>
          {withdraw}
        </span>
      );
    case 'approved':
      if (may('account.check-out'))
        return (
          <span className={css.cell}>
            <Act name={checkout('checkOutFor', { name })} does={() => does.checkOut(account)} filled first {...tab}>
              {checkout('checkOut')}
            </Act>
            {access.useBy && (
              <span className="dim num trunc" title={checkout('withinTitle', { at: exact(access.useBy) })}>
                {checkout('within', { time: until(access.useBy) })}
              </span>
            )}
          </span>
        );
      return (
        <span className={css.cell}>
          {access.startsAt && Date.parse(access.startsAt) > Date.now() ? (
            <Pill tone="info" icon={IconHourglass} title={checkout('fromTitle', { at: exact(access.startsAt) })}>
              {checkout('from', { at: moment(access.startsAt) })}
            </Pill>
          ) : (
            <Pill tone="busy" icon={IconHourglass} title={checkout('nextUpHelp')}>
              {access.holder ? checkout('nextUp', { name: access.holder }) : checkout('nextUpSomebody')}
            </Pill>
          )}
          {withdraw}
        </span>
      );
    case 'mine':
      return (
        <span className={css.cell}>
          {props.field}
          <span title={access.dueAt ? checkout('dueAt', { at: exact(access.dueAt) }) : checkout('untilCheckIn')}>
            <Act name={checkout('checkInFor', { name })} does={() => does.checkIn(account)} {...tab}>
              <IconArrowBackUp className={css.backIcon} size={15} aria-hidden />
              <span className={css.backWord}>{checkout('checkIn')}</span>
            </Act>
          </span>
        </span>
      );
    case 'in-use':
      return (
        <span className={css.cell}>
          <Pill
            tone="busy"
            icon={IconLock}
            title={access.dueAt ? checkout('inUseUntil', { at: exact(access.dueAt) }) : checkout('inUseHelp')}
          >
            {access.holder ? checkout('inUse', { name: access.holder }) : checkout('inUseSomebody')}
          </Pill>
          {ask('queue')}
        </span>
      );
    case 'rejected':
      return (
        <span className={css.cell}>
          <Pill
            tone="bad"
            icon={IconX}
            {...(access.note ? { title: checkout('rejectedNote', { note: access.note }) } : {})}
          >
            {checkout('rejected')}
          </Pill>
          {ask('requestAgain')}
        </span>
      );
    case 'void':
    case 'expired':
      return (
        <span className={css.cell}>
          <Pill tone="neutral" icon={IconClockX} title={checkout(`${access.state}Help`)}>
            {checkout(access.state)}
          </Pill>
          {ask('requestAgain')}
        </span>
      );
    case 'resetting':
      return (
        <span className={css.cell}>
          <Pill tone="neutral" icon={IconRefresh} title={checkout('resettingHelp')}>
            {checkout('resetting')}
          </Pill>
          {ask('queue')}
        </span>
      );
    case 'reset-failed':
      return (
        <span className={css.cell}>
          <Pill
            tone="bad"
            icon={IconAlertTriangle}
            title={access.note ? checkout('resetFailedWhy', { why: access.note }) : checkout('resetFailedHelp')}
          >
            {checkout('resetFailed')}
          </Pill>
          {ask('request')}
        </span>
      );
  }
}
