import { Button } from '@mantine/core';
import {
  controlAccount,
  controlResource,
  readAccessControl,
  type AccessControl,
  type AccountId,
  type ControlInput,
  type ResourceId,
} from '@strongroom/contract';
import { IconCheck, IconLockOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago } from '../../lib/format.ts';
import { control } from '../../lib/messages/control.ts';
import { keys, queries } from '../../lib/query.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { AskDialog } from '../../pages/users/AskDialog.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast } from '../../ui/toast.tsx';
import { controlFaults, draftOf, emptyControl, inputOf, type ControlDraft } from './control-draft.ts';
import { ControlFields } from './ControlFields.tsx';
import css from './control.module.css';
import { refreshAccess } from './refresh.ts';
import type { ControlOf } from './use-checkout.ts';

/** Puts a control in place, or takes it away with null, and fetches again what shows it. */
async function store(of: ControlOf, own: AccessControl | null, wanted: ControlInput | null): Promise<void> {
  const rest = { control: wanted, ...(own ? { version: own.version } : {}) };
  if (of.kind === 'resource') await ask(controlResource, { resourceId: of.id as ResourceId, ...rest });
  else await ask(controlAccount, { accountId: of.id as AccountId, ...rest });
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['access-control'] }),
    refreshAccess({ id: of.kind === 'account' ? of.id : null, resourceId: of.resourceId }),
  ]);
}

function Form({
  of,
  own,
  inherited,
  close,
}: {
  readonly of: ControlOf;
  readonly own: AccessControl | null;
  readonly inherited: AccessControl | null;
  readonly close: () => void;
}) {
  const shown = own ?? inherited;
  const [draft, setDraft] = useState<ControlDraft>(shown ? draftOf(shown) : emptyControl);
  const [checked, setChecked] = useState(false);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const { name } = of;
  const active = own ? own.on : inherited?.on === true;
  const save = async () => {
    setChecked(true);
    if (Object.keys(controlFaults(draft)).length > 0) return;
    if (await action.run(() => store(of, own, inputOf(draft, true)))) {
      toast({ message: control('saved', { name }) });
      close();
    }
  };
  return (
    <form
      noValidate
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className={css.state}>
        <Pill tone={active ? 'ok' : 'neutral'} icon={active ? IconCheck : IconLockOpen}>
          {control(active ? (own ? 'stateOn' : 'stateInherited') : 'stateOff')}
        </Pill>
        {own && <span className="dim">{control('changed', { when: ago(own.changedAt), name: own.changedBy })}</span>}
      </div>
      <p className={css.say}>
        {control(!own && inherited ? 'inheritedText' : own && !own.on && inherited?.on ? 'offHere' : 'help')}
      </p>
      <ControlFields
        draft={draft}
        change={(part) => setDraft((before) => ({ ...before, ...part }))}
        checked={checked}
        autoFocus
      />
      {action.error !== null && <ErrorBox error={action.error} />}
      <DialogActions>
        {active && (
          <Button className={css.start ?? ''} variant="default" disabled={action.busy} onClick={() => setAsking(true)}>
            {control('deactivate')}
          </Button>
        )}
        {own && of.kind === 'account' && (
          <BusyButton
            variant="default"
            busy={action.busy}
            onClick={() =>
              void action
                .run(() => store(of, own, null))
                .then((done) => {
                  if (!done) return;
                  toast({ message: control('followed', { name }) });
                  close();
                })
            }
          >
            {control('follow')}
          </BusyButton>
        )}
        <Button variant="default" disabled={action.busy} onClick={close}>
          {control('cancel')}
        </Button>
        <BusyButton type="submit" busy={action.busy}>
          {control('save')}
        </BusyButton>
      </DialogActions>
      <AskDialog
        open={asking}
        close={() => setAsking(false)}
        title={control('deactivateTitle', { name })}
        body={control('deactivateText')}
        keep={control('deactivateKeep')}
        go={control('deactivateGo')}
        danger
        does={async () => {
          // What is stored stays as it was: what is typed here and not saved is not slipped in.
          await store(of, own, inputOf(shown ? draftOf(shown) : draft, false));
          toast({ message: control('deactivated', { name }) });
          close();
        }}
      />
    </form>
  );
}

/** How access to a resource's accounts, or to one account, is controlled: looked at, saved and activated, or switched off. */
export default function ControlDialog({ of, close }: { readonly of: ControlOf; readonly close: () => void }) {
  const found = useQuery({
    queryKey: keys.accessControl(of.id),
    queryFn: ({ signal }) =>
      ask(
        readAccessControl,
        of.kind === 'resource' ? { resourceId: of.id as ResourceId } : { accountId: of.id as AccountId },
        { signal },
      ),
    // An old version under the form would be refused when it is saved.
    gcTime: 0,
    staleTime: Infinity,
  });
  return (
    <Dialog open close={close} title={control('title', { name: of.name })} size={640}>
      {found.isPending && <Bones />}
      {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Form of={of} own={found.data.own} inherited={found.data.inherited} close={close} />}
    </Dialog>
  );
}
