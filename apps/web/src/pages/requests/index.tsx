import { SegmentedControl, Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { requests } from '../../lib/messages/requests.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { useRequestCounts } from '../../parts/checkout/use-requests.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Away } from './Away.tsx';
import { Inbox } from './Inbox.tsx';
import { RequestList } from './List.tsx';
import css from './requests.module.css';

const views = ['approve', 'mine', 'in-use', 'emergency', 'all'] as const;
type View = (typeof views)[number];
const everyMs = 3_000;

/** Requests for passwords: what waits for one's answer, what one asked for, what is in use, and all there ever were. */
export default function RequestsPage() {
  const phone = useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, {
    getInitialValueInEffect: false,
  });
  const [url, set] = useUrlState(['view', 'id', 'search', 'state', 'account', 'sort'] as const);
  const counts = useRequestCounts(everyMs).data;
  const manages = useCan('resource.create');
  const approve = counts?.approve ?? 0;
  // Whoever never answers requests comes for their own.
  const view: View = views.find((one) => one === url.view) ?? (manages || approve > 0 ? 'approve' : 'mine');
  const waits: Partial<Record<View, number>> = { approve, emergency: counts?.emergency ?? 0 };
  const data = views.map((one) => {
    const word = requests(`view-${one}`);
    const count = waits[one] ?? 0;
    return { value: one, label: count > 0 ? requests('count', { view: word, count }) : word };
  });
  const go = (next: string) =>
    set(
      { view: next, id: undefined, search: undefined, state: undefined, account: undefined, sort: undefined },
      { push: true },
    );
  return (
    <div className={css.page}>
      <PageHeader
        stack
        title={requests('title')}
        sub={view === 'approve' ? requests('sub-approve', { count: approve }) : requests(`sub-${view}`)}
      >
        {phone ? (
          <Select
            aria-label={requests('view')}
            data={data}
            value={view}
            onChange={(next) => next && go(next)}
            allowDeselect={false}
          />
        ) : (
          <SegmentedControl aria-label={requests('view')} data={data} value={view} onChange={go} />
        )}
      </PageHeader>
      {view === 'approve' && !(phone && url.id) && <Away />}
      {view === 'approve' || view === 'emergency' ? (
        <Inbox key={view} view={view} id={url.id} open={(id) => set({ id }, { push: phone === true })} />
      ) : (
        <RequestList key={view} view={view} url={url} set={set} />
      )}
    </div>
  );
}
