import type { AccessEdge, Derivation } from '@strongroom/contract';
import { access } from '../../lib/messages/access.ts';
import css from './shares.module.css';
import { edgeSentence, holdWord } from './words.ts';

/** Where a hold comes from, in sentences: what decides, what is silent behind it, and what alone would turn the answer round. */
export function DerivationView({ who, why }: { readonly who: string; readonly why: Derivation }) {
  const byId = new Map(why.edges.map((edge) => [edge.id, edge]));
  const edgesOf = (ids: readonly string[]): AccessEdge[] => ids.flatMap((id) => byId.get(id) ?? []);
  const path = (ids: readonly string[]) => edgesOf(ids).map(edgeSentence).join(' ');
  const deciding = why.paths.filter((one) => one.decides);
  const behind = why.paths.filter((one) => !one.decides);
  return (
    <div className={css.why}>
      <p>
        <b>{access('whyHolds', { who, hold: holdWord(why.hold) })}</b>
      </p>
      {why.paths.length === 0 ? (
        <p>{access('whyNothing')}</p>
      ) : (
        <>
          <p>{access('whyBy')}</p>
          <ul>
            {deciding.map((one) => (
              <li key={one.edges.join()}>{path(one.edges)}</li>
            ))}
          </ul>
        </>
      )}
      {behind.length > 0 && (
        <>
          <p>{access('whyBehind')}</p>
          <ul className="dim">
            {behind.map((one) => (
              <li key={one.edges.join()}>{path(one.edges)}</li>
            ))}
          </ul>
        </>
      )}
      {why.necessary.length > 0 ? (
        <>
          <p>{access('whyNecessary')}</p>
          <ul>
            {edgesOf(why.necessary).map((edge) => (
              <li key={edge.id}>{edgeSentence(edge)}</li>
            ))}
          </ul>
        </>
      ) : (
        why.paths.length > 0 && <p className="dim">{access('whyNotNecessary')}</p>
      )}
    </div>
  );
}
