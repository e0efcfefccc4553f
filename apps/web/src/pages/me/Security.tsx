import { me as words } from '../../lib/messages/me.ts';
import { useMe } from '../../lib/session.tsx';
import { Note } from '../login/Note.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { MeFrame } from './MeFrame.tsx';
import { Sessions } from './Sessions.tsx';
import { Tokens } from './Tokens.tsx';

/** One's own password, sessions and tokens. Who must change the password first sees that alone. */
export default function SecurityPage() {
  const me = useMe();
  return (
    <MeFrame tab="security" sub={words('security.sub')}>
      {me.mustChangePassword && (
        <Note tone="warn" title={words('must.title')}>
          <p>{words('must.body')}</p>
        </Note>
      )}
      <ChangePassword />
      {!me.mustChangePassword && (
        <>
          <Sessions />
          <Tokens />
        </>
      )}
    </MeFrame>
  );
}
