import { Button, Loader, Select } from '@mantine/core';
import {
  listScheduleTemplates,
  saveScheduleTemplate,
  setSchedule,
  type ResourceGroup,
  type Schedule,
} from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan, useMe } from '../../lib/session.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Steps } from '../../pages/resource-new/Steps.tsx';
import wizard from '../../pages/resource-new/wizard.module.css';
import { dayIn } from '../../pages/schedules/days.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { bodyOf, draftFrom, tellsNobody, tellsTooFar, type Draft } from './draft.ts';
import { hasWrongAddress } from './RecipientsFields.tsx';
import { refreshSchedules } from './use-schedule-actions.tsx';
import { AfterStep, BeforeStep, PasswordStep, ReviewStep, WhenStep } from './steps.tsx';
import { templatesKey } from './template-key.ts';
import css from './wizard.module.css';

const titles = ['stepBefore', 'stepPasswords', 'stepWhen', 'stepAfter', 'stepReview'] as const;
const last = titles.length - 1;
/** Which step a complaint of the server belongs to. */
const stepOf = (path: string): number =>
  path.startsWith('tellBefore')
    ? 0
    : path.startsWith('password')
      ? 1
      : path.startsWith('when') || path === 'timeZone'
        ? 2
        : path.startsWith('tellAfter')
          ? 3
          : last;

/** Sets a group's schedule in four steps and a review. Works by keyboard alone: Enter goes on. */
export default function Wizard(props: {
  readonly group: Pick<ResourceGroup, 'id' | 'name' | 'policyId'>;
  readonly schedule: Schedule | null;
  readonly close: () => void;
}) {
  const { group, schedule, close } = props;
  const { user } = useMe();
  const mayTemplate = useCan('schedule-template.list');
  const [draft, setDraft] = useState<Draft>(() => draftFrom(schedule, dayIn(new Date(), user.timeZone), user.timeZone));
  const [template, setTemplate] = useState<{ readonly on: boolean; readonly name: string }>({ on: false, name: '' });
  const [step, setStep] = useState(0);
  const [checked, setChecked] = useState(false);
  const save = useAction();
  const heading = useRef<HTMLHeadingElement>(null);
  const saved = useRef(false);
  const templates = useQuery({
    queryKey: templatesKey,
    queryFn: ({ signal }) => ask(listScheduleTemplates, {}, { signal }),
    enabled: mayTemplate,
  });
  // The present password is one's own only where the schedule runs with one's own rights.
  const keepsPassword = schedule?.passwords === 'common' && schedule.runsAs === user.fullName;
  useEffect(() => heading.current?.focus(), [step]);
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    save.clear();
  };
  const goTo = (to: number) => {
    setStep(to);
    setChecked(false);
  };
  const stepIsGood = (): boolean => {
    if (step === 0) return !tellsTooFar(draft.before) && !tellsNobody(draft.before) && !hasWrongAddress(draft.before);
    if (step === 1) return draft.passwords !== 'common' || draft.password !== '' || keepsPassword;
    if (step === 3) return !tellsNobody(draft.after) && !hasWrongAddress(draft.after);
    return step < last || !template.on || template.name.trim() !== '';
  };
  const submit = async () => {
    const went = await save.run(async () => {
      if (!saved.current)
        await ask(setSchedule, {
          groupId: group.id,
          ...(schedule ? { version: schedule.version } : {}),
          ...bodyOf(draft),
          ...(draft.passwords === 'common' && draft.password !== '' ? { password: draft.password } : {}),
        });
      // A template whose name is taken is tried again, the schedule is not.
      saved.current = true;
      if (template.on) await ask(saveScheduleTemplate, { name: template.name.trim(), ...bodyOf(draft) });
      await refreshSchedules();
      queries.removeQueries({ queryKey: [...keys.schedules, 'preview'] });
      toast({ message: schedules('saved') });
    });
    if (went) close();
  };
  const errors = fieldErrors(save.error);
  useEffect(() => {
    const [first] = Object.keys(fieldErrors(save.error));
    if (first) setStep(stepOf(first));
  }, [save.error]);
  const next = () => {
    if (!stepIsGood()) {
      setChecked(true);
      setTimeout(() => document.querySelector<HTMLElement>('#schedule-step [aria-invalid=true]')?.focus());
      return;
    }
    if (step < last) goTo(step + 1);
    else void submit();
  };
  const shared = { draft, change, checked, errors };
  const kept = templates.data?.items ?? [];
  return (
    <section aria-label={schedules('wizardTitle', { name: group.name })}>
      <header className={css.head}>
        <h2>{schedules('wizardTitle', { name: group.name })}</h2>
        <p className="dim">{schedules('wizardSub')}</p>
      </header>
      <div className={wizard.columns}>
        <Steps titles={titles.map((title) => schedules(title))} at={step} goTo={(to) => to < step && goTo(to)} />
        <form
          id="schedule-step"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            next();
          }}
        >
          <h3 ref={heading} tabIndex={-1} className="sr">
            {schedules(titles[step] ?? 'stepBefore')}
          </h3>
          {step === 0 && kept.length > 0 && (
            <Select
              label={schedules('startFrom')}
              description={schedules('startFromHelp')}
              data={kept.map(({ id, name }) => ({ value: id, label: name }))}
              value={null}
              onChange={(id) => {
                const chosen = kept.find((one) => one.id === id);
                if (chosen) change(draftFrom(chosen.body, draft.date, user.timeZone));
              }}
            />
          )}
          {step === 0 && <BeforeStep {...shared} />}
          {step === 1 && <PasswordStep {...shared} group={group} schedule={schedule} keepsPassword={keepsPassword} />}
          {step === 2 && <WhenStep {...shared} />}
          {step === 3 && <AfterStep {...shared} />}
          {step === last && (
            <ReviewStep
              {...shared}
              goTo={goTo}
              mayTemplate={mayTemplate}
              template={template}
              setTemplate={(part) => setTemplate((before) => ({ ...before, ...part }))}
            />
          )}
          {save.error !== null && <ErrorBox error={save.error} />}
          <div className={wizard.actions}>
            <Button variant="default" onClick={step > 0 ? () => goTo(step - 1) : close} disabled={save.busy}>
              {schedules(step > 0 ? 'back' : 'cancel')}
            </Button>
            <span />
            <Button
              type="submit"
              aria-disabled={save.busy}
              {...(save.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
            >
              {schedules(step < last ? 'nextStep' : 'save')}
            </Button>
          </div>
        </form>
      </div>
    </section>
  );
}
