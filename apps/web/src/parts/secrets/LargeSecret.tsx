import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { kit } from '../../lib/messages/kit.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Ring } from '../../ui/Ring.tsx';
import css from './secrets.module.css';
import { nameOf, useSecrets, type Subject } from './SecretsProvider.tsx';

const kindOf = (char: string): 'digit' | 'letter' | 'symbol' =>
  /\p{Nd}/u.test(char) ? 'digit' : /\p{L}/u.test(char) ? 'letter' : 'symbol';

/** A password in large signs with their places, to be typed elsewhere or read out. Closes when its time is up. */
export default function LargeSecret({ subject, close }: { readonly subject: Subject; readonly close: () => void }) {
  const { preferences } = useMe();
  const { reveal } = useSecrets();
  const [password, setPassword] = useState<string | null>(null);
  // Reading out takes longer than a glance: three times the usual span.
  const seconds = preferences.hideSecretSeconds * 3;
  useEffect(() => {
    let alive = true;
    void reveal(subject, 'show').then((opened) => {
      if (!alive) return;
      if (opened === null) close();
      else setPassword(opened);
    });
    return () => {
      alive = false;
    };
    // Asked for once, when the dialog opens.
  }, []);
  useEffect(() => {
    if (password === null) return;
    const timer = seconds > 0 ? setTimeout(close, seconds * 1000) : undefined;
    const onHidden = () => document.hidden && close();
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [password, seconds, close]);
  if (password === null) return null;
  return (
    <Dialog open close={close} title={secrets('largeTitle', { name: nameOf(subject) })} size={640}>
      <div className={css.large} dir="ltr" translate="no">
        {[...password].map((char, index) => (
          <span key={index} data-kind={kindOf(char)}>
            <b>{char === ' ' ? '␣' : char}</b>
            <small aria-hidden>{index + 1}</small>
          </span>
        ))}
      </div>
      <p className={css.hint}>
        {seconds > 0 && <Ring seconds={seconds} />}
        {seconds > 0 ? secrets('largeHint', { seconds }) : secrets('largeStay')}
      </p>
      <DialogActions>
        <Button onClick={close} data-autofocus>
          {kit('close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
