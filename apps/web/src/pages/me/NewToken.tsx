import { Button, TextInput } from '@mantine/core';
import { createMyToken, type Scope } from '@strongroom/contract';
import { useEffect, useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { me as words } from '../../lib/messages/me.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { BusyButton } from './BusyButton.tsx';
import { endOf, ExpiryField, type Lifetime } from './ExpiryField.tsx';
import { ScopeField } from './ScopeField.tsx';
import { useAction } from './use-action.ts';
import css from './me.module.css';

/** Asks for what a new token of one's own needs. The token itself goes to `made` and stays nowhere here. */
export function NewToken({
  open,
  close,
  made,
}: {
  readonly open: boolean;
  readonly close: () => void;
  readonly made: (token: string) => void;
}) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['read']);
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const { clear } = action;
  useEffect(() => {
    if (!open) return;
    setName('');
    setScopes(['read']);
    setLifetime('90');
    setTried(false);
    clear();
  }, [open, clear]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || scopes.length === 0) return;
    await action.run(async () =>
      made((await ask(createMyToken, { name: name.trim(), scopes, expiresAt: endOf(lifetime) })).token),
    );
  };
  return (
    <Dialog open={open} close={close} title={words('tokens.createTitle')} closable={!action.busy}>
      <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        {action.error !== null && <ErrorBox error={action.error} />}
        <TextInput
          label={words('tokens.name')}
          description={words('tokens.nameHelp')}
          withAsterisk
          required
          data-autofocus
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={tried && !name.trim() ? words('tokens.nameMissing') : null}
        />
        <ScopeField
          label={words('tokens.scopes')}
          value={scopes}
          change={setScopes}
          error={tried && scopes.length === 0 ? words('tokens.scopesMissing') : null}
        />
        <ExpiryField value={lifetime} change={setLifetime} />
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {words('tokens.cancel')}
          </Button>
          <BusyButton type="submit" busy={action.busy}>
            {words('tokens.create')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
