import { Button, Loader } from '@mantine/core';
import { completeSetup, signIn } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { entry } from '../../lib/messages/entry.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { forgetFragmentToken } from '../login/fragment-token.ts';
import { AdministratorStep } from './AdministratorStep.tsx';
import { KeyStep } from './KeyStep.tsx';
import { MailStep } from './MailStep.tsx';
import { ReviewStep } from './ReviewStep.tsx';
import {
  emptySetup,
  setupBody,
  stepErrors,
  stepOf,
  steps,
  type SetupErrors,
  type SetupForm,
  type Step,
} from './setup-form.ts';
import { StepList } from './StepList.tsx';
import css from './setup.module.css';

const titles = {
  administrator: ['setup.admin.title', 'setup.admin.intro'],
  key: ['setup.key.title', 'setup.key.intro'],
  mail: ['setup.mail.title', 'setup.mail.intro'],
  review: ['setup.review.title', 'setup.review.intro'],
} as const;

/** The four steps. What was typed stays in this component: nothing is stored in the browser. */
export function Wizard({
  token,
  keyFile,
  host,
}: {
  readonly token: string;
  readonly keyFile: string;
  readonly host: string;
}) {
  const [form, setForm] = useState<SetupForm>(emptySetup);
  const [at, setAt] = useState<Step>('administrator');
  const [reached, setReached] = useState(0);
  const [errors, setErrors] = useState<SetupErrors>({});
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const body = useRef<HTMLFormElement>(null);
  const navigate = useNavigate();
  const index = steps.indexOf(at);

  const change = (part: Partial<SetupForm>) => {
    setForm((before) => ({ ...before, ...part }));
    // A field that was wrong is judged again while it is mended, and only that.
    setErrors((before) => {
      const fresh = stepErrors(at, { ...form, ...part });
      return Object.fromEntries(Object.entries(before).filter(([field]) => field in fresh));
    });
  };
  const go = (step: Step) => {
    setAt(step);
    setReached((before) => Math.max(before, steps.indexOf(step)));
    setErrors({});
  };
  // A new step begins at its heading; the first one begins in its first field, which takes the focus itself.
  const firstShown = useRef(true);
  useEffect(() => {
    if (firstShown.current) firstShown.current = false;
    else heading.current?.focus();
  }, [at]);
  useEffect(() => {
    if (Object.keys(errors).length > 0) body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const finish = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await ask(completeSetup, setupBody(form, token));
    } catch (error) {
      setBusy(false);
      setFailure(error);
      const wrong = fieldErrors(error);
      const [first] = Object.keys(wrong);
      if (first && stepOf(first) !== 'review') {
        setAt(stepOf(first));
        setErrors(wrong);
      }
      return;
    }
    forgetFragmentToken();
    try {
      const who = await ask(signIn, { username: form.username.trim(), password: form.password });
      queries.setQueryData(keys.me, who);
      await navigate({ href: '/home', replace: true });
    } catch {
      await navigate({ href: '/login?done=setup', replace: true });
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const wrong = stepErrors(at, form);
    const next = steps[index + 1];
    if (Object.keys(wrong).length > 0) setErrors(wrong);
    else if (next) go(next);
    else void finish();
  };

  const [title, intro] = titles[at];
  const step = { form, change, errors };
  return (
    <div className={css.wizard}>
      <StepList at={at} reached={reached + 1} go={go} />
      <form className={css.body} onSubmit={onSubmit} noValidate ref={body}>
        <p className={css.count}>{entry('setup.stepOf', { n: index + 1, total: steps.length })}</p>
        <h2 ref={heading} tabIndex={-1}>
          {entry(title)}
        </h2>
        <p className={css.intro}>{entry(intro)}</p>
        {failure !== null && <ErrorBox error={failure} />}
        {at === 'administrator' && <AdministratorStep {...step} />}
        {at === 'key' && <KeyStep {...step} keyFile={keyFile} host={host} />}
        {at === 'mail' && <MailStep {...step} />}
        {at === 'review' && <ReviewStep form={form} keyFile={keyFile} edit={go} />}
        <div className={css.actions}>
          {(at === 'administrator' || at === 'mail') && <span className={css.required}>{entry('setup.required')}</span>}
          <span className={css.space} />
          {index > 0 && (
            <Button variant="default" disabled={busy} onClick={() => go(steps[index - 1] ?? 'administrator')}>
              {entry('setup.back')}
            </Button>
          )}
          <Button
            type="submit"
            aria-disabled={busy}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {entry(at === 'review' ? 'setup.finish' : 'setup.continue')}
          </Button>
        </div>
      </form>
    </div>
  );
}
