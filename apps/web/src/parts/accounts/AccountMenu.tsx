import { Menu } from '@mantine/core';
import type { Account } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconDownload,
  IconExternalLink,
  IconHistory,
  IconInbox,
  IconKey,
  IconLayoutSidebarRight,
  IconLock,
  IconPencil,
  IconRotateClockwise,
  IconServer,
  IconShield,
  IconShieldCheck,
  IconTrash,
  IconTypography,
  IconUpload,
  IconUserExclamation,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState, type ReactNode } from 'react';
import { accounts } from '../../lib/messages/accounts.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { files } from '../../lib/messages/files.ts';
import { useCheckout } from '../checkout/use-checkout.ts';
import { useFiles } from '../files/FilesProvider.tsx';
import { accountTarget } from '../files/target.ts';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import type { AccountActions } from './use-account-actions.tsx';

export type OpenMenu = (button: HTMLElement, account: Account) => void;

/**
 * One menu for a whole list, placed over the button that asked for it: a Mantine menu in each virtual row would cost
 * frames. Offers only what the server said may be done.
 */
export function useAccountMenu(
  actions: AccountActions,
  where: { readonly look?: (account: Account, tab?: string) => void; readonly onResource?: boolean },
): { readonly open: OpenMenu; readonly node: ReactNode } {
  const [asked, setAsked] = useState<{
    readonly button: HTMLElement;
    readonly account: Account;
    readonly round: number;
  } | null>(null);
  const [shown, setShown] = useState(false);
  const navigate = useNavigate();
  const { download, askUpload } = useFiles();
  const checkouts = useCheckout();
  const open = useCallback<OpenMenu>((button, account) => {
    setAsked((before) => ({ button, account, round: (before?.round ?? 0) + 1 }));
    setShown(true);
  }, []);
  if (!asked) return { open, node: null };
  const { account, button } = asked;
  const place = button.getBoundingClientRect();
  const rtl = document.documentElement.dir === 'rtl';
  const may = (action: string) => account.can.includes(action);
  const { access } = account;
  const { look } = where;
  // The button has the focus again before a dialog opens, so that the dialog gives it back there.
  const then = (does: () => void) => () => {
    button.focus();
    does();
  };
  const node = (
    <Menu
      key={asked.round}
      opened={shown}
      onChange={setShown}
      onClose={() => {
        setShown(false);
        button.focus();
      }}
      width={224}
      withinPortal
      returnFocus={false}
    >
      <Menu.Target>
        <span
          aria-hidden
          style={{
            position: 'fixed',
            left: rtl ? place.left : place.right - 1,
            top: place.bottom - 1,
            width: 1,
            height: 1,
          }}
        />
      </Menu.Target>
      <Menu.Dropdown aria-label={accounts('menuFor', { name: nameOf(account) })}>
        {access?.can.includes('account.check-out') && (
          <Menu.Item leftSection={<IconLock size={15} />} onClick={then(() => checkouts.checkOut(account))}>
            {checkout('checkOut')}
          </Menu.Item>
        )}
        {access?.can.includes('account.check-in') && (
          <Menu.Item leftSection={<IconLock size={15} />} onClick={then(() => checkouts.checkIn(account))}>
            {checkout('checkIn')}
          </Menu.Item>
        )}
        {access?.can.includes('account.break-glass') && (
          <Menu.Item leftSection={<IconAlertTriangle size={15} />} onClick={then(() => checkouts.emergency(account))}>
            {checkout('emergency')}
          </Menu.Item>
        )}
        {access && (
          <Menu.Item
            leftSection={<IconInbox size={15} />}
            onClick={() => void navigate({ to: '/requests', search: { view: 'all', account: account.id } })}
          >
            {checkout('requestsOf')}
          </Menu.Item>
        )}
        {access && <Menu.Divider />}
        {account.attempt?.state === 'needs-person' && may('attempt.resolve') && (
          <Menu.Item leftSection={<IconUserExclamation size={15} />} onClick={then(() => actions.resolve(account))}>
            {accounts('resolve')}
          </Menu.Item>
        )}
        {may('account.change-password') && (
          <Menu.Item leftSection={<IconKey size={15} />} onClick={then(() => actions.changePassword(account))}>
            {accounts('changePassword')}
          </Menu.Item>
        )}
        {may('account.rotate') && account.resettable && (
          <Menu.Item
            leftSection={<IconRotateClockwise size={15} />}
            rightSection={<kbd className="kbd">R</kbd>}
            onClick={then(() => actions.rotate(account))}
          >
            {accounts('rotate')}
          </Menu.Item>
        )}
        {may('account.verify') && account.resettable && (
          <Menu.Item
            leftSection={<IconShieldCheck size={15} />}
            rightSection={<kbd className="kbd">V</kbd>}
            onClick={then(() => actions.verify(account))}
          >
            {accounts('verify')}
          </Menu.Item>
        )}
        {may('account.reveal') && (
          <Menu.Item leftSection={<IconTypography size={15} />} onClick={then(() => actions.showLarge(account))}>
            {accounts('showLarge')}
          </Menu.Item>
        )}
        {may('account.open-url') && (
          <Menu.Item leftSection={<IconExternalLink size={15} />} onClick={then(() => actions.openUrl(account))}>
            {accounts('openUrl')}
          </Menu.Item>
        )}
        {may('account.download-file') && (
          <Menu.Item
            leftSection={<IconDownload size={15} />}
            rightSection={<kbd className="kbd">E</kbd>}
            onClick={then(() => download(accountTarget(account)))}
          >
            {files('menuDownload')}
          </Menu.Item>
        )}
        {may('account.upload-file') && (
          <Menu.Item leftSection={<IconUpload size={15} />} onClick={then(() => askUpload(accountTarget(account)))}>
            {files(account.file ? 'menuReplace' : 'menuUpload')}
          </Menu.Item>
        )}
        {look && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconLayoutSidebarRight size={15} />} onClick={then(() => look(account))}>
              {accounts('quickLook')}
            </Menu.Item>
            <Menu.Item leftSection={<IconHistory size={15} />} onClick={then(() => look(account, 'history'))}>
              {account.holdsFile ? files('menuHistory') : accounts('history')}
            </Menu.Item>
          </>
        )}
        {!where.onResource && (
          <Menu.Item
            leftSection={<IconServer size={15} />}
            onClick={() => void navigate({ to: `/resources/${account.resourceId}` })}
          >
            {accounts('openResource')}
          </Menu.Item>
        )}
        {(may('account.update') || may('account.copy') || may('account.move') || may('account.delete')) && (
          <Menu.Divider />
        )}
        {may('account.update') && (
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={then(() => actions.edit(account))}>
            {accounts('edit')}
          </Menu.Item>
        )}
        {may('account.control-access') && (
          <Menu.Item
            leftSection={<IconShield size={15} />}
            onClick={then(() =>
              checkouts.control({
                kind: 'account',
                id: account.id,
                name: nameOf(account),
                resourceId: account.resourceId,
              }),
            )}
          >
            {checkout('control')}
          </Menu.Item>
        )}
        {(may('account.copy') || may('account.move')) && (
          <Menu.Item leftSection={<IconArrowsExchange size={15} />} onClick={then(() => actions.copyOrMove(account))}>
            {accounts('copyMove')}
          </Menu.Item>
        )}
        {may('account.delete') && (
          <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={then(() => actions.remove(account))}>
            {accounts('remove')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
  return { open, node };
}
