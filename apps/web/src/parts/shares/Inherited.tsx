import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { access } from '../../lib/messages/access.ts';
import { askShares, sharesKey, type Shared } from './calls.ts';
import css from './shares.module.css';
import { permissionWord } from './words.ts';

/** The shares that reach an account or a resource from above: of its resource, and of the groups that it is in. */
export function Inherited({ of }: { readonly of: Shared }) {
  const query = useQuery({
    queryKey: [...sharesKey(of), 'inherited'],
    queryFn: ({ signal }) => askShares(of, { limit: 500, inherited: true }, { signal }),
  });
  const above = (query.data?.items ?? []).filter((share) => share.on.id !== of.id);
  if (above.length === 0) return null;
  return (
    <section className={css.box}>
      <h2>{access('inherited')}</h2>
      <p className="dim">{access('inheritedText')}</p>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={access('inherited')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{access('with')}</th>
              <th scope="col">{access('permission')}</th>
              <th scope="col">{access('on')}</th>
            </tr>
          </thead>
          <tbody>
            {above.map((share) => (
              <tr key={share.id}>
                <td>
                  <bdi>{share.to.name}</bdi>{' '}
                  <span className="dim">{share.to.kind === 'user-group' ? access('userGroup') : share.to.detail}</span>
                </td>
                <td>{permissionWord(share.permission)}</td>
                <td>
                  {share.on.name === null ? (
                    <span className="dim">{access('inheritedHidden')}</span>
                  ) : (
                    <Link
                      className="link"
                      to={
                        share.on.kind === 'resource'
                          ? `/resources/${share.on.id}/shares`
                          : `/resources/groups/${share.on.id}/shares`
                      }
                    >
                      <bdi>{share.on.name}</bdi>
                    </Link>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
