import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Perform, StreamAsk, StreamEndpoint } from '../authorise/index.ts';
import type { Log } from '../platform/log.ts';
import { Problem } from '../platform/problem.ts';
import type { Authenticator } from './authenticate.ts';
import { sendPieces } from './pieces.ts';
import { allowanceOf, type Allowance } from './rate-limit.ts';
import { whileUploading } from './upload-clock.ts';

const fieldsLimit = 64 * 1024;
const nothing: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => Readable.from([])[Symbol.asyncIterator]() };

/** Puts the calls whose input or reply is no JSON on the wire, below `/api/v1`. Bytes pass through, never gathered. */
export function streamDoor(
  app: FastifyInstance,
  parts: {
    readonly perform: Perform;
    readonly streams: readonly StreamEndpoint[];
    readonly log: Log;
    limit(asker: string, allowance: Allowance): number;
  },
  authenticator: Authenticator,
): void {
  const json = parts.streams.filter((stream) => stream.takes !== 'bytes');
  const uploads = parts.streams.filter((stream) => stream.takes === 'bytes');
  const route = (on: FastifyInstance, stream: StreamEndpoint): void => {
    on.route({
      method: stream.method,
      url: stream.path,
      ...(stream.takes === 'fields' ? { bodyLimit: fieldsLimit } : {}),
      async handler(request, reply) {
        const fields = stream.takes === 'fields' ? fieldsOf(request) : {};
        // A page that opens in a tab of its own is posted by a form, which can send no header.
        if (stream.form && fields['csrf'] !== undefined) request.headers['x-csrf-token'] = fields['csrf'];
        const actor = await authenticator.ofRequest(request);
        const { asker, allowance } = allowanceOf(actor);
        parts.limit(asker, allowance);
        const length = Number(request.headers['content-length']);
        const uploaded = stream.takes === 'bytes' ? (request.body as Readable | undefined) : undefined;
        const closed = new AbortController();
        reply.raw.once('close', () => {
          closed.abort();
        });
        const lastEventId = request.headers['last-event-id'];
        const ask: StreamAsk = {
          perform: parts.perform,
          actor,
          params: request.params as Record<string, string>,
          query: request.query as Record<string, string>,
          fields,
          bytes: uploaded === undefined ? nothing : uploaded.iterator({ destroyOnReturn: false }),
          length: Number.isSafeInteger(length) ? length : undefined,
          closed: closed.signal,
          lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
        };
        const answer = uploaded
          ? await whileUploading(request.raw.socket, () => stream.handle(ask)).finally(() => {
              // Whoever is answered before they have sent everything still reads the answer, once the rest is off the wire.
              uploaded.resume();
            })
          : await stream.handle(ask);
        void reply
          .status(answer.status ?? 200)
          .header('cache-control', 'no-store')
          .headers({ ...answer.headers })
          .type(answer.type);
        const { body } = answer;
        if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body);
        await sendPieces(reply, body, (err) => {
          parts.log.error({ err, req: request }, 'an answer broke off');
        });
        return reply;
      },
    });
  };
  void app.register((plain, _options, done) => {
    plain.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, Object.fromEntries(new URLSearchParams(String(body))));
    });
    for (const stream of json) route(plain, stream);
    done();
  });
  void app.register((raw, _options, done) => {
    // Whatever its type, an upload is handed on as it comes.
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload);
    });
    for (const stream of uploads) route(raw, stream);
    done();
  });
}

function fieldsOf(request: FastifyRequest): Record<string, string> {
  const { body } = request;
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new Problem('input-invalid', { detail: 'The body must be a form or a JSON object.' });
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (typeof value !== 'string')
        throw new Problem('input-invalid', { errors: [{ path: name, message: 'must be text' }] });
      return [name, value];
    }),
  );
}
