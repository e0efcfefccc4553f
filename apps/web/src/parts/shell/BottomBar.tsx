import { Link, useLocation } from '@tanstack/react-router';
import { IconDots } from '@tabler/icons-react';
import { frame } from '../../lib/messages/frame.ts';
import { useMe } from '../../lib/session.tsx';
import { entriesFor } from './nav.ts';
import css from './shell.module.css';

/** As many entries as a small phone has room for, beside More. */
const most = 4;

/** The bar at the foot of a phone: the first entries, and More for the rest. */
export function BottomBar({ openMenu }: { readonly openMenu: () => void }) {
  const { work, oversight } = entriesFor(useMe());
  const area = useLocation({ select: (l) => l.pathname.split('/')[1] });
  return (
    <nav className={css.tabs} aria-label={frame('barNav')}>
      {[...work, ...oversight].slice(0, most).map(({ to, area: own, label, icon: Glyph }) => (
        <Link key={to} to={to} data-on={area === own || undefined} aria-current={area === own ? 'page' : undefined}>
          <Glyph size={21} stroke={1.7} aria-hidden />
          <span>{label}</span>
        </Link>
      ))}
      <button type="button" onClick={openMenu} aria-haspopup="dialog">
        <IconDots size={21} stroke={1.7} aria-hidden />
        <span>{frame('more')}</span>
      </button>
    </nav>
  );
}
