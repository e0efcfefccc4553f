import { Button } from '@mantine/core';
import { installCertificate, readCertificate, type Certificate } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { date } from '../../lib/format.ts';
import { certificates } from '../../lib/messages/certificates.ts';
import { queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast } from '../../ui/toast.tsx';
import { certificateFile } from './certificate-file.ts';
import { FileDialog } from './FileDialog.tsx';
import css from './settings.module.css';

const queryKey = ['server-certificate'];

/** How long a certificate is good for; in a warning colour from a month before its end. */
export function Validity({ certificate }: { readonly certificate: Certificate }) {
  const days = Math.floor((Date.parse(certificate.notAfter) - Date.now()) / 86_400_000);
  return (
    <span className={css.valid}>
      {certificates('validFromTo', { from: date(certificate.notBefore), until: date(certificate.notAfter) })}
      {days < 30 && (
        <Pill tone={days < 0 ? 'bad' : 'warn'}>
          {days < 0 ? certificates('ended') : certificates('ends', { days })}
        </Pill>
      )}
    </span>
  );
}

/** The certificate that this server shows, and a way to replace it. */
export function ServerCertificateCard() {
  const mayReplace = useCan('certificate.install');
  const found = useQuery({ queryKey, queryFn: ({ signal }) => ask(readCertificate, {}, { signal }) });
  const [replacing, setReplacing] = useState(false);
  const [password, setPassword] = useState('');
  const close = () => {
    setReplacing(false);
    setPassword('');
  };
  const certificate = found.data?.certificate;
  return (
    <FormSection title={certificates('server.title')} text={certificates('server.text')}>
      {found.data && certificate ? (
        <>
          <Details
            items={[
              [certificates('source'), certificates(`source.${found.data.source}`)],
              [certificates('subject'), <bdi key="v">{certificate.subject}</bdi>],
              [certificates('issuer'), certificate.selfSigned ? '' : <bdi key="v">{certificate.issuer}</bdi>],
              [certificates('names'), <bdi key="v">{certificate.names.join(', ')}</bdi>],
              [certificates('valid'), <Validity key="v" certificate={certificate} />],
              [certificates('key'), certificate.key],
              [certificates('chain'), found.data.chain.map((link) => link.subject).join(' ← ')],
              [
                certificates('fingerprint'),
                <bdi key="v" className="mono">
                  {certificate.fingerprint}
                </bdi>,
              ],
            ]}
          />
          {mayReplace && found.data.source !== 'files' && (
            <div>
              <Button variant="default" onClick={() => setReplacing(true)}>
                {certificates('replace')}
              </Button>
            </div>
          )}
        </>
      ) : found.isError ? (
        <ErrorBox error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Bones />
      )}
      <FileDialog
        open={replacing}
        close={close}
        title={certificates('replace.title')}
        label={certificates('replace.file')}
        help={certificates('replace.fileHelp')}
        accept=".pem,.crt,.cer,.key,.pfx,.p12"
        go={certificates('replace.go')}
        send={async (files) => {
          const now = await ask(installCertificate, { ...certificateFile(files), password });
          queries.setQueryData(queryKey, now);
          toast({ message: certificates('replace.done') });
        }}
      >
        <PasswordInput
          label={certificates('replace.password')}
          description={certificates('replace.passwordHelp')}
          autoComplete="off"
          value={password}
          onChange={setPassword}
        />
      </FileDialog>
    </FormSection>
  );
}
