import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { programs } from '../../lib/messages/programs.ts';
import { useMe } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './programs.module.css';
import { sections } from './sections.ts';

// Whoever looks at one of them seldom looks at the others.
const parts = new Map(sections.map((section) => [section.id, lazy(section.load)]));

/** The doors for programs: what they are told of, and how they come in. */
export default function ProgramsPage() {
  const params = useParams({ strict: false });
  const { can } = useMe();
  const navigate = useNavigate();
  const mine = sections.filter((section) => can.includes(section.can));
  const shown = mine.find(({ id }) => id === params.tab) ?? mine[0];
  const Part = shown && parts.get(shown.id);
  const table = shown?.table ?? false;
  return (
    <AdminFrame table={table}>
      <div className={css.page} data-table={table || undefined}>
        <PageHeader title={programs('title')} sub={programs('sub')} />
        <Tabs
          className={css.tabs}
          value={shown?.id ?? null}
          onChange={(value) =>
            void navigate({
              to: value === mine[0]?.id ? '/admin/api' : `/admin/api/${value ?? ''}`,
              resetScroll: false,
            })
          }
        >
          <Tabs.List aria-label={programs('tabs')}>
            {mine.map(({ id, label }) => (
              <Tabs.Tab key={id} value={id} aria-controls="programs-panel">
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {shown && Part && (
          <div id="programs-panel" role="tabpanel" className={css.panel} aria-label={shown.label}>
            <Suspense fallback={<Bones />}>
              <Part />
            </Suspense>
          </div>
        )}
      </div>
    </AdminFrame>
  );
}
