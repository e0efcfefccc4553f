import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { reference } from '../../lib/messages/reference.ts';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { ProblemError } from '../../lib/client.ts';
import { fillAddress, type CallEntry } from './openapi.ts';
import css from './reference.module.css';

/** The longest reply that is shown whole, in characters. */
const longest = 20_000;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Makes a call from the page, as whoever is signed in. Only calls that read are offered: none of their replies holds a
 * password, and none of them changes anything.
 */
export function TryIt({ call }: { readonly call: CallEntry }) {
  const fields = call.input.filter((line) => line.where === 'path' || line.where === 'query');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [answer, setAnswer] = useState<Answer | null>(null);
  const action = useAction();
  const missing = fields.filter((line) => line.required && !values[line.name]?.trim());
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setAnswer(null);
    await action.run(async () => {
      const reply = await fetch(fillAddress(call.path, fields, values), {
        headers: { accept: 'application/json' },
        credentials: 'same-origin',
        cache: 'no-store',
      }).catch(() => {
        throw new ProblemError({ status: 0, code: 'offline', title: 'offline' });
      });
      const text = await reply.text();
      setAnswer({ status: reply.status, text: pretty(text) });
    });
  };
  return (
    <form className={css.try} onSubmit={(event) => void send(event)} noValidate>
      {fields.length > 0 && (
        <div className={css.tryFields}>
          {fields.map((line) => (
            <TextInput
              key={line.name}
              label={line.name}
              withAsterisk={line.required}
              placeholder={line.kind}
              autoComplete="off"
              spellCheck={false}
              value={values[line.name] ?? ''}
              onChange={(event) => setValues({ ...values, [line.name]: event.currentTarget.value })}
            />
          ))}
        </div>
      )}
      <div className={css.tryButtons}>
        <BusyButton type="submit" size="xs" busy={action.busy} disabled={missing.length > 0}>
          {reference('reference.send')}
        </BusyButton>
        {answer && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => setAnswer(null)}>
            {reference('reference.clear')}
          </Button>
        )}
      </div>
      {action.error !== null && <ErrorBox error={action.error} />}
      <div role="status">
        {answer && (
          <span className={css.tryStatus}>{reference('reference.answer', { status: String(answer.status) })}</span>
        )}
      </div>
      {answer && (
        <pre className="mono" dir="ltr" tabIndex={0} aria-label={reference('reference.reply')}>
          {answer.text.slice(0, longest)}
          {answer.text.length > longest && `\n${reference('reference.cut')}`}
        </pre>
      )}
    </form>
  );
}

/** Text as indented JSON where it is JSON, else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
