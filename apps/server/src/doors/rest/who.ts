import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import type { RestParts } from './parts.ts';

const first = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value[0] : value)?.trim() || undefined;

/** Who asks: by the token in a header or, where the organisation allows it, in the URL. A header wins. `otherHeader`, in lower case, is looked at last. Throws `signed-out`, `wrong-host`, `input-invalid`. */
export async function authenticated(
  parts: RestParts,
  request: FastifyRequest,
  params: ReadonlyMap<string, string>,
  otherHeader?: string,
): Promise<Actor> {
  const { headers } = request;
  const other = otherHeader === undefined ? undefined : first(headers[otherHeader]);
  const inHeader = first(headers['authtoken']) ?? first(headers['app_authtoken']) ?? other;
  const token = inHeader ?? first(params.get('AUTHTOKEN')) ?? first(params.get('APP_AUTHTOKEN'));
  if (token === undefined) throw new Problem('signed-out');
  const actor = await parts.authenticate(token, request, inHeader === undefined ? 'url' : 'header');
  if (inHeader === undefined && !(await parts.tokenInUrlAllowed(actor))) {
    throw new Problem('input-invalid', {
      detail: 'The organisation does not allow tokens in URLs. Send the token in the header AUTHTOKEN.',
    });
  }
  return actor;
}
