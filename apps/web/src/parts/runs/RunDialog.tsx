import { Button, Loader, Radio, Stack, TextInput } from '@mantine/core';
import { previewRun, startRunCall, type RunKind, type RunSelection } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { runs } from '../../lib/messages/runs.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { usePolicies } from '../accounts/use-lists.ts';
import { UsedByWarning } from '../accounts/UsedByWarning.tsx';
import css from './run-dialog.module.css';

type Passwords = 'unique' | 'common-random' | 'common';
const choices: readonly Passwords[] = ['unique', 'common-random', 'common'];

/** What a run would do, and what it would skip and why, before it is started; then its page. */
export function RunDialog(props: {
  readonly kind: RunKind;
  readonly selection: RunSelection;
  readonly title: string;
  readonly help: string;
  readonly go: string;
  readonly close: () => void;
  /** Told once it was started. */
  readonly started?: () => void;
}) {
  const { kind, selection, close } = props;
  const navigate = useNavigate();
  const { reasonToChange } = useMe().preferences;
  const asksReason = kind === 'reset' && reasonToChange;
  const [passwords, setPasswords] = useState<Passwords>('unique');
  const [password, setPassword] = useState('');
  // Each account's own policy decides; of many the default is the one to begin with.
  const policy = usePolicies().find((one) => one.isDefault);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const preview = useQuery({
    queryKey: [...keys.runs, 'preview', kind, selection],
    queryFn: ({ signal }) => ask(previewRun, { kind, selection }, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
  const go = async () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const run = await ask(startRunCall, {
        kind,
        selection,
        passwords: passwords === 'common' ? { is: 'common', password } : { is: passwords },
        ...(asksReason && reason.trim() ? { reason: reason.trim() } : {}),
      });
      setPassword('');
      props.started?.();
      close();
      await queries.invalidateQueries({ queryKey: keys.runs });
      await navigate({ to: `/runs/${run.id}` });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const nothing = preview.data?.asked === 0;
  return (
    <Dialog open close={close} title={props.title} closable={!busy} size={560}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p className={css.help}>{props.help}</p>
        {kind === 'reset' && 'accountIds' in selection && <UsedByWarning accountIds={selection.accountIds} />}
        <div className={css.preview} aria-live="polite">
          {preview.isPending && (
            <span className={css.looking}>
              <Loader size={14} /> {runs('looking')}
            </span>
          )}
          {preview.error && <ErrorBox error={preview.error} retry={() => void preview.refetch()} />}
          {preview.data && (
            <>
              <b>{runs('asked', { count: preview.data.asked })}</b>
              {preview.data.skipped.length > 0 && (
                <ul>
                  {preview.data.skipped.map(({ why, count, examples }) => (
                    <li key={why}>
                      {runs('skipped', { count, why })}
                      {examples.length > 0 && (
                        <span className="dim"> ({runs('such', { names: examples.join(', ') })})</span>
                      )}
                    </li>
                  ))}
                </ul>
              )}
            </>
          )}
        </div>
        {kind === 'reset' && (
          <Radio.Group
            label={runs('passwords')}
            value={passwords}
            onChange={(value) => setPasswords(value as Passwords)}
          >
            <Stack gap={6} mt={6}>
              {choices.map((one) => (
                <Radio key={one} value={one} label={runs(one)} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {kind === 'reset' && passwords === 'common' && (
          <PasswordInput
            label={runs('password')}
            description={runs('commonWarning')}
            value={password}
            onChange={setPassword}
            required
            {...(policy ? { generate: { policy } } : {})}
          />
        )}
        {asksReason && (
          <TextInput
            label={runs('reason')}
            description={runs('reasonHelp')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            required
            minLength={3}
            maxLength={500}
          />
        )}
        {error !== null && <ErrorBox error={error} />}
        <DialogActions>
          <Button variant="default" onClick={close} disabled={busy}>
            {runs('cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={!preview.data || nothing}>
            {props.go}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
