import type { IncomingMessage } from 'node:http';
import { Problem } from '../../platform/problem.ts';

const inputLimit = 1024 * 1024;

/** Reads a body to its end. Throws `input-invalid` beyond 1 MB, and for one that breaks off. */
export async function readBody(raw: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The stream is not destroyed when this stops early: the client still waits for its answer on it.
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > inputLimit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Problem('input-invalid', { detail: 'The body broke off.', cause });
  }
  if (size > inputLimit) throw new Problem('input-invalid', { detail: 'INPUT_DATA is too large: 1 MB is the most.' });
  return Buffer.concat(chunks);
}
