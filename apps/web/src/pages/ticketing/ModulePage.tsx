import { Button } from '@mantine/core';
import { readTicketing, readTicketingModules, type TicketingModules } from '@strongroom/contract';
import { IconBan, IconCheck, IconChevronRight, IconClock, IconCode, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { administration } from '../../lib/messages/administration.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { LookPill } from '../listeners/columns.tsx';
import css from '../listeners/listeners.module.css';
import { versionLook } from '../listeners/words.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import users from '../users/users.module.css';
import { ModuleReview, VersionText } from './ModuleReview.tsx';
import { refreshModules } from './refresh.ts';
import own from './ticketing.module.css';

// What is looked at seldom comes when it is asked for.
const ModuleDialog = lazy(() => import('./ModuleDialog.tsx').then((part) => ({ default: part.ModuleDialog })));

/** Whether any version runs, and whether tickets are asked for by it. */
function State({ runs }: { readonly runs: number | null }) {
  const may = useCan('ticketing.read');
  const found = useQuery({
    queryKey: keys.ticketing,
    queryFn: ({ signal }) => ask(readTicketing, {}, { signal }),
    enabled: may,
  });
  const set = found.data?.ticketing;
  const asked = set?.on === true && set.system === 'other';
  return (
    <div className={css.facts}>
      <Details
        items={[
          [
            listeners('runsVersion'),
            runs === null ? (
              <Pill tone="neutral" icon={IconBan}>
                {listeners('runsNone')}
              </Pill>
            ) : (
              listeners('runsIs', { version: runs })
            ),
          ],
          [
            ticketing('module.asked'),
            runs !== null && found.data && (
              <span className={own.asked}>
                <Pill tone={asked ? 'ok' : 'warn'} icon={asked ? IconCheck : IconClock}>
                  {ticketing(asked ? 'module.askedYes' : 'module.askedNo')}
                </Pill>
                {!asked && (
                  <Link to="/admin/ticketing" className="link">
                    {ticketing('module.choose')}
                  </Link>
                )}
              </span>
            ),
          ],
        ]}
      />
    </div>
  );
}

function Versions({ modules }: { readonly modules: TicketingModules }) {
  const [shown, setShown] = useState<number | null>(null);
  return (
    <section aria-label={listeners('versions')}>
      <h2 className={css.listTitle}>{listeners('versions')}</h2>
      <ul className={css.versions}>
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
                aria-label={ticketing(shown === version.version ? 'module.hide' : 'module.show', {
                  version: version.version,
                })}
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
    </section>
  );
}

/** The module that asks a ticketing system of one's own: what runs, what waits, and its versions. */
export default function ModulePage() {
  const may = useCan('ticketing.add-module');
  const sets = useCan('ticketing.update');
  const [editing, setEditing] = useState(false);
  const found = useQuery({
    queryKey: keys.ticketingModules,
    queryFn: ({ signal }) => ask(readTicketingModules, {}, { signal }),
  });
  const modules = found.data;
  const newest = modules?.versions[0] ?? null;
  const edit = may && (
    <Button
      variant={newest ? 'default' : 'filled'}
      leftSection={newest ? <IconPencil size={15} /> : <IconCode size={15} />}
      onClick={() => setEditing(true)}
    >
      {ticketing(newest ? 'module.edit' : 'module.add')}
    </Button>
  );
  return (
    <AdminFrame>
      <div className={css.page}>
        {sets && (
          <nav aria-label={administration('nav.crumbs')} className={users.crumbs}>
            <Link to="/admin/ticketing" className="lnk">
              {ticketing('title')}
            </Link>
            <IconChevronRight size={14} aria-hidden />
            <b className="trunc" aria-current="page">
              {ticketing('module')}
            </b>
          </nav>
        )}
        <PageHeader title={ticketing('module')} stack sub={ticketing('module.sub')}>
          {newest && edit}
        </PageHeader>
        {found.isPending && <Bones />}
        {found.isError && !modules && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {modules && !newest && (
          <EmptyState icon={IconCode} title={ticketing('module.empty')} text={ticketing('module.emptyHelp')}>
            {edit}
          </EmptyState>
        )}
        {modules && newest && (
          <>
            <State runs={modules.runs} />
            {newest.state === 'waiting' && <ModuleReview key={newest.hash} version={newest} modules={modules} />}
            <Versions modules={modules} />
          </>
        )}
      </div>
      {editing && modules && (
        <Suspense>
          <ModuleDialog
            newest={newest}
            close={() => setEditing(false)}
            saved={async () => {
              await refreshModules();
              setEditing(false);
            }}
          />
        </Suspense>
      )}
    </AdminFrame>
  );
}
