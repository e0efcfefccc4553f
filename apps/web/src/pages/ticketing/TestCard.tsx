import { Button, Loader, TextInput } from '@mantine/core';
import { testTicketing } from '@strongroom/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { useAction } from '../me/use-action.ts';
import css from './ticketing.module.css';

type Tested = z.output<typeof testTicketing.reply>;

/** Fetches a real ticket and shows what the rules can compare. */
export function TestCard(props: { readonly unsaved: boolean; readonly learn: (fields: readonly string[]) => void }) {
  const [ticket, setTicket] = useState('');
  const [tested, setTested] = useState<Tested | null>(null);
  const action = useAction();
  const test = () =>
    action.run(async () => {
      setTested(null);
      const said = await ask(testTicketing, { ticket: ticket.trim() });
      setTested(said);
      props.learn(said.fields.map((field) => field.name));
    });
  return (
    <FormSection id="test" title={ticketing('test')} text={ticketing(props.unsaved ? 'test.unsaved' : 'test.text')}>
      <form
        className={css.test}
        onSubmit={(event) => {
          event.preventDefault();
          if (ticket.trim() !== '' && !props.unsaved) void test();
        }}
      >
        <TextInput
          label={ticketing('test.id')}
          maxLength={100}
          disabled={props.unsaved}
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
          autoComplete="off"
        />
        <Button
          type="submit"
          variant="default"
          disabled={props.unsaved || ticket.trim() === ''}
          {...(action.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
        >
          {ticketing('test.go')}
        </Button>
      </form>
      {action.error !== null && <ErrorBox error={action.error} />}
      <div role="status" className={css.said}>
        {tested && (
          <>
            <Pill tone={tested.is === 'open' && tested.why === null ? 'ok' : 'bad'}>
              {ticketing('test.took', { count: tested.milliseconds })}
            </Pill>{' '}
            {tested.is === 'failed' ? tested.why : ticketing(`test.${tested.is}`)}
            {tested.is === 'open' && tested.why !== null && ` ${ticketing('test.misfit', { why: tested.why })}`}
          </>
        )}
      </div>
      {tested && tested.conditions.length > 0 && (
        <ul className={css.verdicts} aria-label={ticketing('test.conditions')}>
          {tested.conditions.map(({ name, holds }) => (
            <li key={name}>
              <Pill tone={holds === true ? 'ok' : holds === false ? 'bad' : 'warn'}>
                {ticketing(holds === true ? 'test.holds' : holds === false ? 'test.holdsNot' : 'test.unknown', {
                  row: name,
                })}
              </Pill>
            </li>
          ))}
        </ul>
      )}
      {tested && tested.fields.length > 0 && (
        // A box that scrolls must be reachable by keyboard.
        <div className={css.fields} tabIndex={0} role="region" aria-label={ticketing('test.fields')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{ticketing('test.fieldName')}</th>
                <th scope="col">{ticketing('test.fieldValue')}</th>
              </tr>
            </thead>
            <tbody>
              {tested.fields.map(({ name, value }) => (
                <tr key={name}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td>
                    <bdi>{value}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </FormSection>
  );
}
