import { Button, Textarea } from '@mantine/core';
import {
  transferGroup,
  transferResource,
  type Principal,
  type ResourceGroupId,
  type ResourceId,
  type UserId,
} from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { access } from '../../lib/messages/access.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { refreshShares, type Shared } from './calls.ts';
import { PrincipalSelect } from './PrincipalSelect.tsx';
import css from './shares.module.css';

/** Gives a resource or a static group to another owner, with a reason. `done`: where to go, since it may be out of sight then. */
export default function GiveAwayDialog({
  of,
  close,
  done,
}: {
  readonly of: Shared;
  readonly close: () => void;
  readonly done: () => Promise<unknown>;
}) {
  const [to, setTo] = useState<Principal | null>(null);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const short = reason.trim().length < 3;
  const go = async () => {
    setTried(true);
    if (!to || short || busy) return;
    setBusy(true);
    setError(null);
    const more = { toUserId: to.id as UserId, reason: reason.trim() };
    try {
      await (of.kind === 'resource'
        ? ask(transferResource, { resourceId: of.id as ResourceId, ...more })
        : ask(transferGroup, { groupId: of.id as ResourceGroupId, ...more }));
      await done();
      await refreshShares();
      toast({ message: access('transferDone', { name: of.name, to: to.name }) });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={close} title={access('transferTitle', { name: of.name })} closable={!busy}>
      <div className={css.form}>
        <p>{access(of.kind === 'resource' ? 'transferText' : 'transferGroupText')}</p>
        <PrincipalSelect
          label={access('transferTo')}
          description={access('transferToHelp')}
          placeholder={access('choosePerson')}
          kind="user"
          chosen={to}
          choose={setTo}
          autoFocus
          error={tried && !to ? access('transferToMissing') : undefined}
        />
        <Textarea
          label={access('reason')}
          description={access('reasonHelp')}
          withAsterisk
          maxLength={500}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={tried && short ? access('reasonMissing') : undefined}
        />
        {error !== null && <ErrorBox error={error} />}
      </div>
      <DialogActions>
        <Button variant="default" disabled={busy} onClick={close}>
          {access('transferKeep')}
        </Button>
        <Button onClick={() => void go()} loading={busy}>
          {access('transfer')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
