import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../authorise/index.ts';
export interface RestParts { invoke: unknown; authenticate(token: string, request: FastifyRequest): Promise<Actor>; tokenInUrlAllowed(actor: Actor): Promise<boolean> }
export function restDoor(_app: FastifyInstance, _parts: RestParts): void { /* arrives with the reference REST API */ }
