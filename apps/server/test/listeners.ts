import {
  approveListener,
  changePassword,
  createListener,
  createResource,
  listListenerRuns,
  readListener,
  readListenerRun,
  type AccountId,
  type Listener,
  type ListenerRun,
} from '@strongroom/contract';
import type { z } from 'zod';
import { listenerRound, type ListenerParts } from '../src/listeners/index.ts';
import type { Person, World } from './world.ts';

type Input = z.input<typeof createListener.input>;
export const base64 = (text: string): string => Buffer.from(text).toString('base64');
let made = 0;

/** A script as a listener is made of it, for every type unless told otherwise. */
export const script = (text: string, spec: Partial<Extract<Input['spec'], { kind: 'script' }>> = {}): Input => ({
  name: `listener-${++made}`,
  spec: { kind: 'script', resourceTypes: [], arguments: [], ...spec },
  file: { name: 'follow.sh', base64: base64(text) },
});
/** A script that writes what it is told. */
export const echo = '#!/bin/sh\ncat\n';

/** What tests of listeners do in a world: `admin` makes them, `privileged` approves, `keeper` changes passwords, `boss` looks. */
export interface Listeners {
  add(input: Input): Promise<Listener>;
  approve(listener: Listener, by?: Person): Promise<Listener>;
  /** An account on a resource `host-<number>`, with a first password. */
  account(type?: string): Promise<AccountId>;
  change(accountId: AccountId, password?: string): Promise<unknown>;
  /** Rounds until the trail is read to what is there now. */
  follow(): Promise<void>;
  /** Runs what is due, in order, and gives the runs, newest first. */
  runAll(): Promise<readonly ListenerRun[]>;
  runs(): Promise<readonly ListenerRun[]>;
  /** What a run wrote, as it is kept. */
  output(id: ListenerRun['id'] | undefined): Promise<string>;
  parts(): ListenerParts;
  /** The number in the name of what was made last. */
  made(): number;
}

/** See `Listeners`. */
export function listenersOf(w: World): Listeners {
  const listeners: Listeners = {
    async add(input) {
      return (await w.invoke(createListener, await w.people.admin.actor(), input)).listener;
    },
    async approve({ id }, by = w.people.privileged) {
      const actor = await by.actor();
      const { versions } = await w.invoke(readListener, actor, { listenerId: id });
      return w.invoke(approveListener, actor, { listenerId: id, hash: versions[0]?.hash ?? '' });
    },
    async account(type = 'Linux') {
      const resource = await w.invoke(createResource, await w.people.keeper.actor(), {
        name: `host-${++made}`,
        type,
        dnsName: 'db.example',
        accounts: [{ username: 'root', password: 'The-Former-One-71-!!' }],
      });
      const [row] = await w.sql<{ id: AccountId }>('select id from strongroom.account where resource_id = $1', [
        resource.id,
      ]);
      if (!row) throw new Error('no account was made');
      return row.id;
    },
    change: async (accountId, password = 'The-New-One-72-"x$y') =>
      w.invoke(changePassword, await w.people.keeper.actor(), { accountId, password, where: 'local' }),
    async follow() {
      const [now] = await w.sql<{ tx: string }>('select pg_current_xact_id()::text as tx');
      // Another test's transaction on the same cluster may hold the trail back for a moment.
      for (const deadline = Date.now() + 20_000; ;) {
        await listenerRound(w.perform, w.organisationId);
        const [at] = await w.sql<{ tx: string }>(
          'select tx from strongroom_local.listener_cursor where organisation_id = $1',
          [w.organisationId],
        );
        if (at && Number(at.tx) > Number(now?.tx)) return;
        if (Date.now() > deadline) throw new Error('the trail is not read to its end');
      }
    },
    async runAll() {
      await w.composed.jobs.listener({ organisationId: w.organisationId, lane: 0 }, new AbortController().signal);
      return listeners.runs();
    },
    runs: async () => (await w.invoke(listListenerRuns, await w.people.boss.actor(), {})).items,
    async output(id) {
      if (id === undefined) throw new Error('there was no run');
      return (await w.invoke(readListenerRun, await w.people.boss.actor(), { listenerRunId: id })).output ?? '';
    },
    parts: () => ({
      ...{ perform: w.perform, vault: w.vault, runAs: { is: 'self' } },
      publicUrl: () => 'https://vault.example',
      onAltered: () => undefined,
    }),
    made: () => made,
  };
  return listeners;
}
