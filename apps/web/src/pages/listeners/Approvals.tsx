import { type Approval } from '@strongroom/contract';
import { IconShieldCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { useApprovals } from '../../parts/shell/use-approvals.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './listeners.module.css';

function List({ title, items }: { readonly title: string; readonly items: readonly Approval[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={css.listTitle}>{title}</h2>
      <ul className={css.versions}>
        {items.map((item) => (
          <li key={item.id} className="card">
            <div className={css.versionHead}>
              <span>
                <b>
                  <bdi>{item.name}</bdi>
                </b>
              </span>
              <span className="dim">
                {listeners(
                  item.kind === 'listener'
                    ? item.edit
                      ? 'listenerEdit'
                      : 'listenerNew'
                    : item.edit
                      ? 'moduleEdit'
                      : 'moduleNew',
                )}{' '}
                · {listeners('version', { version: item.version })} ·{' '}
                {listeners('asks', { name: item.author, at: exact(item.at) })}
              </span>
              <Link
                to={item.kind === 'listener' ? `/admin/reset-listeners/${item.id}` : '/admin/ticketing/module'}
                className={css.look}
                aria-label={`${listeners('look')}: ${item.name}`}
              >
                {listeners('look')}
              </Link>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What waits for a second administrator: what one may decide first, then what others must. */
export default function ApprovalsPage() {
  const found = useApprovals();
  const items = found.data?.items ?? [];
  return (
    <AdminFrame>
      <div className={css.page}>
        <PageHeader title={listeners('approvals')} sub={listeners('approvalsSub')} />
        {found.isPending && <Bones />}
        {found.isError && !found.data && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {found.data && items.length === 0 && (
          <EmptyState
            icon={IconShieldCheck}
            title={listeners('approvalsEmpty')}
            text={listeners('approvalsEmptyHelp')}
          />
        )}
        <List title={listeners('mine')} items={items.filter((item) => item.mayDecide)} />
        <List title={listeners('others')} items={items.filter((item) => !item.mayDecide)} />
      </div>
    </AdminFrame>
  );
}
