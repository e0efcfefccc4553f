import { Button, Checkbox, Stack, Textarea } from '@mantine/core';
import { trustHostKey, type Resource } from '@strongroom/contract';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { resources } from '../../lib/messages/resources.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { keys, queries } from '../../lib/query.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './resource.module.css';

type HostKey = Resource['hostKeys'][number];

function TrustDialog({
  resource,
  offered,
  close,
}: {
  readonly resource: Resource;
  readonly offered: HostKey;
  readonly close: () => void;
}) {
  const [compared, setCompared] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const badReason = reason.trim().length < 3;
  const pinned = resource.hostKeys.filter((key) => key.state === 'pinned');
  const submit = async () => {
    setTried(true);
    if (!compared || badReason || busy) return;
    setBusy(true);
    setError(null);
    try {
      const changed = await ask(trustHostKey, {
        resourceId: resource.id,
        fingerprint: offered.fingerprint,
        reason: reason.trim(),
      });
      queries.setQueryData(keys.resource(resource.id), changed);
      await queries.invalidateQueries({ queryKey: keys.accounts });
      toast({ message: resources('trusted', { name: resource.name }) });
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  // OpenSSH names its key files by the algorithm: ssh-ed25519 lies in ssh_host_ed25519_key.pub.
  const family = /ed25519|ecdsa|rsa|dsa/.exec(offered.algorithm)?.[0] ?? 'ed25519';
  return (
    <Dialog open close={close} title={resources('trustTitle', { name: resource.name })} size={560} closable={!busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <dl className={css.compare}>
          <dt>{resources('trustOld')}</dt>
          {pinned.map((key) => (
            <dd key={key.fingerprint} className="mono">
              <small>{key.algorithm}</small>
              {key.fingerprint}
            </dd>
          ))}
          <dt>{resources('trustNew')}</dt>
          <dd className="mono">
            <small>{offered.algorithm}</small>
            {offered.fingerprint}
          </dd>
        </dl>
        <Stack gap={14}>
          <p className={css.say}>
            {resources('trustHow')}
            <code className={`mono ${css.code}`} dir="ltr">{`ssh-keygen -lf /etc/ssh/ssh_host_${family}_key.pub`}</code>
            {resources('trustCompare')}
          </p>
          <Checkbox
            label={resources('trustTick')}
            checked={compared}
            onChange={(event) => setCompared(event.currentTarget.checked)}
            error={tried && !compared ? resources('trustTickMissing') : null}
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
          <Button variant="default" data-autofocus onClick={close} disabled={busy}>
            {resources('trustKeep')}
          </Button>
          <Button type="submit" color="red" aria-disabled={busy}>
            {resources('trustGo')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The alarm when a host shows another key than the pinned one, above everything else on the page; nothing otherwise. */
export function HostKeyAlarm({ resource }: { readonly resource: Resource }) {
  const [open, setOpen] = useState(false);
  const offered = resource.hostKeys.find((key) => key.state === 'offered');
  if (!offered) return null;
  return (
    <section className={css.alarm} role="alert" aria-label={resources('alarmTitle', { name: resource.name })}>
      <IconAlertTriangle size={20} stroke={1.8} aria-hidden />
      <div>
        <h2>{resources('alarmTitle', { name: resource.name })}</h2>
        <p>
          {resources('alarmText')}{' '}
          <span title={exact(offered.seenAt)}>{resources('seen', { when: ago(offered.seenAt) })}.</span>
        </p>
        {resource.can.includes('resource.trust-host-key') && (
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {resources('compare')}
          </Button>
        )}
      </div>
      {open && <TrustDialog resource={resource} offered={offered} close={() => setOpen(false)} />}
    </section>
  );
}
