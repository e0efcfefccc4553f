import { listAccounts } from '@strongroom/contract';
import { useQueries } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { home } from '../../lib/messages/home.ts';
import { keys } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import css from './home.module.css';
import { viewIcons, views, type View } from './views.ts';

/** The views of Home with how much is in each. */
export function Explorer({ view, go }: { readonly view: View; readonly go: (view: View) => void }) {
  const totals = useQueries({
    queries: views.map((one) => ({
      queryKey: [...keys.accounts, 'count', one],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await ask(listAccounts, { view: one, limit: 1 }, { signal })).total,
    })),
  });
  return (
    <div className={css.explorer}>
      <h2>{home('explorer')}</h2>
      <ul>
        {views.map((one, index) => {
          const Glyph = viewIcons[one];
          const total = totals[index]?.data;
          return (
            <li key={one}>
              <button
                type="button"
                data-on={view === one || undefined}
                aria-current={view === one || undefined}
                onClick={() => go(one)}
              >
                <Glyph size={16} stroke={1.6} aria-hidden />
                <span>{home(`view-${one}`)}</span>
                {total !== undefined && <em className="num">{number(total)}</em>}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
