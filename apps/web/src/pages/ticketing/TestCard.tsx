import { Button, Loader, TextInput } from '@mantine/core';
import { testTicketing, type Ticketing } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { useAction } from '../me/use-action.ts';
import { verdictOf, type Tested } from './tested.ts';
import css from './ticketing.module.css';

const tones = { passes: 'ok', refused: 'bad', unchecked: 'warn' } as const;
/** All that a test says of a ticket, in sentences. */
function sentences(tested: Tested, stored: Ticketing): string {
  const { is, why, conditionsHold, milliseconds } = tested;
  return [
    is === 'failed' ? why : ticketing(`test.${is}`),
    is === 'open' && why !== null && ticketing('test.misfit', { why }),
    is === 'open' &&
      conditionsHold !== true &&
      ticketing(conditionsHold === false ? 'test.holdNot' : 'test.holdUnknown'),
    is === 'open' && stored.mapping.length > 0 && ticketing('test.unused'),
    ticketing('test.took', { count: milliseconds }),
  ]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

/** Fetches a real ticket and shows what the rules can compare. */
export function TestCard(props: {
  /** The settings that a test goes by; null before any are saved. */
  readonly stored: Ticketing | null;
  readonly dirty: boolean;
  readonly learn: (fields: readonly string[]) => void;
}) {
  const { stored } = props;
  const [ticket, setTicket] = useState('');
  const [last, setLast] = useState<{ readonly tested: Tested; readonly by: Ticketing } | null>(null);
  const action = useAction();
  const unsaved = props.dirty || stored === null;
  // A module may need nothing that signs in.
  const signsIn = stored !== null && (stored.credentialStored || stored.system === 'other');
  const ready = !unsaved && signsIn;
  const test = () =>
    action.run(async () => {
      if (stored === null) return;
      setLast(null);
      const tested = await ask(testTicketing, { ticket: ticket.trim() });
      setLast({ tested, by: stored });
      props.learn(tested.fields.map((field) => field.name));
    });
  const tested = last?.tested;
  // Of other settings the fields are still worth a look, for the rows that compare them; the verdict is not.
  const holds = last !== null && !unsaved && last.by.version === stored.version;
  return (
    <FormSection
      id="test"
      title={ticketing('test')}
      text={ticketing(unsaved ? 'test.unsaved' : signsIn ? 'test.text' : 'test.noSecret')}
    >
      <form
        className={css.test}
        onSubmit={(event) => {
          event.preventDefault();
          if (ticket.trim() !== '' && ready) void test();
        }}
      >
        <TextInput
          label={ticketing('test.id')}
          maxLength={100}
          disabled={!ready}
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
          autoComplete="off"
        />
        <Button
          type="submit"
          variant="default"
          disabled={!ready || ticket.trim() === ''}
          {...(action.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
        >
          {ticketing('test.go')}
        </Button>
      </form>
      {action.error !== null && <ErrorBox error={action.error} />}
      <div role="status" className={css.said}>
        {holds && (
          <>
            <Pill tone={tones[verdictOf(last.tested)]}>{ticketing(`test.${verdictOf(last.tested)}`)}</Pill>{' '}
            {sentences(last.tested, last.by)}
          </>
        )}
      </div>
      {holds && last.tested.conditions.length > 0 && (
        <ul className={css.verdicts} aria-label={ticketing('test.conditions')}>
          {last.tested.conditions.map(({ name, holds }) => (
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
