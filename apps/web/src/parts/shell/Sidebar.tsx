import { Tooltip } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { frame } from '../../lib/messages/frame.ts';
import { useMe } from '../../lib/session.tsx';
import { entriesFor, type Entry } from './nav.ts';
import css from './shell.module.css';

/** The organisation's name at the top, the entries, and Admin at the foot. */
export function Sidebar({ folded = false, onGo }: { readonly folded?: boolean; readonly onGo?: () => void }) {
  const me = useMe();
  const area = useLocation({ select: (l) => l.pathname.split('/')[1] });
  const { work, oversight, admin } = entriesFor(me);
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
      {admin.length > 0 && (
        <nav aria-label={frame('adminNav')} className={css.bottom}>
          <ul>{admin.map(entry)}</ul>
        </nav>
      )}
    </div>
  );
}
