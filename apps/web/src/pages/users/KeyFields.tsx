import { Button, FileButton, Textarea, TextInput } from '@mantine/core';
import type { UserDetail } from '@strongroom/contract';
import { date } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import type { Errors } from './ProfileFields.tsx';
import css from './users.module.css';

/** The public halves that a user comes in with. */
export interface Keys {
  readonly sshKey: string;
  readonly certificate: string;
}

type Facts = Pick<UserDetail, 'sshKeyFingerprint' | 'certificateFacts'>;

/** A certificate as PEM: pasted or from a file. */
export function CertificateField(props: {
  readonly value: string;
  readonly change: (certificate: string) => void;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
  readonly facts?: UserDetail['certificateFacts'];
}) {
  const { value, change, facts, disabled = false } = props;
  return (
    <div className={css.form}>
      <Textarea
        label={users('newApi.certificate')}
        {...(facts
          ? {
              description: users('certificate.facts', {
                subject: facts.subject,
                issuer: facts.issuer,
                until: date(facts.validUntil),
              }),
            }
          : {})}
        autosize
        minRows={3}
        maxRows={8}
        maxLength={20_000}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        disabled={disabled}
        value={value}
        onChange={(event) => change(event.currentTarget.value)}
        error={props.error}
      />
      {!disabled && (
        <div className={css.fileRow}>
          <FileButton
            accept=".pem,.crt,.cer,application/x-x509-ca-cert"
            onChange={(file) => void file?.text().then(change)}
          >
            {(button) => (
              <Button {...button} variant="default" size="xs">
                {users('certificate.choose')}
              </Button>
            )}
          </FileButton>
          {value !== '' && (
            <Button variant="subtle" color="gray" size="xs" onClick={() => change('')}>
              {users('certificate.remove')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** The key and the certificate of an API user. */
export function KeyFields(props: {
  readonly value: Keys;
  readonly change: (part: Partial<Keys>) => void;
  readonly errors: Errors;
  readonly disabled?: boolean;
  readonly facts?: Facts;
}) {
  const { value, change, errors, facts, disabled = false } = props;
  return (
    <>
      <TextInput
        label={users('newApi.sshKey')}
        description={
          facts?.sshKeyFingerprint
            ? users('key.fingerprint', { fingerprint: facts.sshKeyFingerprint })
            : users('newApi.sshKeyHelp')
        }
        classNames={{ input: 'mono' }}
        maxLength={8192}
        spellCheck={false}
        autoComplete="off"
        disabled={disabled}
        value={value.sshKey}
        onChange={(event) => change({ sshKey: event.currentTarget.value })}
        error={errors['sshKey']}
      />
      <CertificateField
        value={value.certificate}
        change={(certificate) => change({ certificate })}
        error={errors['certificate']}
        disabled={disabled}
        {...(facts ? { facts: facts.certificateFacts } : {})}
      />
    </>
  );
}
