import { Button, Loader, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { updateAccount, type Account } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { draftFaults, fieldComplaints, startingDraft, valuesOf, type FieldDraft } from '../fields/field-draft.ts';
import { OwnFields } from '../fields/OwnFields.tsx';
import { useFields } from '../fields/use-custom.ts';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import { refreshAccount } from './store.ts';
import { policyOf, usePolicies } from './use-lists.ts';

/** Changes an account's log-in name, notes and policy. */
export default function EditAccountDialog({
  account,
  close,
}: {
  readonly account: Account;
  readonly close: () => void;
}) {
  const policies = usePolicies();
  const [username, setUsername] = useState(account.username);
  const [notes, setNotes] = useState(account.notes);
  const [policyId, setPolicyId] = useState<string | null>(account.policyId);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fields = fieldErrors(error);
  const ownFields = useFields('account');
  const [own, setOwn] = useState<FieldDraft | null>(null);
  const draft = own ?? startingDraft(ownFields, account.fields);
  const faults = draftFaults(ownFields, draft, account.secretFields);
  const submit = async () => {
    setTried(true);
    if (username.trim() === '' || Object.keys(faults).length > 0 || busy) return;
    setBusy(true);
    setError(null);
    try {
      await ask(updateAccount, {
        accountId: account.id,
        version: account.version,
        username: username.trim(),
        notes,
        policyId,
        fields: valuesOf(ownFields, draft, account.fields),
      });
      await refreshAccount(account);
      toast({ message: accounts('saved') });
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={close} title={accounts('editTitle', { name: nameOf(account) })} closable={!busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={accounts('username')}
            withAsterisk
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            error={fields['username'] ?? (tried && username.trim() === '' ? accounts('usernameMissing') : null)}
          />
          <Select
            label={accounts('policy')}
            placeholder={accounts('policyInherit')}
            clearable
            data={policies.map(({ id, name }) => ({ value: id, label: name }))}
            value={policyId}
            onChange={setPolicyId}
          />
          <Textarea
            label={accounts('notes')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4000}
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
            error={fields['notes'] ?? null}
          />
          <OwnFields
            fields={ownFields}
            draft={draft}
            onChange={setOwn}
            errors={{ ...(tried ? faults : {}), ...fieldComplaints(fields) }}
            stored={account.secretFields}
            policy={policyOf(policies, policyId)}
          />
          {error !== null && !fields['username'] && <ErrorBox error={error} />}
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
            {kit('save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
