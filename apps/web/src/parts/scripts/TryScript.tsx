import { tryScript, type Account } from '@strongroom/contract';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { scripts } from '../../lib/messages/scripts.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { Transcript } from './Transcript.tsx';
import css from './scripts.module.css';

/** Has the dialogue of an account's type with its device, up to the change. */
export default function TryScript({ account }: { readonly account: Account }) {
  const action = useAction();
  const [came, setCame] = useState<z.output<typeof tryScript.reply> | null>(null);
  return (
    <section className={css.step} aria-label={scripts('tryTitle')}>
      <div className={css.stepHead}>
        <span>{scripts('tryTitle')}</span>
        <BusyButton
          size="xs"
          variant="default"
          busy={action.busy}
          leftSection={<IconPlayerPlay size={14} />}
          onClick={() => void action.run(async () => setCame(await ask(tryScript, { accountId: account.id })))}
        >
          {scripts('tryGo')}
        </BusyButton>
      </div>
      <p className={`dim ${css.help}`}>{scripts('tryText')}</p>
      {came && (
        <>
          <Transcript lines={came.lines} />
          <p role="status" className={css.help}>
            <Pill tone={came.ended === 'stopped' ? 'ok' : 'bad'}>{came.why}</Pill>
          </p>
        </>
      )}
      {action.error !== null && <ErrorBox error={action.error} />}
    </section>
  );
}
