import { Button } from '@mantine/core';
import { deleteScheduleTemplate, listScheduleTemplates, type ScheduleTemplate } from '@strongroom/contract';
import { IconTemplate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { date } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { queries } from '../../lib/query.ts';
import { templatesKey } from '../../parts/schedules/template-key.ts';
import { whenInWords } from '../../parts/schedules/words.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import css from './schedules.module.css';

/** Schedules that were saved to begin others with. */
export default function Templates() {
  const [removing, setRemoving] = useState<ScheduleTemplate | null>(null);
  const query = useQuery({
    queryKey: templatesKey,
    queryFn: ({ signal }) => ask(listScheduleTemplates, {}, { signal }),
  });
  const items = query.data?.items ?? [];
  return (
    <AdminFrame>
      <PageHeader title={schedules('templatesTitle')} sub={schedules('templatesSub')} />
      {query.isPending && <Bones />}
      {query.isError && !query.data && <ErrorBox error={query.error} retry={() => void query.refetch()} />}
      {query.data && items.length === 0 && (
        <EmptyState icon={IconTemplate} title={schedules('templatesEmpty')} text={schedules('templatesEmptyText')} />
      )}
      {items.length > 0 && (
        <ul className={css.templates} aria-label={schedules('templatesTitle')}>
          {items.map((template) => (
            <li key={template.id} className="card">
              <div>
                <b>
                  <bdi>{template.name}</bdi>
                </b>
                <span className="dim">
                  {whenInWords(template.body.when)} · {schedules(`passwords-${template.body.passwords}`)} ·{' '}
                  {schedules('templateBy', { name: template.createdBy, at: date(template.createdAt) })}
                </span>
              </div>
              <Button
                size="xs"
                variant="default"
                aria-label={schedules('templateDeleteFor', { name: template.name })}
                onClick={() => setRemoving(template)}
              >
                {schedules('templateDelete')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {removing && (
        <AskDialog
          open
          close={() => setRemoving(null)}
          title={schedules('templateDeleteTitle', { name: removing.name })}
          body={schedules('templateDeleteText')}
          keep={schedules('keep')}
          go={schedules('templateDelete')}
          danger
          does={async () => {
            await ask(deleteScheduleTemplate, { scheduleTemplateId: removing.id });
            await queries.invalidateQueries({ queryKey: templatesKey });
            toast({ message: schedules('templateDeleted') });
          }}
        />
      )}
    </AdminFrame>
  );
}
