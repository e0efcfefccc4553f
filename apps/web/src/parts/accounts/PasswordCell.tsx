import type { Account } from '@strongroom/contract';
import { IconLock } from '@tabler/icons-react';
import { useCallback } from 'react';
import { accounts } from '../../lib/messages/accounts.ts';
import { useMe } from '../../lib/session.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { AccessCell } from '../checkout/AccessCell.tsx';
import { FileCell } from '../files/FileCell.tsx';
import { accountTarget } from '../files/target.ts';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';

/** Whether it can be opened now: access is not controlled, or whoever looks need not ask, or may see what somebody else has out. */
const opens = ({ can, holdsFile }: Account): boolean =>
  can.includes(holdsFile ? 'account.download-file' : 'account.reveal');

/** The one Password column: exactly one state, and its next action. An account of a store has its file there. */
export function PasswordCell({ account, tabIndex }: { readonly account: Account; readonly tabIndex?: 0 | -1 }) {
  const { preferences } = useMe();
  const { reveal } = useSecrets();
  const { id, username, resourceName } = account;
  const open = useCallback(
    (purpose: 'show' | 'copy') => reveal({ id, username, resourceName }, purpose),
    [reveal, id, username, resourceName],
  );
  const tab = tabIndex === undefined ? {} : { tabIndex };
  const { access } = account;
  if (access && access.state !== 'mine' && !opens(account))
    return <AccessCell account={account} access={access} field={null} {...tab} />;
  const field = account.holdsFile ? (
    <FileCell target={accountTarget(account)} {...tab} />
  ) : (
    // A new version draws a new field: what was shown before is not shown for it.
    <SecretField
      key={account.secretVersion}
      name={nameOf(account)}
      reveal={open}
      hideAfter={preferences.hideSecretSeconds}
      clearAfter={preferences.clearClipboardSeconds}
      {...tab}
    />
  );
  if (access?.state === 'mine') return <AccessCell account={account} access={access} field={field} {...tab} />;
  if (account.holdsFile) return field;
  if (!account.can.includes('account.reveal')) {
    return (
      <Pill tone="neutral" icon={IconLock} title={accounts('noPasswordHelp')}>
        {accounts('noPassword')}
      </Pill>
    );
  }
  return field;
}
