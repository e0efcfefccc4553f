import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

const written = (raw: ServerResponse, piece: Uint8Array | string): Promise<void> =>
  new Promise((resolve, reject) => {
    raw.write(piece, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });

/**
 * Answers with pieces as they come. The next is asked for only when the one before is out, so that nothing gathers here and
 * whoever gives them may overwrite each then. A fault before the first piece is thrown, and answered as every fault; one after it
 * cuts the connection, so that no client takes what it has for the whole, and is told to `onCut`. A client that goes away is no fault.
 */
export async function sendPieces(
  reply: FastifyReply,
  body: AsyncIterable<Uint8Array | string>,
  onCut: (error: unknown) => void,
): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  let next = await pieces.next();
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    while (!next.done) {
      await written(raw, next.value);
      next = await pieces.next();
    }
    raw.end();
  } catch (error) {
    if (!raw.destroyed) onCut(error);
    raw.destroy();
  } finally {
    await pieces.return?.();
  }
}
