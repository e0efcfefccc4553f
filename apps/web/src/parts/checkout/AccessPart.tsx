import { Button } from '@mantine/core';
import type { AccessState } from '@strongroom/contract';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { exact } from '../../lib/format.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import css from './access.module.css';
import { until } from './span.ts';
import { useCheckout, type Wanted } from './use-checkout.ts';

/** The time that is left until an instant, which moves while one looks. */
function Left({ at }: { readonly at: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 15_000);
    return () => clearInterval(timer);
  }, []);
  return <b className="num">{checkout('left', { time: until(at) })}</b>;
}

/** What there is to say of a state beyond its cell; null where the cell says it all. */
function sentence({ state, dueAt, useBy, note, holder }: AccessState, may: (action: string) => boolean): string | null {
  switch (state) {
    case 'mine':
      return dueAt ? checkout('dueAt', { at: exact(dueAt) }) : checkout('untilCheckIn');
    case 'approved':
      if (!may('account.check-out')) return holder ? checkout('nextUpHelp') : null;
      return useBy ? checkout('withinTitle', { at: exact(useBy) }) : null;
    case 'in-use':
      return dueAt ? checkout('inUseUntil', { at: exact(dueAt) }) : checkout('inUseHelp');
    case 'rejected':
      return note ? checkout('rejectedNote', { note }) : null;
    case 'void':
    case 'expired':
      return checkout(`${state}Help`);
    case 'resetting':
      return checkout('resettingHelp');
    case 'reset-failed':
      return note ? checkout('resetFailedWhy', { why: note }) : checkout('resetFailedHelp');
    case 'request':
    case 'waiting':
      return null;
  }
}

/** How one stands with a controlled password, in the drawer: what its state means, the time left, its requests, and the way in an emergency. */
export function AccessPart({ account, access }: { readonly account: Wanted; readonly access: AccessState }) {
  const does = useCheckout();
  const may = (action: string) => access.can.includes(action);
  const said = sentence(access, may);
  return (
    <section className={css.part} aria-label={checkout('access')}>
      {said && <p>{said}</p>}
      {access.state === 'mine' && access.dueAt && (
        <p>
          <Left at={access.dueAt} />
        </p>
      )}
      <div className={css.links}>
        <Button
          component={Link}
          to={`/requests?view=all&account=${account.id}`}
          size="xs"
          variant="default"
          leftSection={<IconInbox size={14} />}
        >
          {checkout('requestsOf')}
        </Button>
        {may('account.break-glass') && (
          <Button
            size="xs"
            variant="default"
            color="red"
            leftSection={<IconAlertTriangle size={14} />}
            onClick={() => does.emergency(account)}
          >
            {checkout('emergency')}
          </Button>
        )}
      </div>
    </section>
  );
}
