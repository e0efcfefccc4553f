import { Button } from '@mantine/core';
import {
  deleteKey,
  readKey,
  revealKey,
  rotateKey,
  stopKeyRotation,
  verifyKey,
  withdrawKey,
  type Account,
  type AccountKey,
  type KeyPlace,
} from '@strongroom/contract';
import {
  IconDownload,
  IconFingerprint,
  IconPlus,
  IconRotateClockwise,
  IconShieldCheck,
  IconUpload,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { saveFile } from '../../lib/transfer.ts';
import { AskDialog } from '../../pages/users/AskDialog.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import { keyQuery, refreshKey } from './key-query.ts';
import css from './keys.module.css';
import { PlaceList } from './PlaceList.tsx';

const NewKeyDialog = lazy(() => import('./NewKeyDialog.tsx'));
const PlaceDialog = lazy(() => import('./PlaceDialog.tsx'));

const onTheWay = (key: AccountKey | null | undefined): boolean =>
  key !== null &&
  key !== undefined &&
  (key.stage !== 'settled' || key.places.some(({ state }) => state === 'waiting' || state === 'leaving'));

/** RST-11: the SSH key of an account: its public half, where it is, and what may be done with it. */
export default function KeyTab({ account }: { readonly account: Account }) {
  const [open, setOpen] = useState<'make' | 'import' | 'place' | null>(null);
  const query = useQuery({
    queryKey: keyQuery(account.id),
    queryFn: ({ signal }) => ask(readKey, { accountId: account.id }, { signal }),
    refetchInterval: (q) => (onTheWay(q.state.data?.key) ? 2000 : false),
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const { key, openedBy } = query.data;
  const may = account.can.includes('account.change-password');
  return (
    <div className={css.tab}>
      {key === null ? (
        <EmptyState icon={IconFingerprint} title={sshKeys('empty')} text={sshKeys(may ? 'emptyText' : 'emptyView')}>
          {may && (
            <span className={css.actions}>
              <Button size="xs" leftSection={<IconPlus size={14} />} onClick={() => setOpen('make')}>
                {sshKeys('make')}
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconUpload size={14} />}
                onClick={() => setOpen('import')}
              >
                {sshKeys('import')}
              </Button>
            </span>
          )}
        </EmptyState>
      ) : (
        <Key account={account} value={key} may={may} place={() => setOpen('place')} />
      )}
      {openedBy.length > 0 && (
        <section>
          <h3 className={css.heading}>{sshKeys('openedBy')}</h3>
          <PlaceList places={openedBy} />
        </section>
      )}
      <Suspense fallback={null}>
        {(open === 'make' || open === 'import') && (
          <NewKeyDialog account={account} how={open} close={() => setOpen(null)} />
        )}
        {open === 'place' && <PlaceDialog account={account} close={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

function Key(props: {
  readonly account: Account;
  readonly value: AccountKey;
  readonly may: boolean;
  readonly place: () => void;
}) {
  const { account, value, may } = props;
  const accountId = account.id;
  const secrets = useSecrets();
  const [asking, setAsking] = useState<'rotate' | 'stop' | 'delete' | null>(null);
  const [leaving, setLeaving] = useState<KeyPlace | null>(null);
  const name = nameOf(account);
  const done = async (message: string): Promise<void> => {
    toast({ message });
    await refreshKey(accountId);
  };
  const download = async (): Promise<void> => {
    const opened = await secrets.withWhy(accountId, sshKeys('whyDownload', { name }), (why) =>
      ask(revealKey, { accountId, ...why }),
    );
    if (opened)
      saveFile(
        `id_${account.username.replace(/[^\w.-]/g, '_')}`,
        new Blob([opened.privateKey], { type: 'application/octet-stream' }),
      );
  };
  const close = () => setAsking(null);
  return (
    <>
      <div className={css.head}>
        <Pill tone={value.stage === 'settled' ? 'ok' : 'busy'}>{sshKeys(`stage-${value.stage}`)}</Pill>
        <span className="dim">
          {sshKeys(`kind-${value.kind}`)} · {sshKeys('version', { version: value.version })} ·{' '}
          {sshKeys('by', { who: value.madeBy })} · <time title={exact(value.madeAt)}>{ago(value.madeAt)}</time>
        </span>
      </div>
      <CopyField label={sshKeys('publicKey')} value={value.publicKey} description={value.fingerprint} />
      {value.next !== null && <p className="dim">{sshKeys('next', { fingerprint: value.next })}</p>}
      <div className={css.actions}>
        {account.can.includes('account.reveal') && (
          <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={() => void download()}>
            {sshKeys('download')}
          </Button>
        )}
        {may && value.stage === 'settled' && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRotateClockwise size={14} />}
            onClick={() => setAsking('rotate')}
          >
            {sshKeys('rotate')}
          </Button>
        )}
        {may && value.stage === 'rotating' && (
          <Button size="xs" variant="default" onClick={() => setAsking('stop')}>
            {sshKeys('stop')}
          </Button>
        )}
        {value.places.length > 0 && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconShieldCheck size={14} />}
            onClick={() => void ask(verifyKey, { accountId }).then(() => done(sshKeys('verifyStarted')), toastProblem)}
          >
            {sshKeys('verify')}
          </Button>
        )}
        {may && value.stage === 'settled' && value.places.length + value.hiddenPlaces === 0 && (
          <Button size="xs" variant="subtle" color="red" onClick={() => setAsking('delete')}>
            {sshKeys('delete')}
          </Button>
        )}
      </div>
      <section>
        <h3 className={css.heading}>{sshKeys('opens')}</h3>
        {value.places.length === 0 && <p className="dim">{sshKeys('opensNone')}</p>}
        <PlaceList places={value.places} {...(may ? { leave: setLeaving } : {})} />
        {value.hiddenPlaces > 0 && <p className="dim">{sshKeys('hidden', { count: value.hiddenPlaces })}</p>}
        {may && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={props.place}>
            {sshKeys('place')}
          </Button>
        )}
      </section>
      {asking === 'rotate' && (
        <AskDialog
          open
          close={close}
          title={sshKeys('rotateTitle', { name })}
          body={sshKeys('rotateText')}
          keep={sshKeys('keep')}
          go={sshKeys('rotate')}
          does={async () => {
            const why = await secrets.whyChange(account, sshKeys('whyRotate', { name }));
            if (!why) return;
            await ask(rotateKey, { accountId, ...why });
            await done(sshKeys('rotateStarted'));
          }}
        />
      )}
      {asking === 'stop' && (
        <AskDialog
          open
          close={close}
          title={sshKeys('stopTitle')}
          body={sshKeys('stopText')}
          keep={sshKeys('keep')}
          go={sshKeys('stop')}
          does={async () => {
            await ask(stopKeyRotation, { accountId });
            await refreshKey(accountId);
          }}
        />
      )}
      {asking === 'delete' && (
        <AskDialog
          open
          close={close}
          danger
          title={sshKeys('deleteTitle', { name })}
          body={sshKeys('deleteText')}
          keep={sshKeys('keep')}
          go={sshKeys('delete')}
          does={async () => {
            const why = await secrets.whyChange(account, sshKeys('whyDelete', { name }));
            if (!why) return;
            await ask(deleteKey, { accountId, ...why });
            await done(sshKeys('deleted'));
          }}
        />
      )}
      {leaving && (
        <AskDialog
          open
          close={() => setLeaving(null)}
          danger
          title={sshKeys('takeAwayTitle', { name: nameOf({ id: leaving.accountId, ...leaving }) })}
          body={sshKeys('takeAwayText')}
          keep={sshKeys('keep')}
          go={sshKeys('takeAway')}
          does={async () => {
            await ask(withdrawKey, { accountId, accountIds: [leaving.accountId] });
            await done(sshKeys('takeAwayStarted'));
          }}
        />
      )}
    </>
  );
}
