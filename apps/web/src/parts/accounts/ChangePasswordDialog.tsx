import { Button, Loader, Radio, Stack, Textarea } from '@mantine/core';
import { changePassword, type Account } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { policyRules } from '../../lib/policy.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { toast } from '../../ui/toast.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import { patchAccount, refreshAccount } from './store.ts';
import { UsedByWarning } from './UsedByWarning.tsx';
import { policyOf, usePolicies, useResource } from './use-lists.ts';

/** Sets a password that a person chose, in the vault alone or on the target too. */
export default function ChangePasswordDialog(props: {
  readonly account: Account;
  readonly close: () => void;
  readonly onAttempt: (attemptId: string) => void;
}) {
  const { account, close } = props;
  const { preferences } = useMe();
  const policies = usePolicies();
  const resource = useResource(account.resourceId).data;
  const policy = policyOf(policies, account.policyId, resource?.policyId, resource?.groupPolicyId);
  const [password, setPassword] = useState('');
  const [where, setWhere] = useState<'local' | 'target'>(
    account.resettable && preferences.changeOnTargetByDefault ? 'target' : 'local',
  );
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const rules = policy ? policyRules(policy, password, account.username) : [];
  const unmet = rules.some((rule) => !rule.met);
  const badReason = preferences.reasonToChange && reason.trim().length < 3;
  const passwordError =
    fieldErrors(error)['password'] ??
    (tried && password === ''
      ? accounts('passwordMissing')
      : tried && unmet && policy
        ? accounts('rulesUnmet', { policy: policy.name })
        : null);
  const submit = async () => {
    setTried(true);
    if (password === '' || unmet || badReason || busy) return;
    setBusy(true);
    setError(null);
    try {
      const { version, attemptId } = await ask(changePassword, {
        accountId: account.id,
        password,
        where,
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      });
      if (attemptId) {
        patchAccount(account.id, { attempt: { id: attemptId, state: 'prepared', why: null } });
        props.onAttempt(attemptId);
      } else {
        toast({ message: accounts('changedLocal', { name: nameOf(account), version }) });
      }
      void refreshAccount(account);
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={close} title={accounts('changeTitle', { name: nameOf(account) })} size={520} closable={!busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <UsedByWarning accountIds={[account.id]} />
          <PasswordInput
            label={accounts('newPassword')}
            required
            autoFocus
            value={password}
            onChange={setPassword}
            rules={rules}
            error={passwordError}
            {...(policy
              ? { generate: { policy, username: account.username, resourceType: account.resourceType } }
              : {})}
          />
          <Radio.Group
            label={accounts('where')}
            value={where}
            onChange={(value) => setWhere(value === 'target' ? 'target' : 'local')}
          >
            <Stack gap={10} mt={4}>
              <Radio
                value="target"
                disabled={!account.resettable}
                label={accounts('whereTarget')}
                description={account.resettable ? accounts('whereTargetHelp') : accounts('noTarget')}
              />
              <Radio value="local" label={accounts('whereLocal')} description={accounts('whereLocalHelp')} />
            </Stack>
          </Radio.Group>
          <Textarea
            label={preferences.reasonToChange ? secrets('reason') : secrets('reasonOptional')}
            description={secrets('reasonHelp')}
            withAsterisk={preferences.reasonToChange}
            autosize
            minRows={1}
            maxRows={5}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && badReason ? secrets('reasonShort') : null}
          />
          {error !== null && !fieldErrors(error)['password'] && <ErrorBox error={error} />}
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
            {accounts('changeGo')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
