import { Button, Loader, Stack, Textarea } from '@mantine/core';
import { deleteSchedule, pauseSchedule, resumeSchedule, runSchedule, type ScheduleRow } from '@strongroom/contract';
import { useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { AskDialog } from '../../pages/users/AskDialog.tsx';

type Of = Pick<ScheduleRow, 'groupId' | 'groupName' | 'usedBy'>;

/** Asks for everything anew that shows schedules. */
export const refreshSchedules = (): Promise<unknown> =>
  Promise.all([
    queries.invalidateQueries({ queryKey: keys.schedules }),
    queries.invalidateQueries({ queryKey: keys.groups }),
  ]);

/** What a person does with a schedule, from the list and from its group, with the questions that are asked first. */
export interface ScheduleActions {
  readonly pause: (of: Of) => void;
  readonly resume: (of: Of) => void;
  readonly run: (of: Of) => void;
  readonly remove: (of: Of) => void;
}

async function quietly(does: () => Promise<unknown>, message: string): Promise<void> {
  try {
    await does();
    toast({ message });
  } catch (error) {
    toastProblem(error);
  }
  await refreshSchedules();
}

export function useScheduleActions(): { readonly actions: ScheduleActions; readonly dialogs: ReactNode } {
  const [open, setOpen] = useState<{ readonly what: 'run' | 'remove'; readonly of: Of } | null>(null);
  const actions: ScheduleActions = {
    pause: ({ groupId, groupName }) =>
      void quietly(() => ask(pauseSchedule, { groupId }), schedules('paused', { name: groupName })),
    resume: ({ groupId, groupName }) =>
      void quietly(() => ask(resumeSchedule, { groupId }), schedules('resumed', { name: groupName })),
    run: (of) => setOpen({ what: 'run', of }),
    remove: (of) => setOpen({ what: 'remove', of }),
  };
  const close = () => setOpen(null);
  return {
    actions,
    dialogs:
      open &&
      (open.what === 'run' ? (
        <RunNow of={open.of} close={close} />
      ) : (
        <AskDialog
          open
          close={close}
          title={schedules('removeTitle', { name: open.of.groupName })}
          body={schedules('removeText')}
          keep={schedules('keep')}
          go={schedules('remove')}
          danger
          does={async () => {
            await ask(deleteSchedule, { groupId: open.of.groupId });
            toast({ message: schedules('removed') });
            await refreshSchedules();
          }}
        />
      )),
  };
}

function RunNow({ of, close }: { readonly of: Of; readonly close: () => void }) {
  const { preferences } = useMe();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const wrong = preferences.reasonToChange && reason.trim().length < 3;
  const go = async () => {
    setTried(true);
    if (wrong) return;
    const went = await action.run(async () => {
      const run = await ask(runSchedule, { groupId: of.groupId, ...(reason.trim() ? { reason: reason.trim() } : {}) });
      toast({ message: schedules('started', { count: run.total }) });
      await refreshSchedules();
    });
    if (went) close();
  };
  return (
    <Dialog open close={close} title={schedules('runTitle', { name: of.groupName })} closable={!action.busy}>
      <Stack gap={14}>
        <p style={{ margin: 0 }}>{schedules('runText')}</p>
        {of.usedBy > 0 && <p style={{ margin: 0 }}>{schedules('usedWarning', { count: of.usedBy })}</p>}
        {preferences.reasonToChange && (
          <Textarea
            label={schedules('reason')}
            withAsterisk
            autosize
            minRows={1}
            maxRows={5}
            maxLength={500}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && wrong ? schedules('reasonShort') : null}
          />
        )}
        {action.error !== null && <ErrorBox error={action.error} />}
      </Stack>
      <DialogActions>
        <Button variant="default" onClick={close} disabled={action.busy}>
          {schedules('cancel')}
        </Button>
        <Button
          onClick={() => void go()}
          aria-disabled={action.busy}
          {...(action.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
        >
          {schedules('run')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
