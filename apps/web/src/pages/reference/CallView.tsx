import { Button } from '@mantine/core';
import { IconCheck, IconChevronRight, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { reference } from '../../lib/messages/reference.ts';
import { Pill } from '../../ui/Pill.tsx';
import { toast } from '../../ui/toast.tsx';
import { kit } from '../../lib/messages/kit.ts';
import type { CallEntry, FieldLine } from './openapi.ts';
import { TryIt } from './TryIt.tsx';
import css from './reference.module.css';

function FieldTable({
  title,
  lines,
  where,
}: {
  readonly title: string;
  readonly lines: readonly FieldLine[];
  readonly where: boolean;
}) {
  return (
    <div className={css.scroll} role="region" aria-label={title} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{reference('reference.field')}</th>
            {where && <th scope="col">{reference('reference.where')}</th>}
            <th scope="col">{reference('reference.kind')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.where} ${line.name}`}>
              <td>
                <code className="mono">{line.name}</code>
                {where && line.required && <span className={css.required}>{reference('reference.required')}</span>}
              </td>
              {where && <td>{reference(`reference.where.${line.where}`)}</td>}
              <td>{line.kind}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inside({ call }: { readonly call: CallEntry }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(call.example);
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } catch {
      toast({ tone: 'bad', seconds: 8, message: kit('copyFailed') });
    }
  };
  return (
    <div className={css.inside}>
      <h4>{reference('reference.input')}</h4>
      {call.input.length > 0 ? (
        <FieldTable title={reference('reference.inputOf', { call: call.id })} lines={call.input} where />
      ) : (
        <p>{reference('reference.noInput')}</p>
      )}
      <h4>{reference('reference.reply')}</h4>
      {call.reply.length > 0 ? (
        <FieldTable title={reference('reference.replyOf', { call: call.id })} lines={call.reply} where={false} />
      ) : (
        <p>{reference('reference.noReply')}</p>
      )}
      <div className={css.exampleHead}>
        <h4>{reference('reference.example')}</h4>
        <Button
          size="xs"
          variant="default"
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          onClick={() => void copy()}
        >
          {reference(copied ? 'reference.copied' : 'reference.copy')}
        </Button>
      </div>
      <pre className="mono" dir="ltr" tabIndex={0} aria-label={reference('reference.example')}>
        {call.example}
      </pre>
      {call.method === 'GET' && call.reply.length > 0 && (
        <>
          <h4>{reference('reference.try')}</h4>
          <TryIt call={call} />
        </>
      )}
    </div>
  );
}

/** One call: closed a line, open its fields and an example. What is inside is drawn when it is opened. */
export function CallView({ call, startsOpen }: { readonly call: CallEntry; readonly startsOpen: boolean }) {
  const [open, setOpen] = useState(startsOpen);
  return (
    <section className={css.call} id={call.id}>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconChevronRight size={15} aria-hidden className={css.chevron} />
          <span className={`mono ${css.method}`} data-method={call.method}>
            {call.method}
          </span>
          <code className={`mono ${css.path}`} dir="ltr">
            {call.path}
          </code>
          <span className={css.summary}>{call.summary}</span>
          {call.scope && <Pill tone="neutral">{reference('reference.scope', { scope: call.scope })}</Pill>}
        </button>
      </h3>
      {open && <Inside call={call} />}
    </section>
  );
}
