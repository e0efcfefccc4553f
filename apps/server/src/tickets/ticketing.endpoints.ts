import { readTicketing, removeTicketing, setTicketing, testTicketing } from '@strongroom/contract';
import { endpoint, longEndpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import type { Vault } from '../vault/index.ts';
import { checkTicketEndpoint } from './check.endpoints.ts';
import type { Desk, Ready } from './desk.ts';
import { Altered } from './own-module/approved.ts';
import { fieldColumns } from './own.ts';
import { conditionsOf } from './rules.ts';
import { makeReady } from './ready.ts';
import { readStored, ticketingReply, writeTicketing } from './settings.ts';

/** How tickets are checked: what is set, the test of it, and the check of one by itself. */
export const ticketingEndpoints = ({ vault, desk }: { vault: Vault; desk: Desk }): Endpoint[] => [
  endpoint(readTicketing, {
    async run(grant) {
      const stored = await readStored(grant.db);
      return {
        ticketing: stored && ticketingReply(stored),
        fieldColumns: await fieldColumns(grant.db),
        pausedUntil: desk.pausedUntil(grant.actor.organisationId)?.toISOString() ?? null,
      };
    },
  }),
  endpoint(setTicketing, {
    run: async (grant, input) => ticketingReply(await writeTicketing(grant, vault, input)),
  }),
  endpoint(removeTicketing, {
    async run(grant) {
      await grant.db.deleteFrom('ticketing').execute();
      await grant.db.deleteFrom('ticketCheck').execute();
      return {};
    },
  }),
  longEndpoint(testTicketing, async (perform, actor, { ticket }) => {
    const { organisationId } = actor;
    const ready = await perform(
      { actor, action: 'ticketing.test', objectId: organisationId, ticket },
      async (grant): Promise<Ready> => {
        const ready = await makeReady(grant, vault, null).catch((error: unknown) => {
          if (error instanceof Altered) throw new Problem('not-that-state', { detail: error.message, cause: error });
          throw error;
        });
        if (!ready) throw new Problem('not-that-state', { detail: 'Save the settings first, with what signs in.' });
        grant.note({ system: ready.ticketing.system, url: ready.ticketing.url });
        if (ready.module) grant.note({ module: ready.module.version });
        return ready;
      },
    );
    const began = Date.now();
    const answer = await desk.ask(ready, ticket, { evenPaused: true });
    const milliseconds = Date.now() - began;
    if (answer.is !== 'found')
      return {
        ...{ is: answer.is, why: answer.is === 'failed' ? answer.why : null, milliseconds },
        ...{ fields: [], conditions: [], conditionsHold: null },
      };
    const { fields, misfit } = answer.ticket;
    const { rows, together } = conditionsOf(ready.ticketing, fields);
    return {
      ...({ is: answer.closed ? 'closed' : 'open', why: misfit ?? null, milliseconds } as const),
      fields: [...fields].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1)),
      conditions: rows.map((holds, i) => ({ name: `C${i + 1}`, holds })),
      conditionsHold: together,
    };
  }),
  checkTicketEndpoint,
];
