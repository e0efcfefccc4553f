import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { audit } from '../../lib/messages/audit.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { kit } from '../../lib/messages/kit.ts';
import css from './audit.module.css';

const commands = [
  'node verify.mjs audit-export.jsonl public-key.txt',
  'python3 verify.py audit-export.jsonl public-key.txt --since kept-checkpoint.txt',
].join('\n');

function Block({ title, text, help }: { readonly title: string; readonly text: string; readonly help?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } catch {
      toast({ tone: 'bad', seconds: 8, message: audit('seal.copyFailed') });
    }
  };
  return (
    <section className={css.block} aria-label={title}>
      <div className={css.blockHead}>
        <h3>{title}</h3>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={kit('copyThing', { thing: title })}
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          onClick={() => void copy()}
        >
          {audit(copied ? 'verify.copied' : 'verify.copy')}
        </Button>
      </div>
      {help && <p className={css.blockHelp}>{help}</p>}
      <pre className="mono" tabIndex={0} aria-label={title} dir="ltr">
        {text}
      </pre>
    </section>
  );
}

/** How an outsider checks the trail: the steps, the key, a checkpoint to keep, and the commands. */
export function VerifyDialog(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly publicKey: string;
  readonly checkpoint: string | null;
}) {
  return (
    <Dialog open={props.open} close={props.close} title={audit('verify.title')} size={640}>
      <div className={css.verify}>
        <p>{audit('verify.intro')}</p>
        <ol>
          <li>{audit('verify.one')}</li>
          <li>{audit('verify.two')}</li>
          <li>{audit('verify.three')}</li>
        </ol>
        <Block title={audit('verify.key')} text={props.publicKey} />
        <Block title={audit('verify.command')} text={commands} />
        {props.checkpoint && (
          <Block title={audit('verify.checkpoint')} text={props.checkpoint} help={audit('verify.checkpointHelp')} />
        )}
      </div>
      <DialogActions>
        <Button variant="default" onClick={props.close}>
          {audit('event.close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
