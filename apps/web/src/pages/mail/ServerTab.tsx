import { Radio, Switch, TextInput } from '@mantine/core';
import { readSettings, testMail, updateSettings, type Settings } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { looksLikeMail } from '../../lib/mail-address.ts';
import { ask } from '../../lib/client.ts';
import { mail as words } from '../../lib/messages/mail.ts';
import { settings } from '../../lib/messages/settings.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { AccountSelect } from '../../parts/accounts/AccountSelect.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { ServerFields } from '../settings/MailFields.tsx';
import css from './mail.module.css';
import { formOf, serverErrors, serverOf, type ServerForm } from './server-form.ts';

const ways = ['none', 'typed', 'account'] as const;

function Test({ unsaved }: { readonly unsaved: boolean }) {
  const me = useMe();
  const [to, setTo] = useState(me.user.email);
  const [answer, setAnswer] = useState<{ sent: boolean; answer: string } | null>(null);
  const test = useAction();
  const send = () =>
    test.run(async () => {
      setAnswer(null);
      setAnswer(await ask(testMail, { to: to.trim() }));
      await queries.invalidateQueries({ queryKey: keys.mail });
    });
  return (
    <FormSection title={words('test')} text={words(unsaved ? 'testUnsaved' : 'testText')}>
      <div className={css.test}>
        <TextInput
          label={words('testTo')}
          type="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          disabled={unsaved}
        />
        <BusyButton
          busy={test.busy}
          variant="default"
          leftSection={<IconSend size={15} />}
          disabled={unsaved || !looksLikeMail(to)}
          onClick={() => void send()}
        >
          {words('testGo')}
        </BusyButton>
      </div>
      {test.error !== null && <ErrorBox error={test.error} />}
      <div role="status">
        {answer && (
          <div className={css.answer} data-sent={answer.sent}>
            <b>
              {answer.sent ? <IconCheck size={15} aria-hidden /> : <IconAlertTriangle size={15} aria-hidden />}
              {words(answer.sent ? 'testSent' : 'testFailed')}
            </b>
            <code>{answer.answer}</code>
          </div>
        )}
      </div>
    </FormSection>
  );
}

function Form({ stored }: { readonly stored: Settings }) {
  const [form, setForm] = useState<ServerForm>(() => formOf(stored));
  const [checked, setChecked] = useState(false);
  const save = useAction();
  const wrong = serverErrors(form);
  const dirty = JSON.stringify(form) !== JSON.stringify(formOf(stored));
  const change = (part: Partial<ServerForm>) => setForm((before) => ({ ...before, ...part }));
  const server = Object.fromEntries(
    Object.entries(fieldErrors(save.error)).map(([name, says]) => [name.replace(/^mail\./, ''), says]),
  );
  const errors: typeof wrong = { ...server, ...(checked ? wrong : {}) };
  const submit = async () => {
    setChecked(true);
    if (Object.keys(wrong).length > 0) return;
    await save.run(async () => {
      const now = await ask(updateSettings, { mail: serverOf(form) });
      setForm(formOf(now));
      setChecked(false);
      queries.setQueryData(keys.settings, now);
      await queries.invalidateQueries({ queryKey: keys.mail });
      toast({ message: words(now.mail ? 'saved' : 'off') });
    });
  };
  const { mail } = form;
  const keeps = stored.mail?.passwordStored === true && stored.mail.username === mail.username.trim();
  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) void submit();
      }}
    >
      {save.error !== null && <ErrorBox error={save.error} />}
      <FormSection title={words('server')}>
        <Switch
          label={settings('mail.use')}
          description={settings('mail.use.says')}
          checked={form.use}
          onChange={(event) => change({ use: event.currentTarget.checked })}
        />
        {form.use && (
          <ServerFields mail={mail} change={(part) => change({ mail: { ...mail, ...part } })} errors={errors} />
        )}
      </FormSection>
      {form.use && (
        <>
          <FormSection title={words('signIn')}>
            <Radio.Group
              label={words('how')}
              value={form.how}
              onChange={(value) => change({ how: ways.find((way) => way === value) ?? 'none' })}
            >
              {ways.map((way) => (
                <Radio key={way} value={way} label={words(`how.${way}`)} mt={8} />
              ))}
            </Radio.Group>
            {form.how === 'typed' && (
              <>
                <TextInput
                  label={settings('mail.username')}
                  withAsterisk
                  autoComplete="off"
                  value={mail.username}
                  onChange={(event) => change({ mail: { ...mail, username: event.currentTarget.value } })}
                  error={errors.username}
                />
                <PasswordInput
                  label={settings('mail.password')}
                  description={keeps ? settings('mail.stored') : undefined}
                  autoComplete="off"
                  value={mail.password}
                  onChange={(password) => change({ mail: { ...mail, password } })}
                  error={errors.password}
                />
              </>
            )}
            {form.how === 'account' && (
              <AccountSelect
                label={words('account')}
                description={words('accountHelp')}
                chosen={form.accountId}
                choose={(accountId) => change({ accountId })}
                error={errors.accountId}
              />
            )}
          </FormSection>
          <FormSection title={words('links')}>
            <TextInput
              label={words('accessUrl')}
              description={words('accessUrlHelp')}
              placeholder={location.origin}
              value={form.accessUrl}
              onChange={(event) => change({ accessUrl: event.currentTarget.value })}
              error={errors.accessUrl}
              autoComplete="off"
              spellCheck={false}
            />
          </FormSection>
        </>
      )}
      {stored.mail !== null && <Test unsaved={dirty} />}
      <SaveBar
        dirty={dirty}
        busy={save.busy}
        save={() => void submit()}
        discard={() => {
          setForm(formOf(stored));
          setChecked(false);
          save.clear();
        }}
      />
    </form>
  );
}

/** The mail server: where it is, how it is signed in to, what links begin with, and a test. */
export function ServerTab() {
  const stored = useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => ask(readSettings, {}, { signal }) });
  if (stored.data) return <Form stored={stored.data} />;
  return stored.isError ? <ErrorBox error={stored.error} retry={() => void stored.refetch()} /> : <Bones />;
}
