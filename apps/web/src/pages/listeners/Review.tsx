import { Button, Textarea } from '@mantine/core';
import { approveListener, refuseListener, type Listener, type ListenerVersion } from '@strongroom/contract';
import { IconCheck, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { diffLines } from '../../lib/line-diff.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from '../users/AskDialog.tsx';
import { Diff, FileCode } from './Code.tsx';
import { refreshListeners } from './refresh.ts';
import css from './listeners.module.css';
import { VersionView } from './VersionView.tsx';
import { linesOf } from './words.ts';

/** What waits of a listener: all of it or what changed since the version that runs, and the decision. */
export function Review(props: { readonly listener: Listener; readonly versions: readonly ListenerVersion[] }) {
  const { listener, versions } = props;
  const version = versions.find((one) => one.version === listener.newest && one.state === 'waiting');
  const since = versions.find((one) => one.version === listener.runs) ?? null;
  const [refusing, setRefusing] = useState(false);
  const [why, setWhy] = useState('');
  const action = useAction();
  if (!version) return null;
  const heading = listeners('review', { version: version.version });
  return (
    <section className={`card ${css.review}`} aria-label={heading}>
      <h2>
        <IconShieldCheck size={18} aria-hidden /> {heading}
      </h2>
      <p className="dim">{listeners('byAt', { name: version.author, at: exact(version.createdAt) })}</p>
      <p>{listeners('reviewText')}</p>
      {since ? (
        <>
          <h3>{listeners('reviewChanges', { version: since.version })}</h3>
          <Diff
            lines={diffLines(linesOf(since), linesOf(version))}
            label={listeners('reviewChanges', { version: since.version })}
          />
          {(['file', 'companion'] as const).map(
            (which) =>
              version[which] && (
                <div key={which}>
                  <h3>
                    {listeners(which)}: <bdi>{version[which].name}</bdi>
                  </h3>
                  <FileCode listenerId={listener.id} version={version} since={since} which={which} />
                </div>
              ),
          )}
        </>
      ) : (
        <>
          <p>{listeners('reviewFirst')}</p>
          <VersionView listenerId={listener.id} version={version} />
        </>
      )}
      {action.error !== null && <ErrorBox error={action.error} />}
      {listener.mayDecide ? (
        <div className={css.decide}>
          <BusyButton
            busy={action.busy}
            leftSection={<IconCheck size={15} />}
            onClick={() =>
              void action.run(async () => {
                await ask(approveListener, { listenerId: listener.id, hash: version.hash });
                await refreshListeners();
                toast({ message: listeners('approved') });
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
        title={listeners('refuseTitle', { version: version.version, name: listener.name })}
        body={listeners('refuseText')}
        keep={listeners('keep')}
        go={listeners('refuseGo')}
        danger
        does={async () => {
          await ask(refuseListener, { listenerId: listener.id, hash: version.hash, why: why.trim() });
          await refreshListeners();
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
