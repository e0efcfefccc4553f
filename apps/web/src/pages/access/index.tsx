import { Button, Tabs } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { access } from '../../lib/messages/access.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './access.module.css';
import { ReachTab } from './ReachTab.tsx';
import { SupposeTab } from './SupposeTab.tsx';
import { WhoTab } from './WhoTab.tsx';
import { WhyTab } from './WhyTab.tsx';

const tabs = {
  who: { word: 'tabWho', Tab: WhoTab },
  reach: { word: 'tabReach', Tab: ReachTab },
  why: { word: 'tabWhy', Tab: WhyTab },
  suppose: { word: 'tabSuppose', Tab: SupposeTab },
} as const;
type TabName = keyof typeof tabs;
const names = Object.keys(tabs) as TabName[];

/** Who can reach what, why, and what would change it: four questions, in words that anybody can read, and fit to print. */
export default function AccessPage() {
  const params = useParams({ strict: false });
  const tab: TabName = names.find((name) => name === params.tab) ?? 'who';
  const navigate = useNavigate();
  // The question goes along; what was searched for in one answer does not.
  const question = useLocation({
    select: (location) => Object.fromEntries(Object.entries(location.search).filter(([name]) => name !== 'q')),
  });
  return (
    <AdminFrame>
      <div className={css.page}>
        <PageHeader title={access('title')} sub={access('says')} stack>
          <Button
            className={css.noPrint}
            variant="default"
            leftSection={<IconPrinter size={15} />}
            onClick={() => window.print()}
          >
            {access('print')}
          </Button>
        </PageHeader>
        <Tabs
          value={tab}
          onChange={(value) =>
            void navigate({
              to: `/admin/access/${value ?? 'who'}`,
              search: question,
              resetScroll: false,
            })
          }
          keepMounted={false}
        >
          <Tabs.List className={css.tabs} aria-label={access('tabs')}>
            {names.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {access(tabs[name].word)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {names.map((name) => {
            const { Tab } = tabs[name];
            return (
              <Tabs.Panel key={name} value={name} className={css.panel}>
                <Tab />
              </Tabs.Panel>
            );
          })}
        </Tabs>
      </div>
    </AdminFrame>
  );
}
