import { Button, Loader, Radio, Stack, Textarea } from '@mantine/core';
import { resolveAttempt, type Account } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys, queries } from '../../lib/query.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import { PasswordCell } from './PasswordCell.tsx';
import { refreshAccount } from './store.ts';

const ways = ['ask-again', 'keep-current', 'keep-candidate'] as const;
type Way = (typeof ways)[number];

/** Ends a rotation that only a person can decide. Shows both passwords, so that each can be tried by hand. */
export default function ResolveDialog({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const [how, setHow] = useState<Way>('ask-again');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const badReason = reason.trim().length < 3;
  const attempt = account.attempt;
  const submit = async () => {
    setTried(true);
    if (badReason || busy || !attempt) return;
    setBusy(true);
    setError(null);
    try {
      await ask(resolveAttempt, { accountId: account.id, attemptId: attempt.id, how, reason: reason.trim() });
      await Promise.all([refreshAccount(account), queries.invalidateQueries({ queryKey: keys.attempts(account.id) })]);
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={close} title={accounts('resolveTitle', { name: nameOf(account) })} size={520} closable={!busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <p style={{ margin: 0 }}>{accounts('resolveText')}</p>
          <PasswordCell account={account} />
          <Radio.Group
            label={accounts('resolveHow')}
            value={how}
            onChange={(value) => setHow(ways.find((way) => way === value) ?? 'ask-again')}
          >
            <Stack gap={10} mt={4}>
              {ways.map((way) => (
                <Radio
                  key={way}
                  value={way}
                  label={accounts(`resolve-${way}`)}
                  description={accounts(`resolve-${way}-help`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={secrets('reason')}
            description={secrets('reasonHelp')}
            withAsterisk
            autosize
            minRows={2}
            maxRows={5}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && badReason ? secrets('reasonShort') : null}
          />
          {error !== null && <ErrorBox error={error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={busy}>
            {kit('cancel')}
          </Button>
          <Button
            type="submit"
            aria-disabled={busy}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {accounts('resolveGo')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
