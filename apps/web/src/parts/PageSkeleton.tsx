import { frame } from '../lib/messages/frame.ts';
import css from './page-skeleton.module.css';

/** What stands in the page's place until its chunk is there: a title, a line, eight rows. */
export function PageSkeleton() {
  return (
    <div className={css.page} role="status" aria-label={frame('loadingPage')}>
      <i style={{ inlineSize: 180, blockSize: 18 }} />
      <i style={{ inlineSize: 320 }} />
      <div>
        {Array.from({ length: 8 }, (_, i) => (
          <i key={i} style={{ inlineSize: `${92 - ((i * 13) % 30)}%` }} />
        ))}
      </div>
    </div>
  );
}
