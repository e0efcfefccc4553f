import { z } from 'zod';
import { call, Empty, Instant, listInput, listReply } from './call.ts';
import { EventId, UserId } from './ids.ts';

export const Outcome = z.enum(['done', 'refused', 'failed']);
export type Outcome = z.infer<typeof Outcome>;
/** The three trails: what happened to resources, to users, and what the product did by itself. */
export const Trail = z.enum(['resource', 'user', 'task']);
export type Trail = z.infer<typeof Trail>;

export const AuditEvent = z
  .object({
    id: EventId,
    at: Instant,
    trail: Trail,
    actorKind: z.enum(['user', 'system', 'anonymous']),
    actorId: z.uuid().nullable(),
    actorName: z.string(),
    action: z.string(),
    objectKind: z.string(),
    objectId: z.string().nullable(),
    objectName: z.string().nullable(),
    outcome: Outcome,
    reason: z.string().nullable(),
    ticket: z.string().nullable(),
    requestId: z.string().nullable(),
    address: z.string().nullable(),
    client: z.string().nullable(),
    details: z.record(z.string(), z.string()),
    /** Its place in the sealed tree; null until the next seal. */
    leaf: z.int().nullable(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof AuditEvent>;

export const listAudit = call({
  name: 'audit.list',
  method: 'GET',
  path: '/audit',
  scope: 'read',
  summary: 'Audit events, newest first.',
  input: listInput(['at']).extend({
    trail: Trail.optional(),
    action: z.string().max(80).optional(),
    actorId: UserId.optional(),
    objectId: z.uuid().optional(),
    outcome: Outcome.optional(),
    from: Instant.optional(),
    until: Instant.optional(),
  }),
  reply: listReply(AuditEvent),
});
export const readAuditEvent = call({
  name: 'audit.read',
  method: 'GET',
  path: '/audit/:eventId',
  scope: 'read',
  summary: 'One audit event, with its place in the tree.',
  input: z.object({ eventId: EventId }),
  reply: AuditEvent,
});
export const readAuditSeal = call({
  name: 'audit.seal',
  method: 'GET',
  path: '/audit-seal',
  scope: 'read',
  summary: 'How far the trail is sealed, the last checkpoint, and the key that checks it.',
  input: Empty,
  reply: z.object({
    sealed: z.int(),
    unsealed: z.int(),
    checkpoint: z.string().nullable(),
    checkpointAt: Instant.nullable(),
    publicKey: z.string(),
  }),
});
/** The export itself is a stream of JSON Lines at `GET /audit-export`: see docs/audit-format.md. */
export const exportAudit = call({
  name: 'audit.export',
  method: 'GET',
  path: '/audit-export',
  scope: 'read',
  summary: 'The sealed trail as JSON Lines, for the stand-alone verifiers.',
  input: Empty,
  reply: z.unknown(),
});
