import { Button } from '@mantine/core';
import { IconCopy, IconDownload, IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react';
import { exportAudit, readAuditSeal } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, base } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { audit } from '../../lib/messages/audit.ts';
import { keys } from '../../lib/query.ts';
import { toast } from '../../ui/toast.tsx';
import { VerifyDialog } from './VerifyDialog.tsx';
import css from './audit.module.css';

/** How far the trail is sealed, and what an outsider needs to check it. */
export function SealStrip() {
  const seal = useQuery({
    queryKey: keys.seal,
    queryFn: ({ signal }) => ask(readAuditSeal, {}, { signal }),
    refetchInterval: 15_000,
  });
  const [open, setOpen] = useState(false);
  const copy = async (key: string) => {
    try {
      await navigator.clipboard.writeText(key);
      toast({ message: audit('seal.keyCopied') });
    } catch {
      toast({ tone: 'bad', seconds: 8, message: audit('seal.copyFailed') });
    }
  };
  if (seal.isError && !seal.data) {
    return (
      <div className={css.strip}>
        <IconShieldQuestion size={18} stroke={1.6} aria-hidden />
        <span className={css.stripText}>{audit('seal.unavailable')}</span>
      </div>
    );
  }
  const { sealed = 0, unsealed = 0, checkpoint = null, checkpointAt = null, publicKey = '' } = seal.data ?? {};
  return (
    <section className={css.strip} aria-label={audit('seal.heading')}>
      <IconShieldCheck size={18} stroke={1.6} aria-hidden data-sealed={sealed > 0 || undefined} />
      <span className={css.stripText}>
        {seal.data && (
          <>
            <b className="num">{audit('seal.sealed', { n: sealed })}</b>
            <span className="num">{audit('seal.unsealed', { n: unsealed })}</span>
            <span title={checkpointAt ? exact(checkpointAt) : undefined}>
              {checkpointAt ? audit('seal.checkpointAt', { when: ago(checkpointAt) }) : audit('seal.noCheckpoint')}
            </span>
          </>
        )}
      </span>
      <span className={css.stripActions}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconCopy size={14} />}
          disabled={!publicKey}
          onClick={() => void copy(publicKey)}
        >
          {audit('seal.copyKey')}
        </Button>
        <Button size="xs" variant="default" disabled={!seal.data} onClick={() => setOpen(true)}>
          {audit('seal.how')}
        </Button>
        <Button
          size="xs"
          variant="default"
          component="a"
          href={base + exportAudit.path}
          download
          leftSection={<IconDownload size={14} />}
        >
          {audit('seal.download')}
        </Button>
      </span>
      <VerifyDialog open={open} close={() => setOpen(false)} publicKey={publicKey} checkpoint={checkpoint} />
    </section>
  );
}
