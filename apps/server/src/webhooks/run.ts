import type { Database } from '../platform/db.ts';
import { sql } from 'kysely';
import { deliver, type DeliverParts } from './deliver.ts';
import { webhookRound } from './plan.ts';

/** Webhooks that this node calls at once. */
const sendersAtOnce = 8;
/** How much longer than usual the next round waits after failed ones, at most. */
const longestPauseMs = 300_000;
/** Deliveries are kept for so long after their end. */
const keptDays = 30;

/** Goes through every organisation in rounds until stopped, and sends what is due. A round that fails is reported and repeated, later and later. */
export function startWebhooks(
  parts: DeliverParts & {
    readonly everyMs: number;
    organisationIds(): Promise<readonly string[]>;
    onError(error: unknown): void;
  },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const senders = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = parts.everyMs;
  let round: Promise<void> = Promise.resolve();
  const all = async (): Promise<void> => {
    for (const id of await parts.organisationIds()) {
      let more = true;
      while (more && !stopping.signal.aborted) {
        const done = await webhookRound(parts.perform, id, sendersAtOnce - senders.size);
        ({ more } = done);
        for (const claim of done.claims) {
          const sender = deliver(parts, id, claim, stopping.signal)
            .catch(parts.onError)
            .finally(() => senders.delete(sender));
          senders.add(sender);
        }
      }
    }
    pauseMs = parts.everyMs;
  };
  const next = (): void => {
    timer = setTimeout(() => {
      round = all()
        .catch((error: unknown) => {
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
          parts.onError(error);
        })
        .finally(() => {
          if (!stopping.signal.aborted) next();
        });
    }, pauseMs);
  };
  next();
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await round;
      await Promise.all(senders);
    },
  };
}

/** Takes away deliveries that ended long ago. */
export async function tidyWebhooks(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, (db) =>
    sql`delete from webhook_delivery where ended_at < now() - make_interval(days => ${keptDays}::int)`.execute(db),
  );
}
