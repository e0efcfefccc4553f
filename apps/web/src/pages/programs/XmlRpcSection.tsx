import { readXmlRpc } from '@strongroom/contract';
import { IconCertificate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { xmlRpc } from '../../lib/messages/xml-rpc.ts';
import { Bones } from '../../ui/Bones.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import css from './programs.module.css';

const methods = [
  ['retrieve', 'pmp.password.retrieve(resourceName, accountName[, reason[, ticketId]])'],
  ['change', 'pmp.password.change(resourceName, accountName, reason[, newPassword], updateRemote[, ticketId])'],
  ['create', 'pmp.resource.create(resourceName, resourceType, accountName[, newPassword], notes)'],
] as const;
const command =
  'openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=USER" -keyout program.key -out program.crt';

/** How programs fetch and change passwords over XML-RPC: address, certificate, methods, results. */
export function XmlRpcSection() {
  const found = useQuery({
    queryKey: ['xml-rpc'],
    queryFn: ({ signal }) => ask(readXmlRpc, {}, { signal }),
  });
  if (found.isError) return <ErrorBox error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Bones />;
  const { port } = found.data;
  if (port === null) return <EmptyState icon={IconCertificate} title={xmlRpc('off')} text={xmlRpc('offText')} />;
  return (
    <div className={css.cards}>
      <FormSection title={xmlRpc('door')} text={xmlRpc('doorText')}>
        <CopyField label={xmlRpc('address')} value={`https://${window.location.hostname}:${String(port)}/xmlrpc`} />
      </FormSection>
      <FormSection title={xmlRpc('certificate')} text={xmlRpc('certificateText')}>
        <CopyField label={xmlRpc('command')} value={command} />
      </FormSection>
      <FormSection title={xmlRpc('methods')} text={xmlRpc('methodsText')}>
        {methods.map(([name, method]) => (
          <CopyField key={name} label={xmlRpc(name)} value={method} />
        ))}
      </FormSection>
      <FormSection title={xmlRpc('results')}>
        <Details
          items={[
            [xmlRpc('resultCode0'), xmlRpc('result0')],
            [xmlRpc('resultCode1'), xmlRpc('result1')],
            [xmlRpc('faultName'), xmlRpc('fault')],
          ]}
        />
      </FormSection>
    </div>
  );
}
