import { useEffect, type ReactNode } from 'react';
import { entry } from '../../lib/messages/entry.ts';
import css from './entry.module.css';

/** The frame of the pages before sign-in: the product's mark, and one card with the page's heading. */
export function EntryFrame(props: {
  readonly title: string;
  /** The title of the browser's tab. */
  readonly tab: string;
  /** True for the set-up, whose card is as wide as a form. */
  readonly wide?: boolean;
  readonly children: ReactNode;
  /** What stands under the card. */
  readonly below?: ReactNode;
}) {
  useEffect(() => {
    document.title = props.tab;
  }, [props.tab]);
  return (
    <div className={css.page}>
      <header className={css.brand}>
        <img src="/icon.svg" alt="" width={36} height={36} />
        <div>
          <b>{entry('product')}</b>
          <span className="dim">{entry('tagline')}</span>
        </div>
      </header>
      <main className={`card ${css.card}`} data-wide={props.wide || undefined}>
        <h1 className={css.title}>{props.title}</h1>
        {props.children}
      </main>
      {props.below && <div className={css.below}>{props.below}</div>}
    </div>
  );
}
