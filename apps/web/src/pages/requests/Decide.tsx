import { Button, Textarea } from '@mantine/core';
import {
  approveRequest,
  checkIn,
  forceCheckIn,
  rejectRequest,
  reviewEmergency,
  withdrawRequest,
  type AccessRequest,
} from '@strongroom/contract';
import { IconCheck, IconLock, IconX } from '@tabler/icons-react';
import { useEffect, useState, type Ref } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { requests } from '../../lib/messages/requests.ts';
import { useMe } from '../../lib/session.tsx';
import { refreshAccess } from '../../parts/checkout/refresh.ts';
import { useCheckout } from '../../parts/checkout/use-checkout.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from '../users/AskDialog.tsx';
import css from './requests.module.css';
import { approvalsMissing, requesterOf } from './timeline.ts';

const accountOf = ({ accountId, resourceId }: AccessRequest) => ({ id: accountId, resourceId });
const nameOf = ({ accountName, resourceName }: AccessRequest) => `${accountName} · ${resourceName}`;

/** What is said once somebody has decided. */
function told(after: AccessRequest, approved: boolean): string {
  if (!approved) return requests('rejected', { name: requesterOf(after) });
  const missing = approvalsMissing(after);
  if (missing > 0) return requests('approvedMore', { count: missing });
  const name = requesterOf(after);
  if (after.startsAt && Date.parse(after.startsAt) > Date.now())
    return requests('approvedLater', { name, at: exact(after.startsAt) });
  return requests((after.inFront ?? 0) > 0 ? 'approvedInLine' : 'approved', { name });
}

/** Asks before a password is taken from whoever has it. */
export function ForceDialog({ request, close }: { readonly request: AccessRequest; readonly close: () => void }) {
  const [note, setNote] = useState('');
  const name = requesterOf(request);
  return (
    <AskDialog
      open
      close={close}
      title={requests('forceTitle', { account: nameOf(request), name })}
      body={requests('forceText', { name })}
      keep={requests('forceKeep')}
      go={requests('force')}
      danger
      does={async () => {
        await ask(forceCheckIn, { requestId: request.id, comment: note.trim() });
        await refreshAccess(accountOf(request));
        toast({ message: requests('forced', { account: nameOf(request), name }) });
      }}
    >
      <Textarea
        label={requests('forceNote', { name })}
        autosize
        minRows={2}
        maxRows={5}
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </AskDialog>
  );
}

/**
 * What the signed-in user may do with a request: decide it, take it back, check it in, review it. `noteRef`: the field for the note,
 * `approveRef`: the button, for the keys of the inbox. `decided` is told after a decision.
 */
export function Decide(props: {
  readonly request: AccessRequest;
  readonly decided?: (after: AccessRequest) => void;
  /** Of a link in a mail, which counts once. */
  readonly token?: string;
  readonly noteRef?: Ref<HTMLTextAreaElement>;
  readonly approveRef?: Ref<HTMLButtonElement>;
}) {
  const { request, token } = props;
  const me = useMe();
  const does = useCheckout();
  const action = useAction();
  const [note, setNote] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [forcing, setForcing] = useState(false);
  useEffect(() => {
    setNote('');
    setFault(null);
  }, [request.id]);
  const may = (what: string) => request.can.includes(`access-request.${what}`);
  const decide = async (approve: boolean) => {
    const comment = note.trim();
    if (!approve && comment.length < 3) {
      setFault(requests('noteMissing'));
      return;
    }
    const input = { requestId: request.id, comment, ...(token ? { token } : {}) };
    await action.run(async () => {
      const after = await (approve ? ask(approveRequest, input) : ask(rejectRequest, input)).finally(
        () => void refreshAccess(accountOf(request)),
      );
      toast({ message: told(after, approve) });
      setNote('');
      props.decided?.(after);
    });
  };
  const review = async () => {
    if (note.trim().length < 3) {
      setFault(requests('reviewMissing'));
      return;
    }
    await action.run(async () => {
      const after = await ask(reviewEmergency, { requestId: request.id, review: note.trim() });
      await refreshAccess(accountOf(request));
      toast({ message: requests('reviewDone') });
      setNote('');
      props.decided?.(after);
    });
  };
  const quick = (what: () => Promise<unknown>, said: string) =>
    void action.run(async () => {
      await what();
      await refreshAccess(accountOf(request));
      toast({ message: said });
    });
  const mine = request.requesterId === me.user.id;
  const deciding = may('approve') || may('reject');
  const reviewing = !deciding && may('review');
  const wanted =
    request.accountId && request.resourceId
      ? {
          id: request.accountId,
          username: request.accountName,
          resourceName: request.resourceName,
          resourceId: request.resourceId,
          access: null,
        }
      : null;
  const buttons = (
    <span className={css.buttons}>
      {may('withdraw') && (
        <BusyButton
          variant="default"
          busy={action.busy}
          onClick={() =>
            quick(
              () => ask(withdrawRequest, { requestId: request.id }),
              checkout('withdrawn', { name: nameOf(request) }),
            )
          }
        >
          {requests('withdraw')}
        </BusyButton>
      )}
      {request.can.includes('account.check-out') && wanted && (
        <Button onClick={() => does.checkOut(wanted)}>{requests('checkOut')}</Button>
      )}
      {request.can.includes('account.check-in') && wanted && (
        <BusyButton
          busy={action.busy}
          onClick={() =>
            quick(() => ask(checkIn, { accountId: wanted.id }), checkout('checkedIn', { name: nameOf(request) }))
          }
        >
          {requests('checkIn')}
        </BusyButton>
      )}
      {may('force-check-in') && request.state === 'in-use' && (
        <Button color="red" variant="default" leftSection={<IconLock size={15} />} onClick={() => setForcing(true)}>
          {requests('force')}
        </Button>
      )}
      {may('reject') && (
        <BusyButton
          variant="default"
          busy={action.busy}
          leftSection={<IconX size={15} />}
          onClick={() => void decide(false)}
        >
          {requests(request.state === 'approved' ? 'takeBack' : 'reject')}
        </BusyButton>
      )}
      {may('approve') && (
        <Button
          {...(props.approveRef ? { ref: props.approveRef } : {})}
          aria-disabled={action.busy}
          leftSection={<IconCheck size={15} />}
          onClick={() => !action.busy && void decide(true)}
        >
          {requests('approve')}
        </Button>
      )}
      {reviewing && (
        <BusyButton busy={action.busy} leftSection={<IconCheck size={15} />} onClick={() => void review()}>
          {requests('reviewGo')}
        </BusyButton>
      )}
    </span>
  );
  const anything =
    deciding ||
    reviewing ||
    may('withdraw') ||
    (may('force-check-in') && request.state === 'in-use') ||
    request.can.some((what) => what.startsWith('account.'));
  if (!anything && !(mine && request.state === 'waiting')) return null;
  return (
    <div className={css.decide}>
      {mine && request.state === 'waiting' && <p className="dim">{requests('own')}</p>}
      {(deciding || reviewing) && request.deputyOf.length > 0 && (
        <p className="dim">{requests('asDeputy', { names: request.deputyOf.join(', ') })}</p>
      )}
      {(deciding || reviewing) && (
        <Textarea
          {...(props.noteRef ? { ref: props.noteRef } : {})}
          className={css.note ?? ''}
          aria-label={requests(reviewing ? 'review' : 'note')}
          placeholder={
            reviewing
              ? `${requests('review')}. ${requests('reviewHelp')}`
              : `${requests('note')}. ${requests('noteHelp')}`
          }
          autosize
          minRows={1}
          maxRows={4}
          maxLength={1000}
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            setFault(null);
          }}
          error={fault}
        />
      )}
      {action.error !== null && <ErrorBox error={action.error} />}
      {buttons}
      {forcing && <ForceDialog request={request} close={() => setForcing(false)} />}
    </div>
  );
}
