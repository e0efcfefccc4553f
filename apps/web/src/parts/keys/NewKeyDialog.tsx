import { Button, PasswordInput, Select, Stack, Textarea } from '@mantine/core';
import { importKey, makeKey, NewKeyKind, type Account } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import { refreshKey } from './key-query.ts';

/** Gives an account its first key: made here, or brought along. */
export default function NewKeyDialog(props: {
  readonly account: Account;
  readonly how: 'make' | 'import';
  readonly close: () => void;
}) {
  const { account, how, close } = props;
  const name = nameOf(account);
  const secrets = useSecrets();
  const [kind, setKind] = useState<NewKeyKind>('ed25519');
  const [privateKey, setPrivateKey] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const title = sshKeys(how === 'make' ? 'makeTitle' : 'importTitle', { name });
  const submit = async () => {
    setTried(true);
    if (how === 'import' && privateKey.trim() === '') return;
    const why = await secrets.whyChange(account, title);
    if (!why) return;
    const went = await action.run(async () => {
      const accountId = account.id;
      if (how === 'make') await ask(makeKey, { accountId, kind, ...why });
      else await ask(importKey, { accountId, privateKey, ...(passphrase === '' ? {} : { passphrase }), ...why });
      toast({ message: sshKeys(how === 'make' ? 'madeDone' : 'imported') });
      await refreshKey(accountId);
    });
    if (went) close();
  };
  return (
    <Dialog open close={close} title={title} closable={!action.busy}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          {how === 'make' ? (
            <Select
              label={sshKeys('kind')}
              data={NewKeyKind.options.map((value) => ({ value, label: sshKeys(`kind-${value}`) }))}
              value={kind}
              onChange={(value) => value && setKind(value as NewKeyKind)}
              allowDeselect={false}
              data-autofocus
            />
          ) : (
            <>
              <Textarea
                label={sshKeys('importText')}
                description={sshKeys('importHelp')}
                withAsterisk
                data-autofocus
                minRows={6}
                maxRows={12}
                autosize
                spellCheck={false}
                autoComplete="off"
                classNames={{ input: 'mono' }}
                value={privateKey}
                onChange={(event) => setPrivateKey(event.currentTarget.value)}
                error={errors['privateKey'] ?? (tried && privateKey.trim() === '' ? sshKeys('importMissing') : null)}
              />
              <PasswordInput
                label={sshKeys('passphrase')}
                description={sshKeys('passphraseHelp')}
                autoComplete="off"
                value={passphrase}
                onChange={(event) => setPassphrase(event.currentTarget.value)}
                error={errors['passphrase']}
              />
            </>
          )}
          {action.error !== null && Object.keys(errors).length === 0 && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {sshKeys(how)}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
