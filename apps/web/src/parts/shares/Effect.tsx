import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { access } from '../../lib/messages/access.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { askPreview, sharesKey, type Shared } from './calls.ts';
import { differenceOf, type Draft } from './draft.ts';
import css from './shares.module.css';
import { holdWord } from './words.ts';

/** Who would have what once the draft is saved, as the server works it out by doing it and undoing it. */
export function Effect({ of, draft }: { readonly of: Shared; readonly draft: Draft }) {
  const [settled] = useDebouncedValue(draft, 250);
  const difference = differenceOf(settled);
  const preview = useQuery({
    queryKey: [...sharesKey(of), 'preview', difference],
    queryFn: ({ signal }) => askPreview(of, difference, undefined, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  const told = preview.data;
  // What is shown still tells of the draft before.
  const working = preview.isFetching || settled !== draft;
  return (
    <section className={css.effect} aria-live="polite" aria-busy={working}>
      <h2>{access('effect')}</h2>
      {preview.isError ? (
        <ErrorBox error={preview.error} />
      ) : !told ? (
        <Bones />
      ) : told.affected === 0 ? (
        <p>{access('effectNone')}</p>
      ) : (
        <>
          <p>{access('effectSome', { count: told.affected })}</p>
          <div className={css.scroll} tabIndex={0} role="region" aria-label={access('effect')}>
            <table className={css.table}>
              <thead>
                <tr>
                  <th scope="col">{access('person')}</th>
                  <th scope="col">{access('before')}</th>
                  <th scope="col">{access('after')}</th>
                </tr>
              </thead>
              <tbody>
                {told.people.map((person) => (
                  <tr key={person.userId}>
                    <td>
                      <bdi>{person.fullName}</bdi> <bdi className="mono dim">{person.username}</bdi>
                    </td>
                    <td className="dim">{holdWord(person.before)}</td>
                    <td>
                      <b>{holdWord(person.after)}</b>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {told.affected > told.people.length && (
            <p className="dim">{access('effectMore', { count: told.affected - told.people.length })}</p>
          )}
        </>
      )}
    </section>
  );
}
