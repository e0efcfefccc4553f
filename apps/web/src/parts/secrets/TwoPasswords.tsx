import { useCallback, useEffect } from 'react';
import { secrets } from '../../lib/messages/secrets.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import css from './secrets.module.css';

/** Both passwords of an account whose rotation is in doubt. They leave with the dialog, which closes by itself. */
export default function TwoPasswords(props: {
  readonly name: string;
  readonly current: string;
  readonly candidate: string;
  readonly close: () => void;
}) {
  const { preferences } = useMe();
  const { close, current, candidate } = props;
  // Opened once and shown in two fields: the dialog itself must not outlive what one field is allowed.
  useEffect(() => {
    const timer = setTimeout(close, 120_000);
    const onHidden = () => document.hidden && close();
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [close]);
  const giveCurrent = useCallback(() => Promise.resolve(current), [current]);
  const giveCandidate = useCallback(() => Promise.resolve(candidate), [candidate]);
  const times = { hideAfter: preferences.hideSecretSeconds, clearAfter: preferences.clearClipboardSeconds };
  return (
    <Dialog open close={close} title={secrets('twoTitle')}>
      <p className={css.say}>{secrets('twoText', { name: props.name })}</p>
      <dl className={css.two}>
        <dt>{secrets('twoCurrent')}</dt>
        <dd>
          <SecretField name={`${props.name}, ${secrets('twoCurrent')}`} reveal={giveCurrent} {...times} />
        </dd>
        <dt>{secrets('twoCandidate')}</dt>
        <dd>
          <SecretField name={`${props.name}, ${secrets('twoCandidate')}`} reveal={giveCandidate} {...times} />
        </dd>
      </dl>
    </Dialog>
  );
}
