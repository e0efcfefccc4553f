import { Button, Textarea } from '@mantine/core';
import {
  approveTicketingModule,
  readTicketingModuleFile,
  refuseTicketingModule,
  type TicketingModule,
  type TicketingModules,
} from '@strongroom/contract';
import { IconCheck, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { number } from '../../lib/t.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { toast } from '../../ui/toast.tsx';
import { CodeText } from '../listeners/Code.tsx';
import { textOf } from '../listeners/file-text.ts';
import css from '../listeners/listeners.module.css';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from '../users/AskDialog.tsx';
import { refreshModules } from './refresh.ts';

/** The text of one version; null where the file is no text. It is forgotten when nobody looks any more. */
const useText = (version: TicketingModule | null) =>
  useQuery({
    queryKey: ['ticketing-module-file', version?.hash ?? ''],
    queryFn: async ({ signal }) =>
      textOf((await ask(readTicketingModuleFile, { moduleVersion: version?.version ?? 0 }, { signal })).base64),
    enabled: version !== null,
    gcTime: 0,
    staleTime: Infinity,
  });

/** The text itself; beside one to compare with, what changed since. */
function Text(props: { readonly version: TicketingModule; readonly since: TicketingModule | null }) {
  const { version, since } = props;
  const now = useText(version);
  // The same file needs no comparing: all of it is shown.
  const other = since?.file.sha256 === version.file.sha256 ? null : since;
  const then = useText(other);
  if (now.isError) return <ErrorBox error={now.error} retry={() => void now.refetch()} />;
  // Without what runs now nobody sees what changed: that must not look like a new text.
  if (other && then.isError) return <ErrorBox error={then.error} retry={() => void then.refetch()} />;
  if (now.data === undefined || (other && then.data === undefined)) return <Bones lines={[70, 50, 80]} />;
  if (now.data === null) return <p className={css.program}>{listeners('program', { sha256: version.file.sha256 })}</p>;
  return <CodeText label={version.file.name} text={now.data} before={other ? then.data : null} />;
}

/** All of one version: its note, its file with checksum and text, and the hash that is approved. */
export function VersionText(props: { readonly version: TicketingModule; readonly since?: TicketingModule | null }) {
  const { version, since = null } = props;
  const { name, bytes, sha256 } = version.file;
  return (
    <div className={css.version}>
      <Details
        items={[
          [listeners('note'), version.note],
          [listeners('file'), listeners('fileIs', { name, bytes: number(bytes) })],
          [listeners('sha256'), <code className={css.hash}>{sha256}</code>],
          [listeners('hash'), <code className={css.hash}>{version.hash}</code>],
        ]}
      />
      {since && (
        <h3>
          {ticketing(since.file.sha256 === sha256 ? 'module.unchanged' : 'module.changes', { version: since.version })}
        </h3>
      )}
      <Text version={version} since={since} />
    </div>
  );
}

/** What waits of the module, and the decision. */
export function ModuleReview(props: { readonly version: TicketingModule; readonly modules: TicketingModules }) {
  const { version, modules } = props;
  const since = modules.versions.find((one) => one.version === modules.runs) ?? null;
  const [refusing, setRefusing] = useState(false);
  const [why, setWhy] = useState('');
  const action = useAction();
  const heading = listeners('review', { version: version.version });
  return (
    <section className={`card ${css.review}`} aria-label={heading}>
      <h2>
        <IconShieldCheck size={18} aria-hidden /> {heading}
      </h2>
      <p className="dim">{listeners('byAt', { name: version.author, at: exact(version.createdAt) })}</p>
      <p>{ticketing('module.reviewText')}</p>
      {!since && <p>{listeners('reviewFirst')}</p>}
      <VersionText version={version} since={since} />
      {action.error !== null && <ErrorBox error={action.error} />}
      {modules.mayDecide ? (
        <div className={css.decide}>
          <BusyButton
            busy={action.busy}
            leftSection={<IconCheck size={15} />}
            onClick={() =>
              void action.run(async () => {
                await ask(approveTicketingModule, { hash: version.hash });
                await refreshModules();
                toast({ message: ticketing('module.approved', { version: version.version }) });
              })
            }
          >
            {listeners('approve', { version: version.version })}
          </BusyButton>
          <Button variant="default" onClick={() => setRefusing(true)}>
            {listeners('refuse')}
          </Button>
        </div>
      ) : (
        <p className={css.waits}>{listeners('waitsFor')}</p>
      )}
      <AskDialog
        open={refusing}
        close={() => setRefusing(false)}
        title={ticketing('module.refuseTitle', { version: version.version })}
        body={listeners('refuseText')}
        keep={listeners('keep')}
        go={listeners('refuseGo')}
        danger
        does={async () => {
          await ask(refuseTicketingModule, { hash: version.hash, why: why.trim() });
          await refreshModules();
          toast({ message: listeners('refused') });
        }}
      >
        <Textarea
          label={listeners('refuseWhy')}
          withAsterisk
          maxLength={500}
          autosize
          minRows={2}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
      </AskDialog>
    </section>
  );
}
