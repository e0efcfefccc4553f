import { Button, Textarea } from '@mantine/core';
import {
  approveTicketingModule,
  readTicketingModuleFile,
  readTicketingModules,
  refuseTicketingModule,
  type TicketingModule,
  type TicketingModules,
} from '@strongroom/contract';
import { IconCheck, IconChevronRight, IconCode, IconPencil, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { settings } from '../../lib/messages/settings.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { CodeText } from '../listeners/Code.tsx';
import { LookPill } from '../listeners/columns.tsx';
import { textOf } from '../listeners/file-text.ts';
import css from '../listeners/listeners.module.css';
import { versionLook } from '../listeners/words.ts';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import users from '../users/users.module.css';

// What is looked at seldom comes when it is asked for.
const ModuleDialog = lazy(() => import('./ModuleDialog.tsx').then((part) => ({ default: part.ModuleDialog })));

const refresh = async () => {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.ticketingModules }),
    queries.invalidateQueries({ queryKey: keys.approvals }),
  ]);
};

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

/** What one version says; beside the one that runs, what changed since. */
function VersionText({ version, since }: { readonly version: TicketingModule; readonly since?: TicketingModule | null }) {
  const now = useText(version);
  const then = useText(since ?? null);
  const text = () => {
    if (now.isError) return <ErrorBox error={now.error} retry={() => void now.refetch()} />;
    if (now.data === undefined || then.isLoading) return <Bones lines={[70, 50, 80]} />;
    if (now.data === null) return <p>{listeners('program', { sha256: version.file.sha256 })}</p>;
    return <CodeText label={version.file.name} text={now.data} before={then.data} />;
  };
  return (
    <div className={css.version}>
      <Details
        items={[
          [listeners('file'), listeners('fileIs', { name: version.file.name, bytes: version.file.bytes })],
          [listeners('note'), version.note],
          [listeners('sha256'), <code className={css.hash}>{version.file.sha256}</code>],
          [listeners('hash'), <code className={css.hash}>{version.hash}</code>],
        ]}
      />
      {text()}
    </div>
  );
}

/** What waits of the module, and the decision. */
function Review({ version, modules }: { readonly version: TicketingModule; readonly modules: TicketingModules }) {
  const since = modules.versions.find((one) => one.version === modules.runs) ?? null;
  const [refusing, setRefusing] = useState(false);
  const [why, setWhy] = useState('');
  const action = useAction();
  const heading = ticketing('module.review', { version: version.version });
  return (
    <section className={`card ${css.review}`} aria-label={heading}>
      <h2>
        <IconShieldCheck size={18} aria-hidden /> {heading}
      </h2>
      <p className="dim">{listeners('byAt', { name: version.author, at: exact(version.createdAt) })}</p>
      <p>{ticketing('module.reviewText')}</p>
      {since && <h3>{ticketing('module.changes', { version: since.version })}</h3>}
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
                await refresh();
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
        title={ticketing('module.refuseTitle', { version: version.version })}
        body={listeners('refuseText')}
        keep={listeners('keep')}
        go={listeners('refuseGo')}
        danger
        does={async () => {
          await ask(refuseTicketingModule, { hash: version.hash, why: why.trim() });
          await refresh();
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

function Versions({ modules }: { readonly modules: TicketingModules }) {
  const [shown, setShown] = useState<number | null>(null);
  return (
    <ul className={css.versions} aria-label={listeners('versions')}>
      {modules.versions.map((version) => (
        <li key={version.version} className="card">
          <div className={css.versionHead}>
            <span>
              <b>{listeners('version', { version: version.version })}</b>
              <LookPill look={versionLook(version.state)} />
            </span>
            <span className="dim">
              {listeners('byAt', { name: version.author, at: exact(version.createdAt) })}
              {version.decidedBy !== null && version.decidedAt !== null && (
                <>
                  {' · '}
                  {listeners('decidedBy', {
                    state: listeners(`state-${version.state}`),
                    name: version.decidedBy,
                    at: exact(version.decidedAt),
                  })}
                </>
              )}
              {version.why !== null && <q>{version.why}</q>}
            </span>
            <Button
              size="xs"
              variant="default"
              aria-expanded={shown === version.version}
              onClick={() => setShown(shown === version.version ? null : version.version)}
            >
              {listeners(shown === version.version ? 'hideVersion' : 'showVersion')}
            </Button>
          </div>
          {shown === version.version && <VersionText version={version} />}
        </li>
      ))}
    </ul>
  );
}

/** The module that asks a ticketing system of one's own: what runs, what waits, and its versions. */
export default function ModulePage() {
  const may = useCan('ticketing.add-module');
  const [editing, setEditing] = useState(false);
  const found = useQuery({
    queryKey: keys.ticketingModules,
    queryFn: ({ signal }) => ask(readTicketingModules, {}, { signal }),
  });
  const modules = found.data;
  const newest = modules?.versions[0] ?? null;
  const edit = (
    <Button leftSection={newest ? <IconPencil size={15} /> : <IconCode size={15} />} onClick={() => setEditing(true)}>
      {ticketing(newest ? 'module.edit' : 'module.add')}
    </Button>
  );
  return (
    <AdminFrame under="/admin/ticketing">
      <div className={css.page}>
        <nav aria-label={settings('nav.crumbs')} className={users.crumbs}>
          <Link to="/admin/ticketing" className="lnk">
            {ticketing('title')}
          </Link>
          <IconChevronRight size={14} aria-hidden />
          <b className="trunc" aria-current="page">
            {ticketing('module')}
          </b>
        </nav>
        <PageHeader title={ticketing('module')} stack sub={ticketing('module.sub')}>
          {may && newest && edit}
        </PageHeader>
        {found.isPending && <Bones />}
        {found.isError && !modules && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {modules && !newest && (
          <EmptyState icon={IconCode} title={ticketing('module.empty')} text={ticketing('module.emptyHelp')}>
            {may && edit}
          </EmptyState>
        )}
        {modules && newest && (
          <>
            <p>
              {modules.runs === null
                ? ticketing('module.runsNone')
                : ticketing('module.runs', { version: modules.runs })}
            </p>
            {newest.state === 'waiting' && <Review key={newest.hash} version={newest} modules={modules} />}
            <Versions modules={modules} />
          </>
        )}
      </div>
      {editing && (
        <Suspense>
          <ModuleDialog
            newest={newest}
            close={() => setEditing(false)}
            saved={async () => {
              setEditing(false);
              await refresh();
            }}
          />
        </Suspense>
      )}
    </AdminFrame>
  );
}
