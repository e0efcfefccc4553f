import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { groups } from '../../lib/messages/groups.ts';
import { resources } from '../../lib/messages/resources.ts';
import css from '../resource/resource.module.css';

/** The way back: Resources, Resource groups, here. */
export function GroupCrumbs({ here }: { readonly here: string }) {
  const way = [
    ['/resources', resources('title')],
    ['/resources/groups', groups('title')],
  ] as const;
  return (
    <nav aria-label={groups('crumb')} className={css.crumbs}>
      {way.map(([to, label]) => (
        <Fragment key={to}>
          <Link to={to} className="lnk">
            {label}
          </Link>
          <IconChevronRight size={13} className="dim3" aria-hidden />
        </Fragment>
      ))}
      <span aria-current="page" className="trunc">
        <bdi>{here}</bdi>
      </span>
    </nav>
  );
}
