import { Button } from '@mantine/core';
import { listMySessions, revokeMySession, type Session } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { me as words } from '../../lib/messages/me.ts';
import { keys, queries } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { clientName } from './client-name.ts';
import css from './me.module.css';

/** What one is signed in with, in words. */
function nameOf(userAgent: string): string {
  const { browser, system } = clientName(userAgent);
  if (!browser) return words('sessions.unknownClient');
  return system ? words('sessions.browserOn', { browser, system }) : browser;
}

/** Where one is signed in, with a way to end each session but this one. */
export function Sessions() {
  const sessions = useQuery({ queryKey: keys.sessions, queryFn: ({ signal }) => ask(listMySessions, {}, { signal }) });
  const end = async (session: Session) => {
    try {
      await ask(revokeMySession, { sessionId: session.id });
      await queries.invalidateQueries({ queryKey: keys.sessions });
      toast({ message: words('sessions.ended') });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <FormSection title={words('sessions.heading')}>
      {sessions.data ? (
        <ul className={css.list}>
          {sessions.data.items.map((session) => (
            <li key={session.id}>
              <div className={css.item}>
                <b title={session.client}>{nameOf(session.client)}</b>
                <span>
                  {words.rich('sessions.line', {
                    address: <bdi className="mono">{session.address}</bdi>,
                    started: <span title={exact(session.startedAt)}>{ago(session.startedAt)}</span>,
                    seen: <span title={exact(session.lastSeenAt)}>{ago(session.lastSeenAt)}</span>,
                  })}
                </span>
              </div>
              {session.current ? (
                <Pill tone="ok">{words('sessions.current')}</Pill>
              ) : (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={words('sessions.endWhat', { address: session.address })}
                  onClick={() => void end(session)}
                >
                  {words('sessions.end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      ) : sessions.isError ? (
        <ErrorBox error={sessions.error} retry={() => void sessions.refetch()} />
      ) : (
        <Bones lines={[70, 50]} />
      )}
    </FormSection>
  );
}
