import { checkIn, checkOut, withdrawRequest } from '@strongroom/contract';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import { useLiveAccess } from './live.ts';
import { refreshAccess } from './refresh.ts';
import { CheckoutContext, type Checkout, type ControlOf, type Wanted } from './use-checkout.ts';
import { useRequestCounts } from './use-requests.ts';

const RequestDialog = lazy(() => import('./RequestDialog.tsx'));
const EmergencyDialog = lazy(() => import('./EmergencyDialog.tsx'));
const Reminders = lazy(() => import('./Reminders.tsx'));
const ControlDialog = lazy(() => import('./ControlDialog.tsx'));

type Open =
  | { readonly what: 'request' | 'emergency'; readonly account: Wanted }
  | { readonly what: 'control'; readonly of: ControlOf };

/** Holds the dialogs around requests, keeps what is shown of them true, and tells before time is over. */
export function CheckoutProvider({ children }: { readonly children: ReactNode }) {
  const { withWhy } = useSecrets();
  const [open, setOpen] = useState<Open | null>(null);
  useLiveAccess();
  // Only who asked for something can have it out.
  const asked = (useRequestCounts().data?.mine ?? 0) > 0;
  const value = useMemo<Checkout>(() => {
    const take = async (account: Wanted) => {
      const name = nameOf(account);
      const got = await withWhy(account.id, checkout('whyCheckOut', { name }), (why) =>
        ask(checkOut, { accountId: account.id, ...why }),
      );
      if (got)
        toast({
          message: got.dueAt
            ? checkout('checkedOut', { name, at: exact(got.dueAt) })
            : checkout('checkedOutOpen', { name }),
        });
      await refreshAccess(account);
    };
    const end = async (account: Wanted, does: () => Promise<unknown>, said: string) => {
      try {
        await does();
        toast({ message: said });
      } catch (error) {
        toastProblem(error);
      }
      await refreshAccess(account);
    };
    return {
      request: (account) => setOpen({ what: 'request', account }),
      emergency: (account) => setOpen({ what: 'emergency', account }),
      control: (of) => setOpen({ what: 'control', of }),
      checkOut: (account) => void take(account),
      checkIn: (account) =>
        void end(
          account,
          () => ask(checkIn, { accountId: account.id }),
          checkout('checkedIn', { name: nameOf(account) }),
        ),
      withdraw: (account) => {
        const id = account.access?.requestId;
        if (id)
          void end(
            account,
            () => ask(withdrawRequest, { requestId: id }),
            checkout('withdrawn', { name: nameOf(account) }),
          );
      },
    };
  }, [withWhy]);
  const close = () => setOpen(null);
  return (
    <CheckoutContext.Provider value={value}>
      {children}
      <Suspense fallback={null}>
        {asked && <Reminders />}
        {open?.what === 'request' && <RequestDialog account={open.account} close={close} />}
        {open?.what === 'emergency' && <EmergencyDialog account={open.account} close={close} />}
        {open?.what === 'control' && <ControlDialog of={open.of} close={close} />}
      </Suspense>
    </CheckoutContext.Provider>
  );
}
