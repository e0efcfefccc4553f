import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Actor, Perform } from '../authorise/index.ts';
import type { Authenticator } from './authenticate.ts';

/** The sealed trail of an organisation as lines of JSON, read as the reader takes them. */
export type ExportAudit = (organisationId: string) => AsyncIterable<string>;

/** `GET /audit-export`: a stream, so that a trail of any size passes at constant memory. The right is asked, and the export recorded, before the first line. */
export function exportDoor(
  app: FastifyInstance,
  parts: { readonly perform: Perform; readonly exportAudit: ExportAudit },
  authenticator: Authenticator,
): void {
  app.get('/audit-export', async (request, reply) => {
    const actor: Actor = await authenticator.ofRequest(request);
    await parts.perform({ actor, action: 'audit.export', objectId: actor.organisationId }, () => Promise.resolve());
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="audit.jsonl"')
      .type('application/jsonl')
      .send(Readable.from(parts.exportAudit(actor.organisationId)));
  });
}
