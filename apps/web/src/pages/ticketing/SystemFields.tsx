import { Select, TextInput } from '@mantine/core';
import { TicketSystem } from '@strongroom/contract';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { FormSection } from '../../ui/FormSection.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { ModuleNote } from './ModuleNote.tsx';
import type { TicketingForm } from './ticketing-form.ts';

/** Where the system is, and what signs in to it. */
export function SystemFields(props: {
  readonly form: TicketingForm;
  readonly change: (part: Partial<TicketingForm>) => void;
  readonly errors: Readonly<Record<string, string>>;
  readonly stored: boolean;
  /** Nothing but the system itself was chosen: nobody loses anything by going elsewhere. */
  readonly light: boolean;
}) {
  const { form, change, errors } = props;
  const { system } = form;
  const text = (name: 'clientId' | 'accountsUrl' | 'table', help?: string) => (
    <TextInput
      label={ticketing(name)}
      description={help}
      value={form[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      error={errors[name]}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return (
    <FormSection id="system" title={ticketing('system')} text={ticketing('system.text')}>
      <Select
        label={ticketing('kind')}
        allowDeselect={false}
        data={TicketSystem.options.map((value) => ({ value, label: ticketing(`kind.${value}`) }))}
        value={system}
        onChange={(value) => {
          const next = TicketSystem.options.find((one) => one === value);
          if (next) change({ system: next });
        }}
        error={errors['system']}
      />
      {system === 'other' && <ModuleNote unasked={props.light} />}
      <TextInput
        label={ticketing('url')}
        description={ticketing(`url.${system}`)}
        withAsterisk
        type="url"
        value={form.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
        error={errors['url']}
        autoComplete="off"
      />
      {system === 'servicedesk-plus-on-demand' && (
        <>
          {text('clientId')}
          {text('accountsUrl', ticketing('accountsUrlHelp'))}
        </>
      )}
      {(system === 'servicenow' || system === 'jira' || system === 'zendesk' || system === 'other') && (
        <TextInput
          label={ticketing(`username.${system}`)}
          description={system === 'jira' || system === 'other' ? ticketing(`username.${system}Help`) : undefined}
          value={form.username}
          onChange={(event) => change({ username: event.currentTarget.value })}
          error={errors['username']}
          autoComplete="off"
        />
      )}
      {system === 'servicedesk-plus-on-demand' && (
        <PasswordInput
          label={ticketing('clientSecret')}
          autoComplete="off"
          value={form.clientSecret}
          onChange={(clientSecret) => change({ clientSecret })}
          error={errors['clientSecret']}
        />
      )}
      <PasswordInput
        label={ticketing(`secret.${system}`)}
        description={props.stored ? ticketing('secretStored') : undefined}
        autoComplete="off"
        value={form.secret}
        onChange={(secret) => change({ secret })}
        error={errors['secret']}
      />
      {system === 'servicenow' && text('table', ticketing('tableHelp'))}
      {system === 'jira' && (
        <Select
          label={ticketing('jiraApi')}
          description={ticketing('jiraApiHelp')}
          allowDeselect={false}
          data={['2', '3']}
          value={form.jiraApi}
          onChange={(value) => change({ jiraApi: value === '3' ? '3' : '2' })}
        />
      )}
      <TextInput
        label={ticketing('closedStates')}
        description={ticketing('closedStatesHelp')}
        value={form.closedStates}
        onChange={(event) => change({ closedStates: event.currentTarget.value })}
        error={errors['closedStates']}
        autoComplete="off"
      />
    </FormSection>
  );
}
