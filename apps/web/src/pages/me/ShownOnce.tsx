import { Button, Checkbox } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { me } from '../../lib/messages/me.ts';
import { toast } from '../../ui/toast.tsx';
import css from './me.module.css';

/**
 * A token or link that is shown one time: copy it, say that it is stored, go on. It lives in this component's props alone;
 * whoever shows it drops it in `done`.
 */
export function ShownOnce(props: {
  readonly label: string;
  readonly value: string;
  readonly body: ReactNode;
  readonly copyLabel: string;
  /** What one confirms before going on. */
  readonly confirm: string;
  readonly doneLabel: string;
  readonly done: () => void;
  readonly children?: ReactNode;
}) {
  const [copied, setCopied] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } catch {
      toast({ tone: 'bad', seconds: 8, message: me('once.copyFailed') });
    }
  };
  return (
    <div className={css.once}>
      <p>{props.body}</p>
      <section aria-label={props.label}>
        <code className={`mono ${css.token}`} dir="ltr">
          {props.value}
        </code>
      </section>
      <div className={css.actions}>
        <Button
          variant="default"
          leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          onClick={() => void copy()}
        >
          {copied ? me('once.copied') : props.copyLabel}
        </Button>
      </div>
      {props.children}
      <Checkbox
        label={props.confirm}
        checked={confirmed}
        onChange={(event) => setConfirmed(event.currentTarget.checked)}
      />
      <div className={css.actions} data-end>
        <Button disabled={!confirmed} onClick={props.done}>
          {props.doneLabel}
        </Button>
      </div>
    </div>
  );
}

/** How a token is tried at once, with a place holder so that the token does not end in a shell's history. */
export function TokenExample() {
  return (
    <section aria-label={me('once.example')}>
      <div className={css.exampleTitle}>{me('once.example')}</div>
      <pre className={`mono ${css.example}`} dir="ltr">
        {`read -rs TOKEN && curl -H "authorization: Bearer $TOKEN" ${location.origin}/api/v1/accounts`}
      </pre>
    </section>
  );
}
