import { Button } from '@mantine/core';
import { endDeputy, readDeputy, type Deputy } from '@strongroom/contract';
import { IconUserShare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { moment } from '../../lib/format.ts';
import { away } from '../../lib/messages/away.ts';
import { keys, queries } from '../../lib/query.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './requests.module.css';

const AwayDialog = lazy(() => import('./AwayDialog.tsx'));

/** Who decides beside the signed-in user, in a sentence. */
function ownWords(own: Deputy | null): string {
  if (own === null) return away('nobody');
  const [name, from, until] = [own.deputyFullName, moment(own.beginsAt), moment(own.endsAt)];
  return own.now ? away('now', { name, until }) : away('later', { name, from, until });
}

/** Who decides about requests while the signed-in user is away, and beside whom they decide. Nothing for whoever approves nothing. */
export function Away() {
  const [open, setOpen] = useState(false);
  const action = useAction();
  const { data } = useQuery({
    queryKey: keys.deputy,
    queryFn: ({ signal }) => ask(readDeputy, {}, { signal }),
  });
  if (!data) return null;
  const { own, of, can } = data;
  if (!can.includes('deputy.set') && own === null && of.length === 0) return null;
  const finish = (name: string) =>
    void action.run(async () => {
      try {
        await ask(endDeputy, {});
        toast({ message: away('ended', { name }) });
      } catch (error) {
        toastProblem(error);
      }
      await queries.invalidateQueries({ queryKey: keys.deputy });
    });
  return (
    <section className={css.away} aria-label={away('title')}>
      <IconUserShare size={18} aria-hidden />
      <div>
        {(can.includes('deputy.set') || own) && (
          <p>
            <b>{away('title')}</b> <span className="dim">{ownWords(own)}</span>
          </p>
        )}
        {own && !own.active && <p className={css.bad}>{away('cannot', { name: own.deputyFullName })}</p>}
        {of.map(({ userId, user, now, beginsAt, endsAt, note }) => (
          <p key={userId}>
            {now
              ? away('of', { name: user, until: moment(endsAt) })
              : away('ofLater', { name: user, from: moment(beginsAt), until: moment(endsAt) })}
            {note && <q className={css.said}>{note}</q>}
          </p>
        ))}
      </div>
      <span className={css.buttons}>
        {own && can.includes('deputy.end') && (
          <BusyButton
            variant="subtle"
            color="gray"
            size="xs"
            busy={action.busy}
            onClick={() => finish(own.deputyFullName)}
          >
            {away('end')}
          </BusyButton>
        )}
        {can.includes('deputy.set') && (
          <Button variant="default" size="xs" onClick={() => setOpen(true)}>
            {away(own ? 'change' : 'name')}
          </Button>
        )}
      </span>
      {open && (
        <Suspense fallback={null}>
          <AwayDialog own={own} close={() => setOpen(false)} />
        </Suspense>
      )}
    </section>
  );
}
