import { QueryClient, type InvalidateOptions, type InvalidateQueryFilters, type QueryKey } from '@tanstack/react-query';
import { ProblemError } from './client.ts';

/**
 * Asks anew also for what is on its way for the first time. It may have been asked before the change, would be waited for,
 * and taken for new; it is shown when it comes, and asked for again then.
 */
class Replies extends QueryClient {
  override async invalidateQueries<K extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<K>,
    options?: InvalidateOptions,
  ): Promise<void> {
    const underWay = new Set(
      this.getQueryCache()
        .findAll({ ...(filters as InvalidateQueryFilters), fetchStatus: 'fetching' })
        .filter(({ state }) => state.data === undefined),
    );
    await super.invalidateQueries(filters, options);
    if (underWay.size > 0) await super.invalidateQueries({ predicate: (query) => underWay.has(query) }, options);
  }
}

/** What the server said lately. No secret ever goes in here: passwords live in the component that shows them. */
export const queries = new Replies({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a broken line or a busy server is worth another try.
      retry: (count, error) =>
        count < 2 && error instanceof ProblemError && (error.status === 0 || error.status >= 502),
    },
  },
});

/** The keys under which replies are kept. A change invalidates the shortest key that covers it. */
export const keys = {
  me: ['me'] as const,
  setup: ['setup'] as const,
  accounts: ['accounts'] as const,
  account: (id: string) => ['account', id] as const,
  history: (id: string) => ['account', id, 'history'] as const,
  attempts: (id: string) => ['account', id, 'attempts'] as const,
  attempt: (id: string, attemptId: string) => ['account', id, 'attempts', attemptId] as const,
  resources: ['resources'] as const,
  resource: (id: string) => ['resource', id] as const,
  groups: ['groups'] as const,
  group: (id: string) => ['group', id] as const,
  explorer: ['explorer'] as const,
  schedules: ['schedules'] as const,
  schedule: (groupId: string) => ['schedules', 'of', groupId] as const,
  consumers: (id: string) => ['account', id, 'consumers'] as const,
  sshKeys: ['ssh-keys'] as const,
  resourceTypes: ['resource-types'] as const,
  policies: ['policies'] as const,
  dashboard: ['dashboard'] as const,
  users: ['users'] as const,
  user: (id: string) => ['user', id] as const,
  roles: ['roles'] as const,
  userGroups: ['user-groups'] as const,
  userGroup: (id: string) => ['user-group', id] as const,
  principals: ['principals'] as const,
  audit: ['audit'] as const,
  seal: ['audit-seal'] as const,
  settings: ['settings'] as const,
  mail: ['mail'] as const,
  notices: (groupId: string) => ['group', groupId, 'notices'] as const,
  sessions: ['my-sessions'] as const,
  tokens: ['my-tokens'] as const,
  listeners: ['listeners'] as const,
  listener: (id: string) => ['listeners', 'one', id] as const,
  listenerRuns: ['listener-runs'] as const,
  webhooks: ['webhooks'] as const,
  approvals: ['approvals'] as const,
  ticketing: ['ticketing'] as const,
  ticketingModules: ['ticketing-modules'] as const,
  tasks: ['tasks'] as const,
  task: (id: string) => ['task', id] as const,
  runs: ['runs'] as const,
  requests: ['requests'] as const,
  deputy: ['deputy'] as const,
  accessControl: (id: string) => ['access-control', id] as const,
  run: (id: string) => ['run', id] as const,
  imports: ['imports'] as const,
  import: (id: string) => ['import', id] as const,
  fields: ['fields'] as const,
  tags: ['tags'] as const,
};
