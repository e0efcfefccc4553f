import { createView, deleteView, listViews, searchAll, updateView } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { searchEverything } from './everything.ts';
import { addView, changeView, groupsOf, readViews } from './views.ts';

const viewOf = (input: { viewId: string }): string => input.viewId;

export const searchEndpoints = (): Endpoint[] => [
  endpoint(searchAll, {
    run: (grant, { q, limit }, facts) =>
      searchEverything({ db: grant.db, facts, userId: grant.actor.userId ?? '', q, limit }),
  }),
  endpoint(listViews, {
    async run(grant, { list }) {
      const userId = grant.actor.userId ?? '';
      return { items: await readViews(grant.db, userId, { list }), groups: await groupsOf(grant.db, userId) };
    },
  }),
  endpoint(createView, {
    async run(grant, input) {
      const id = await addView(grant, input);
      return oneView(await readViews(grant.db, grant.actor.userId ?? '', { id }));
    },
  }),
  endpoint(updateView, {
    object: viewOf,
    async run(grant, { viewId: _, ...changes }) {
      await changeView(grant, changes);
      return oneView(await readViews(grant.db, grant.actor.userId ?? '', { id: grant.objectId }));
    },
  }),
  endpoint(deleteView, {
    object: viewOf,
    async run(grant) {
      await grant.db.deleteFrom('savedView').where('id', '=', grant.objectId).execute();
      return {};
    },
  }),
];

function oneView<T>(views: readonly T[]): T {
  const [view] = views;
  if (!view) throw new Error('no such view');
  return view;
}
