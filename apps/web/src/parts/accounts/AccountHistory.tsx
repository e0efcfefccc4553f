import { Button } from '@mantine/core';
import { readHistory, restoreVersion, type Account, type SecretVersion } from '@strongroom/contract';
import { IconHistory, IconRestore } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { secrets as words } from '../../lib/messages/secrets.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { FormerFile } from '../files/FileCell.tsx';
import { accountTarget } from '../files/target.ts';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import css from './drawer.module.css';
import { refreshAccount } from './store.ts';

const pageLength = 25;

function Version({
  account,
  version,
  restore,
}: {
  readonly account: Account;
  readonly version: SecretVersion;
  readonly restore: () => void;
}) {
  const { preferences } = useMe();
  const { reveal } = useSecrets();
  const { id, username, resourceName } = account;
  const number = version.version;
  const open = useCallback(
    (purpose: 'show' | 'copy') => reveal({ id, username, resourceName }, purpose, number),
    [reveal, id, username, resourceName, number],
  );
  const former = version.state === 'former' || version.state === 'abandoned';
  return (
    <li>
      <div className={css.line}>
        <b>{accounts('versionOf', { version: number })}</b>
        {version.state !== 'former' && (
          <Pill tone={version.state === 'current' ? 'ok' : version.state === 'candidate' ? 'busy' : 'neutral'}>
            {accounts(`version-${version.state}`)}
          </Pill>
        )}
        <span className={css.grow} />
        <time className="dim" dateTime={version.changedAt} title={exact(version.changedAt)}>
          {ago(version.changedAt)}
        </time>
      </div>
      <div className="dim">
        {accounts('historyBy', { origin: accounts(`origin-${version.origin}`), who: version.changedBy })}
        {version.changedFrom && (
          <>
            {' '}
            <bdi className="mono">{accounts('historyFrom', { address: version.changedFrom })}</bdi>
          </>
        )}
      </div>
      {(version.file || (former && account.can.includes('account.reveal-former'))) && (
        <div className={css.line}>
          {version.file ? (
            <FormerFile
              target={accountTarget(account)}
              version={number}
              file={version.file}
              mayDownload={account.can.includes('account.download-file')}
            />
          ) : (
            <SecretField
              name={`${nameOf(account)}, ${accounts('versionOf', { version: number })}`}
              reveal={open}
              hideAfter={preferences.hideSecretSeconds}
              clearAfter={preferences.clearClipboardSeconds}
            />
          )}
          {former && account.can.includes('account.restore') && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              leftSection={<IconRestore size={14} />}
              onClick={restore}
              aria-label={accounts('restoreVersion', { version: number })}
            >
              {accounts('restore')}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

/** Every password an account ever had: who changed it, from where and when; former ones behind the eye. */
export function AccountHistory({ account }: { readonly account: Account }) {
  const secrets = useSecrets();
  const [restoring, setRestoring] = useState<number | null>(null);
  const query = useInfiniteQuery({
    queryKey: [...keys.history(account.id), account.secretVersion],
    queryFn: ({ pageParam, signal }) =>
      ask(readHistory, { accountId: account.id, limit: pageLength, offset: pageParam }, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const seen = all.reduce((count, page) => count + page.items.length, 0);
      return seen < last.total ? seen : undefined;
    },
  });
  const restore = async (version: number) => {
    setRestoring(null);
    const why = await secrets.whyChange(account, words('whyRestore', { version, name: nameOf(account) }));
    if (!why) return;
    try {
      await ask(restoreVersion, { accountId: account.id, version, ...why });
      await Promise.all([refreshAccount(account), queries.invalidateQueries({ queryKey: keys.history(account.id) })]);
      toast({ message: accounts('restored', { version, name: nameOf(account) }) });
    } catch (error) {
      toastProblem(error);
    }
  };
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const versions = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (versions.length === 0) return <EmptyState icon={IconHistory} title={accounts('historyEmpty')} />;
  return (
    <>
      <ul className={css.list}>
        {versions.map((version) => (
          <Version
            key={version.version}
            account={account}
            version={version}
            restore={() => setRestoring(version.version)}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className={css.more}>
          <Button size="xs" variant="default" onClick={() => void query.fetchNextPage()}>
            {accounts('more')}
          </Button>
        </div>
      )}
      <Dialog
        open={restoring !== null}
        close={() => setRestoring(null)}
        title={accounts('restoreTitle', { version: restoring ?? 0, name: nameOf(account) })}
      >
        <p className={css.say}>{accounts('restoreText', { version: restoring ?? 0 })}</p>
        <DialogActions>
          <Button variant="default" data-autofocus onClick={() => setRestoring(null)}>
            {accounts('restoreKeep')}
          </Button>
          <Button onClick={() => restoring !== null && void restore(restoring)}>
            {accounts('restoreVersion', { version: restoring ?? 0 })}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
