import { Button, Loader } from '@mantine/core';
import { createAccounts, type Resource } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { files } from '../../lib/messages/files.ts';
import { resources } from '../../lib/messages/resources.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import {
  AccountRows,
  accountsOf,
  newRow,
  rowFaults,
  rowFieldFaults,
  type AccountDraft,
} from '../../parts/accounts/AccountRows.tsx';
import { useUploadRows } from '../../parts/files/use-upload-rows.ts';
import { useFields } from '../../parts/fields/use-custom.ts';
import { policyOf, usePolicies, useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './resource.module.css';

/** Adds accounts to a resource that is there already, all or nothing. */
export default function AddAccountsDialog({
  resource,
  close,
}: {
  readonly resource: Resource;
  readonly close: () => void;
}) {
  const [rows, setRows] = useState<readonly AccountDraft[]>(() => [newRow()]);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const policy = policyOf(usePolicies(), resource.policyId, resource.groupPolicyId);
  const type = useResourceTypes().find(({ name }) => name === resource.type);
  const ownFields = useFields('account');
  const uploadRows = useUploadRows();
  const label = type?.accountLabel ?? resources('accounts');
  const submit = async () => {
    setChecked(true);
    const accounts = accountsOf(rows, ownFields, type?.holdsFiles);
    const faulty = Object.keys(rowFaults(rows)).length > 0 || rowFieldFaults(ownFields, rows).size > 0;
    if (accounts.length === 0 || faulty || busy) return;
    setBusy(true);
    setError(null);
    try {
      const made = await ask(createAccounts, { resourceId: resource.id, accounts });
      await Promise.all(
        [keys.accounts, keys.resource(resource.id), keys.resources, keys.dashboard].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      toast({ message: resources('accountsAdded', { count: accounts.length }) });
      void uploadRows(resource.id, rows, made.items);
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      close={close}
      title={resources('addAccountsTitle', { name: resource.name })}
      size={640}
      closable={!busy}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className={css.say}>
          {type?.holdsFiles
            ? files('addText')
            : resources('accountsText', { name: resource.name, policy: policy?.name ?? '' })}
        </p>
        <AccountRows
          rows={rows}
          onChange={setRows}
          label={label}
          policy={policy}
          resourceType={resource.type}
          holdsFiles={type?.holdsFiles ?? false}
          checked={checked}
          errors={fieldErrors(error)}
        />
        {error !== null && Object.keys(fieldErrors(error)).length === 0 && <ErrorBox error={error} />}
        <DialogActions>
          <Button variant="default" onClick={close} disabled={busy}>
            {kit('cancel')}
          </Button>
          <Button
            type="submit"
            aria-disabled={busy}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {resources('addAccountsGo')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
