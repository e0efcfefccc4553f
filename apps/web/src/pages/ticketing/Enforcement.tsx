import { Checkbox, Radio, Stack, Switch, TextInput } from '@mantine/core';
import { TicketUse } from '@strongroom/contract';
import { Link } from '@tanstack/react-router';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { useCan } from '../../lib/session.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import type { TicketingForm } from './ticketing-form.ts';
import css from './ticketing.module.css';

/** For what tickets are asked, and what becomes of a use when the system is away. */
export function Enforcement(props: {
  readonly form: TicketingForm;
  readonly change: (part: Partial<TicketingForm>) => void;
  readonly errors: Readonly<Record<string, string>>;
}) {
  const { form, change, errors } = props;
  const seesGroups = useCan('user.list');
  return (
    <FormSection
      id="enforcement"
      title={ticketing('enforcement')}
      text={
        <>
          {ticketing('enforcement.text')}{' '}
          {seesGroups && (
            <Link to="/admin/user-groups" className="link">
              {ticketing('enforcement.groups')}
            </Link>
          )}
        </>
      }
    >
      <Switch
        label={ticketing('on')}
        checked={form.on}
        onChange={(event) => change({ on: event.currentTarget.checked })}
      />
      <Checkbox.Group
        label={ticketing('asks')}
        value={[...form.asks]}
        onChange={(values) => change({ asks: TicketUse.options.filter((use) => values.includes(use)) })}
      >
        <Stack gap={8} mt={6}>
          {TicketUse.options.map((use) => (
            <Checkbox key={use} value={use} label={ticketing(`use.${use}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Radio.Group
        label={ticketing('whenDown')}
        value={form.whenDown}
        onChange={(value) => change({ whenDown: value === 'allow' ? 'allow' : 'refuse' })}
      >
        <Stack gap={8} mt={6}>
          {(['refuse', 'allow'] as const).map((value) => (
            <Radio key={value} value={value} label={ticketing(`whenDown.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={ticketing('timeLimit')}
        description={ticketing('timeLimitHelp')}
        className={css.short}
        inputMode="numeric"
        value={form.timeLimit}
        onChange={(event) => change({ timeLimit: event.currentTarget.value })}
        error={errors['timeLimitSeconds']}
      />
    </FormSection>
  );
}
