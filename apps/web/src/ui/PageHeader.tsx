import { useEffect, type ReactNode } from 'react';
import css from './page-header.module.css';

/**
 * The head of a page: its one `h1`, a line of 13 px under it, and at most one filled and two default buttons.
 * Sets the title of the browser's tab when `title` is text or `tab` is given.
 */
export function PageHeader(props: {
  readonly title: ReactNode;
  readonly tab?: string;
  readonly sub?: ReactNode;
  readonly icon?: ReactNode;
  /** True for wide controls: on a phone they take a line of their own. */
  readonly stack?: boolean;
  readonly children?: ReactNode;
}) {
  const tab = props.tab ?? (typeof props.title === 'string' ? props.title : null);
  useEffect(() => {
    if (tab) document.title = `${tab} · Strongroom`;
  }, [tab]);
  return (
    <header className={css.head} data-stack={props.stack || undefined}>
      {props.icon}
      <div className={css.text}>
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.sub !== undefined && <div className={css.sub}>{props.sub}</div>}
      </div>
      {props.children && <div className={css.actions}>{props.children}</div>}
    </header>
  );
}
