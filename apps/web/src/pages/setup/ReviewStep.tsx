import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { entry } from '../../lib/messages/entry.ts';
import { settings } from '../../lib/messages/settings.ts';
import { Details } from '../../ui/Facts.tsx';
import type { SetupForm, Step } from './setup-form.ts';
import css from './setup.module.css';

/** Step 4: everything at a glance, each part with a way back. The password is not shown. */
export function ReviewStep({
  form,
  keyFile,
  edit,
}: {
  readonly form: SetupForm;
  readonly keyFile: string;
  readonly edit: (step: Step) => void;
}) {
  const parts: readonly { step: Exclude<Step, 'review'>; items: readonly (readonly [string, ReactNode])[] }[] = [
    {
      step: 'administrator',
      items: [
        [entry('setup.organisation'), form.organisation],
        [entry('setup.fullName'), form.fullName],
        [entry('setup.email'), form.email],
        [entry('setup.username'), <bdi key="name">{form.username}</bdi>],
        [entry('setup.timeZone'), form.timeZone],
      ],
    },
    {
      step: 'key',
      items: [
        [
          entry('setup.key.file'),
          form.moveKey
            ? entry('setup.review.keyMoves', { path: form.keyFile })
            : entry('setup.review.keyStays', { path: keyFile }),
        ],
        [entry('setup.review.copy'), entry('setup.review.copyMade')],
      ],
    },
    {
      step: 'mail',
      items: form.useMail
        ? [
            [settings('mail.host'), <bdi key="host">{`${form.mail.host}:${form.mail.port}`}</bdi>],
            [settings('mail.security'), settings(`mail.security.${form.mail.security}`)],
            [settings('mail.from'), form.mail.from],
            [settings('mail.username'), form.mail.username],
          ]
        : [[entry('setup.step.mail'), entry('setup.review.noMail')]],
    },
  ];
  return (
    <div className={css.review}>
      {parts.map(({ step, items }) => (
        <section key={step} aria-label={entry(`setup.step.${step}`)}>
          <div className={css.reviewHead}>
            <h3>{entry(`setup.step.${step}`)}</h3>
            <Button
              size="xs"
              variant="default"
              aria-label={entry('setup.review.editWhat', { what: entry(`setup.step.${step}`) })}
              onClick={() => edit(step)}
            >
              {entry('setup.review.edit')}
            </Button>
          </div>
          <Details items={items} />
        </section>
      ))}
    </div>
  );
}
