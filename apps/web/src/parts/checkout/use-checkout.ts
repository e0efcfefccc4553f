import type { Account } from '@strongroom/contract';
import { createContext, useContext } from 'react';

/** What access is controlled of. */
export interface ControlOf {
  readonly kind: 'resource' | 'account';
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
}
/** An account, as far as requests for it need it. */
export type Wanted = Pick<Account, 'id' | 'username' | 'resourceName' | 'resourceId' | 'access'>;

/** What `useCheckout` gives. */
export interface Checkout {
  /** Asks for a reason, and when, and sends the request. */
  readonly request: (account: Wanted) => void;
  readonly checkOut: (account: Wanted) => void;
  readonly checkIn: (account: Wanted) => void;
  /** Takes the request back that waits or is approved. */
  readonly withdraw: (account: Wanted) => void;
  readonly emergency: (account: Wanted) => void;
  readonly control: (of: ControlOf) => void;
}
export const CheckoutContext = createContext<Checkout | null>(null);

/** What one does with passwords to which access is controlled, from anywhere inside the shell. */
export function useCheckout(): Checkout {
  const value = useContext(CheckoutContext);
  if (!value) throw new Error('useCheckout outside the shell');
  return value;
}
