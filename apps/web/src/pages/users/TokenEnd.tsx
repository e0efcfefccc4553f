import type { User } from '@strongroom/contract';
import { date, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { Pill } from '../../ui/Pill.tsx';

/** When something ends; said in a warning colour once it has, or will within two weeks. */
export function Ends({ at }: { readonly at: string | null }) {
  if (!at) return <span className="dim">{users('never.ends')}</span>;
  const left = Date.parse(at) - Date.now();
  return left < 14 * 86_400_000 ? (
    <Pill tone={left < 0 ? 'bad' : 'warn'} title={exact(at)}>
      {date(at)}
    </Pill>
  ) : (
    <span className="num" title={exact(at)}>
      {date(at)}
    </span>
  );
}

/** When the first of an API user's token, key and certificate ends. */
export const TokenEnd = ({ user }: { readonly user: User }) => <Ends at={user.firstExpiryAt} />;
