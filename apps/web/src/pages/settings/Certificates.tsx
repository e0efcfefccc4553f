import { certificates } from '../../lib/messages/certificates.ts';
import { FormColumn } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from './AdminFrame.tsx';
import { ServerCertificateCard } from './ServerCertificateCard.tsx';
import { TrustedCertificates } from './TrustedCertificates.tsx';
import admin from './admin.module.css';

/** The certificate this server shows, and those it trusts. */
export default function CertificatesPage() {
  return (
    <AdminFrame>
      <div className={admin.form}>
        <PageHeader title={certificates('title')} sub={certificates('sub')} />
        <FormColumn>
          <ServerCertificateCard />
          <TrustedCertificates />
        </FormColumn>
      </div>
    </AdminFrame>
  );
}
