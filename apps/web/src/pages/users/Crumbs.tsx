import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { administration } from '../../lib/messages/administration.ts';
import { users } from '../../lib/messages/users.ts';
import css from './users.module.css';

/** The way back to the list a user stands in. */
export function Crumbs({ kind, here }: { readonly kind: 'person' | 'api'; readonly here: string }) {
  return (
    <nav aria-label={administration('nav.crumbs')} className={css.crumbs}>
      <Link to={kind === 'person' ? '/admin/users' : '/admin/api-users'} className="lnk">
        {users(kind === 'person' ? 'people.title' : 'api.title')}
      </Link>
      <IconChevronRight size={14} aria-hidden />
      <b className="trunc" aria-current="page">
        {here}
      </b>
    </nav>
  );
}
