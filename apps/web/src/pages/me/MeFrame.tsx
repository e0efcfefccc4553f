import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { me } from '../../lib/messages/me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import css from './me.module.css';

const tabs = ['profile', 'security', 'preferences'] as const;

/** The frame of one's own account: a head, and the way to its three pages. */
export function MeFrame(props: {
  readonly tab: (typeof tabs)[number];
  readonly sub: string;
  readonly children: ReactNode;
}) {
  return (
    <div className={css.page}>
      <PageHeader title={me(`${props.tab}.title`)} sub={props.sub} />
      <nav className={css.tabs} aria-label={me('nav.label')}>
        {tabs.map((tab) => (
          <Link key={tab} to={`/me/${tab}`} aria-current={tab === props.tab ? 'page' : undefined}>
            {me(`nav.${tab}`)}
          </Link>
        ))}
      </nav>
      <div className={css.stack}>{props.children}</div>
    </div>
  );
}
