import type { User } from '@strongroom/contract';
import { date, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { Pill } from '../../ui/Pill.tsx';

/** When an API user's token ends; said in a warning colour once it has, or will within two weeks. */
export function TokenEnd({ user }: { readonly user: User }) {
  if (!user.tokenExpiresAt) return <span className="dim">{users('never.ends')}</span>;
  const left = Date.parse(user.tokenExpiresAt) - Date.now();
  return left < 14 * 86_400_000 ? (
    <Pill tone={left < 0 ? 'bad' : 'warn'} title={exact(user.tokenExpiresAt)}>
      {date(user.tokenExpiresAt)}
    </Pill>
  ) : (
    <span className="num" title={exact(user.tokenExpiresAt)}>
      {date(user.tokenExpiresAt)}
    </span>
  );
}
