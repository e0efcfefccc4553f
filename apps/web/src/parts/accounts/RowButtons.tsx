import type { Account } from '@strongroom/contract';
import { IconDots, IconStar, IconStarFilled } from '@tabler/icons-react';
import { accounts } from '../../lib/messages/accounts.ts';
import rowCss from '../../ui/row.module.css';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import type { OpenMenu } from './AccountMenu.tsx';
import css from './row-buttons.module.css';
import type { AccountActions } from './use-account-actions.tsx';

/** The star of a row. */
export function Star({
  account,
  actions,
  tabIndex,
  size = 15,
}: {
  readonly account: Account;
  readonly actions: AccountActions;
  readonly tabIndex?: 0 | -1;
  readonly size?: number;
}) {
  return (
    <button
      type="button"
      className={`${rowCss.ib} ${css.starButton}`}
      data-key="f"
      tabIndex={tabIndex}
      aria-pressed={account.favourite}
      aria-label={accounts(account.favourite ? 'removeFavourite' : 'addFavourite', { name: nameOf(account) })}
      onClick={() => actions.favourite(account)}
    >
      {account.favourite ? (
        <IconStarFilled size={size} className={css.star} aria-hidden />
      ) : (
        <IconStar size={size} aria-hidden />
      )}
    </button>
  );
}

/** The button that opens a row's menu. */
export function More({
  account,
  menu,
  tabIndex,
}: {
  readonly account: Account;
  readonly menu: OpenMenu;
  readonly tabIndex?: 0 | -1;
}) {
  return (
    <button
      type="button"
      className={`${rowCss.ib} ${rowCss.lg}`}
      tabIndex={tabIndex}
      aria-haspopup="menu"
      aria-label={accounts('moreFor', { name: nameOf(account) })}
      onClick={(event) => menu(event.currentTarget, account)}
    >
      <IconDots size={16} aria-hidden />
    </button>
  );
}

/** The letters V and R press these; they are seen by no one, and reached by no Tab. */
export function Keys({ account, actions }: { readonly account: Account; readonly actions: AccountActions }) {
  const may = (action: string) => account.resettable && account.can.includes(action);
  return (
    <span hidden>
      {may('account.verify') && <button type="button" data-key="v" onClick={() => actions.verify(account)} />}
      {may('account.rotate') && <button type="button" data-key="r" onClick={() => actions.rotate(account)} />}
    </span>
  );
}
