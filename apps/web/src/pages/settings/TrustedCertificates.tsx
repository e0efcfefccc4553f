import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import {
  addTrustedCertificates,
  listTrustedCertificates,
  removeTrustedCertificate,
  type TrustedCertificate,
} from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { date } from '../../lib/format.ts';
import { certificates } from '../../lib/messages/certificates.ts';
import { queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { toast } from '../../ui/toast.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import { certificatesPem } from './certificate-file.ts';
import { FileDialog } from './FileDialog.tsx';
import { Validity } from './ServerCertificateCard.tsx';
import css from './settings.module.css';

const queryKey = ['trusted-certificates'];

/** What outgoing connections trust beside the operating system's authorities. */
export function TrustedCertificates() {
  const mayAdd = useCan('trusted-certificate.add');
  const mayRemove = useCan('trusted-certificate.remove');
  const found = useQuery({ queryKey, queryFn: ({ signal }) => ask(listTrustedCertificates, {}, { signal }) });
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<TrustedCertificate | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey });
  return (
    <FormSection title={certificates('trust.title')} text={certificates('trust.text')}>
      {mayAdd && (
        <div>
          <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
            {certificates('trust.add')}
          </Button>
        </div>
      )}
      {found.data ? (
        found.data.items.length === 0 ? (
          <p className={css.none}>{certificates('trust.none')}</p>
        ) : (
          <ul className={css.list}>
            {found.data.items.map((certificate) => (
              <li key={certificate.id}>
                <div>
                  <b>
                    <bdi>{certificate.subject}</bdi>
                  </b>
                  <span>
                    <Validity certificate={certificate} /> ·{' '}
                    {certificates('trust.added.at', { when: date(certificate.addedAt) })}
                  </span>
                  <bdi className="mono">{certificate.fingerprint}</bdi>
                </div>
                {mayRemove && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={certificates('trust.removeWhat', { subject: certificate.subject })}
                    onClick={() => setRemoving(certificate)}
                  >
                    {certificates('trust.remove')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )
      ) : found.isError ? (
        <ErrorBox error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Bones lines={[70, 50]} />
      )}
      <FileDialog
        open={adding}
        close={() => setAdding(false)}
        title={certificates('trust.add.title')}
        label={certificates('trust.add.file')}
        help={certificates('trust.add.fileHelp')}
        accept=".pem,.crt,.cer,.der"
        go={certificates('trust.add.go')}
        send={async (files) => {
          const { added } = await ask(addTrustedCertificates, { pem: certificatesPem(files) });
          await refresh();
          toast({ message: certificates('trust.added', { n: added }) });
        }}
      />
      <AskDialog
        open={removing !== null}
        close={() => setRemoving(null)}
        title={certificates('trust.remove.title', { subject: removing?.subject ?? '' })}
        body={certificates('trust.remove.body')}
        keep={certificates('trust.remove.keep')}
        go={certificates('trust.remove.go')}
        danger
        does={async () => {
          if (!removing) return;
          await ask(removeTrustedCertificate, { trustedCertificateId: removing.id });
          await refresh();
          toast({ message: certificates('trust.removed', { subject: removing.subject }) });
        }}
      />
    </FormSection>
  );
}
