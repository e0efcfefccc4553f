import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { kit } from '../../lib/messages/kit.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import css from './secrets.module.css';
import type { Why, WhyQuestion } from './why.ts';

/** The last reasons of this sitting, offered again. In memory alone: a reason may name a person or an incident. */
const last: string[] = [];
function remember(reason: string): void {
  const known = last.indexOf(reason);
  if (known >= 0) last.splice(known, 1);
  last.unshift(reason);
  last.length = Math.min(last.length, 5);
}

/** Asks why, and under which ticket. Answers null when the person gives up. */
export default function WhyDialog({
  question,
  answer,
}: {
  readonly question: WhyQuestion;
  readonly answer: (why: Why | null) => void;
}) {
  const [reason, setReason] = useState(question.before?.reason ?? '');
  const [ticket, setTicket] = useState(question.before?.ticket ?? '');
  const [fault, setFault] = useState(question.fault);
  const [tried, setTried] = useState(false);
  const badReason = question.reason && reason.trim().length < 3;
  const badTicket = question.ticket && ticket.trim() === '';
  const submit = () => {
    setTried(true);
    if (badReason || badTicket) return;
    if (reason.trim()) remember(reason.trim());
    answer({
      ...(reason.trim() ? { reason: reason.trim() } : {}),
      ...(ticket.trim() ? { ticket: ticket.trim() } : {}),
    });
  };
  return (
    <Dialog open close={() => answer(null)} title={question.title}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
        }}
      >
        {question.reason && (
          <div>
            <Textarea
              label={secrets('reason')}
              description={secrets('reasonHelp')}
              withAsterisk
              autosize
              minRows={2}
              maxRows={6}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={tried && badReason ? secrets('reasonShort') : null}
              {...(question.fault === undefined ? { 'data-autofocus': true } : {})}
            />
            {last.length > 0 && (
              <ul className={css.last} aria-label={secrets('lastReasons')}>
                {last.map((text) => (
                  <li key={text}>
                    <button type="button" onClick={() => setReason(text)}>
                      {text}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        {question.ticket && (
          <TextInput
            label={secrets('ticket')}
            description={secrets('ticketHelp')}
            withAsterisk
            maxLength={100}
            value={ticket}
            onChange={(event) => {
              setTicket(event.currentTarget.value);
              setFault(undefined);
            }}
            error={tried && badTicket ? secrets('ticketMissing') : fault}
            {...(question.reason && question.fault === undefined ? {} : { 'data-autofocus': true })}
          />
        )}
        <DialogActions>
          <Button variant="default" onClick={() => answer(null)}>
            {kit('cancel')}
          </Button>
          <Button type="submit">{secrets('go')}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
