import { Tooltip } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import { frame } from '../../lib/messages/frame.ts';
import { setPreferences } from '../../lib/preferences.ts';
import { useMe } from '../../lib/session.tsx';
import { useRequestCounts } from '../checkout/use-requests.ts';
import { useApprovals } from './use-approvals.ts';
import { entriesFor, type Entry } from './nav.ts';
import css from './shell.module.css';

/** The organisation's name at the top, the entries, and Admin at the foot. */
export function Sidebar({ folded = false, onGo }: { readonly folded?: boolean; readonly onGo?: () => void }) {
  const me = useMe();
  const area = useLocation({ select: (l) => l.pathname.split('/')[1] });
  const { work, oversight, admin } = entriesFor(me);
  const Fold = folded ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const waiting = useApprovals().data?.mine ?? 0;
  const counts = useRequestCounts().data;
  const requests = counts ? counts.approve + counts.emergency : 0;
  const entry = ({ to, area: own, label, icon: Glyph }: Entry) => (
    <li key={to}>
      <Tooltip label={label} position="right" disabled={!folded}>
        <Link
          to={to}
          className={css.entry}
          data-on={area === own || undefined}
          aria-current={area === own ? 'page' : undefined}
          onClick={onGo}
        >
          <Glyph size={18} stroke={1.7} aria-hidden />
          <span className={folded ? 'sr' : undefined}>{label}</span>
          {own === 'requests' && requests > 0 && (
            <span className={css.count}>
              <span aria-hidden>{requests > 99 ? '99+' : requests}</span>
              <span className="sr">{frame('requestsWait', { count: requests })}</span>
            </span>
          )}
          {own === 'admin' && waiting > 0 && (
            <span className={css.dot}>
              <span className="sr">{frame('approvalsWait', { count: waiting })}</span>
            </span>
          )}
        </Link>
      </Tooltip>
    </li>
  );
  return (
    <div className={css.side} data-folded={folded || undefined}>
      <div className={css.organisation} title={me.organisation.name}>
        <span className={css.mark} aria-hidden>
          {[...me.organisation.name][0]?.toUpperCase()}
        </span>
        <span className={folded ? 'sr' : css.names}>
          <b>{me.organisation.name}</b>
          <small>{frame('yourOrganisation')}</small>
        </span>
      </div>
      <nav aria-label={frame('mainNav')}>
        <ul>{work.map(entry)}</ul>
        {oversight.length > 0 && (
          <>
            <p className={folded ? 'sr' : css.section}>{frame('oversight')}</p>
            <ul>{oversight.map(entry)}</ul>
          </>
        )}
      </nav>
      <div className={css.bottom}>
        {admin.length > 0 && (
          <nav aria-label={frame('adminNav')}>
            <ul>{admin.map(entry)}</ul>
          </nav>
        )}
        {!onGo && (
          <Tooltip label={frame('unfold')} position="right" disabled={!folded}>
            <button
              type="button"
              className={css.entry}
              aria-expanded={!folded}
              aria-keyshortcuts="["
              onClick={() => setPreferences({ sidebar: folded ? 'open' : 'folded' })}
            >
              <Fold size={18} stroke={1.7} aria-hidden />
              <span className={folded ? 'sr' : undefined}>{frame(folded ? 'unfold' : 'fold')}</span>
            </button>
          </Tooltip>
        )}
      </div>
    </div>
  );
}
