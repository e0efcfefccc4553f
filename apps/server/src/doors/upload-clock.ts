import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** An upload that brings nothing for so long is given up. */
const idleMs = 60_000;
const uploading = new WeakSet<Socket>();

/**
 * Lets an upload take as long as it takes, as long as bytes come: a large file over a thin line needs more than the time
 * that whole requests have. Node.js has one such time for all connections, so that `onClientError` must know which are spared.
 */
export async function whileUploading<T>(socket: Socket, work: () => Promise<T>): Promise<T> {
  uploading.add(socket);
  socket.setTimeout(idleMs);
  try {
    return await work();
  } finally {
    uploading.delete(socket);
    socket.setTimeout(0);
  }
}

/** What a connection is answered whose request never became one: 408 for one that took too long, 431 for too many headers, 400 for the rest. */
export function onClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return;
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  socket.destroy(error);
}
