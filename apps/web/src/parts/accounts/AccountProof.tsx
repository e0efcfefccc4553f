import { Button, Stack, Textarea, TextInput } from '@mantine/core';
import { excludeFromProof, type Account } from '@strongroom/contract';
import { IconEyeOff } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, date, exact } from '../../lib/format.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import { HealthPill } from './health.tsx';
import css from './drawer.module.css';
import { patchAccount, refreshAccount } from './store.ts';
import { useResourceTypes } from './use-lists.ts';

const TryScript = lazy(() => import('../scripts/TryScript.tsx'));

function ExcludeDialog({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const me = useMe();
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // The end of the chosen day, where the person is.
  const end = until ? new Date(`${until}T23:59:59`) : null;
  const badUntil = !end || end.getTime() <= Date.now();
  const badReason = reason.trim().length < 3;
  const submit = async () => {
    setTried(true);
    if (badUntil || badReason || !end) return;
    try {
      const changed = await ask(excludeFromProof, {
        accountId: account.id,
        exclusion: { reason: reason.trim(), ownerId: me.user.id, until: end.toISOString() },
      });
      patchAccount(account.id, changed);
      void refreshAccount(account);
      toast({ message: accounts('excluded', { name: nameOf(account), date: date(end.toISOString()) }) });
      close();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog open close={close} title={accounts('excludeTitle', { name: nameOf(account) })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <p style={{ margin: 0 }}>{accounts('excludeText')}</p>
          <TextInput
            type="date"
            label={accounts('excludeUntil')}
            withAsterisk
            data-autofocus
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
            error={tried && badUntil ? accounts('excludeUntilMissing') : null}
          />
          <Textarea
            label={secrets('reason')}
            description={secrets('reasonHelp')}
            withAsterisk
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && badReason ? secrets('reasonShort') : null}
          />
          {error !== null && <ErrorBox error={error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close}>
            {kit('cancel')}
          </Button>
          <Button type="submit">{accounts('exclude')}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** How the password was last proved and what came of it; with leave to take the account out of the figures for a while. */
export function AccountProof({ account }: { readonly account: Account }) {
  const { proof } = account;
  const [asking, setAsking] = useState(false);
  const may = account.can.includes('account.exclude-proof');
  const byDialogue =
    useResourceTypes().find((type) => type.name === account.resourceType)?.driver === 'own-script' &&
    account.resettable &&
    account.can.includes('account.rotate');
  const include = async () => {
    try {
      const changed = await ask(excludeFromProof, { accountId: account.id, exclusion: null });
      patchAccount(account.id, changed);
      void refreshAccount(account);
      toast({ message: accounts('included', { name: nameOf(account) }) });
    } catch (error) {
      toastProblem(error);
    }
  };
  const provenWhen = proof.provenAt && (
    <span title={exact(proof.provenAt)}>
      {accounts(proof.provenBy === 'rotation' ? 'byRotation' : 'byVerify', { when: ago(proof.provenAt) })}
    </span>
  );
  return (
    <>
      <div className={css.box}>
        <div>
          <HealthPill health={proof.health} />
        </div>
        <p>{accounts(`means-${proof.health}`)}</p>
      </div>
      <Details
        items={[
          [accounts('lastProven'), provenWhen ?? accounts('neverProven')],
          [
            accounts('lastChecked'),
            proof.checkedAt ? (
              <span title={exact(proof.checkedAt)}>{ago(proof.checkedAt)}</span>
            ) : (
              accounts('neverProven')
            ),
          ],
          [accounts('whatTargetSaid'), proof.why],
          [accounts('excludedUntil'), proof.exclusion && date(proof.exclusion.until)],
          [accounts('excludedWhy'), proof.exclusion?.reason],
        ]}
      />
      {may && (
        <div className={css.actions}>
          {proof.exclusion ? (
            <Button size="xs" variant="default" onClick={() => void include()}>
              {accounts('include')}
            </Button>
          ) : (
            <Button size="xs" variant="default" leftSection={<IconEyeOff size={14} />} onClick={() => setAsking(true)}>
              {accounts('exclude')}
            </Button>
          )}
        </div>
      )}
      {byDialogue && (
        <Suspense fallback={null}>
          <TryScript account={account} />
        </Suspense>
      )}
      {asking && <ExcludeDialog account={account} close={() => setAsking(false)} />}
    </>
  );
}
