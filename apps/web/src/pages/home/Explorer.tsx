import { listAccounts } from '@strongroom/contract';
import { useQueries } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ask } from '../../lib/client.ts';
import { home } from '../../lib/messages/home.ts';
import { keys } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import css from './home.module.css';
import { viewIcons, views, type View } from './views.ts';

// The list comes first: the trees are fetched beside it.
const Trees = lazy(() => import('./Trees.tsx'));

/** The views of Home with how much is in each, and below them the trees of groups. */
export function Explorer(props: {
  readonly view: View;
  /** The group whose accounts are listed, where it is one. */
  readonly node: string | undefined;
  readonly phone: boolean;
  readonly go: (view: View, node?: string) => void;
}) {
  const { view, node, go } = props;
  const totals = useQueries({
    queries: views.map((one) => ({
      queryKey: [...keys.accounts, 'count', one],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { total, totalIs } = await ask(listAccounts, { view: one, limit: 1 }, { signal });
        return number(total) + (totalIs === 'at-least' ? '+' : '');
      },
    })),
  });
  return (
    <div className={css.explorer}>
      <h2>{home('explorer')}</h2>
      <ul>
        {views.map((one, index) => {
          const Glyph = viewIcons[one];
          const total = totals[index]?.data;
          const on = node === undefined && view === one;
          return (
            <li key={one}>
              <button type="button" data-on={on || undefined} aria-current={on || undefined} onClick={() => go(one)}>
                <Glyph size={16} stroke={1.6} aria-hidden />
                <span>{home(`view-${one}`)}</span>
                {total !== undefined && <em className="num">{total}</em>}
              </button>
            </li>
          );
        })}
      </ul>
      <Suspense fallback={null}>
        <Trees node={node} phone={props.phone} go={go} />
      </Suspense>
    </div>
  );
}
