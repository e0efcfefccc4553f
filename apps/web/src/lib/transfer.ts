import type { FileCall } from '@strongroom/contract';
import type { z } from 'zod';
import { base, csrfHeaders, ProblemError, refusedBy } from './client.ts';

/** Told how many bytes are through, now and then. */
export type Progress = (done: number) => void;

/** Thrown when somebody cancels a transfer: nothing to tell them. */
export class Cancelled extends Error {}

/** The path of a call with what it takes from there filled in, and what is left of the input. Undefined fields are left out. */
export function placed(
  path: string,
  input: Readonly<Record<string, unknown>>,
): { path: string; rest: Record<string, string> } {
  const rest = Object.fromEntries(
    Object.entries(input).flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [[key, String(value)] as const],
    ),
  );
  const filled = path.replace(/:(\w+)/g, (_, key: string) => {
    const value = rest[key] ?? '';
    delete rest[key];
    return encodeURIComponent(value);
  });
  return { path: filled, rest };
}

const offline = (): ProblemError => new ProblemError({ status: 0, code: 'offline', title: 'offline' });

/**
 * Sends a file as it is, read from the disk as it goes. Not by fetch, which cannot say how far it is.
 *
 * @throws {ProblemError} for every refusal and failure, {Cancelled} when `signal` says so.
 */
export function sendFile<I extends z.ZodType, R extends z.ZodType>(
  call: FileCall<string, I, R>,
  input: z.input<I>,
  file: Blob,
  options: { readonly signal: AbortSignal; readonly onProgress: Progress },
): Promise<z.output<R>> {
  const { path, rest } = placed(call.path, input as Record<string, unknown>);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cancel = (): void => request.abort();
    if (options.signal.aborted) {
      reject(new Cancelled());
      return;
    }
    options.signal.addEventListener('abort', cancel);
    const end = (does: () => void): void => {
      options.signal.removeEventListener('abort', cancel);
      does();
    };
    request.open(call.method, `${base}${path}?${new URLSearchParams(rest).toString()}`);
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => options.onProgress(loaded);
    request.onabort = () => end(() => reject(new Cancelled()));
    request.onerror = () => end(() => reject(offline()));
    request.onload = () =>
      end(() => {
        if (request.status >= 200 && request.status < 300) {
          resolve(JSON.parse(request.responseText) as z.output<R>);
          return;
        }
        const requestId = request.getResponseHeader('x-request-id');
        const answer = new Response(request.responseText, {
          status: request.status,
          headers: requestId === null ? {} : { 'x-request-id': requestId },
        });
        void refusedBy(answer).then(reject, reject);
      });
    request.send(file);
  });
}

/** The file name of a Content-Disposition. Source: RFC 6266 section 4.3; ours always has the extended form. */
export function nameIn(disposition: string | null): string | null {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  try {
    return extended === undefined ? null : decodeURIComponent(extended);
  } catch {
    return null;
  }
}

/**
 * Fetches a file. It is whole or it is not given: one that breaks off is thrown away.
 *
 * @throws {ProblemError} for every refusal and failure, {Cancelled} when `signal` says so.
 */
export async function fetchFile<I extends z.ZodType>(
  call: FileCall<string, I, z.ZodType>,
  input: z.input<I>,
  options: { readonly signal: AbortSignal; readonly onProgress: Progress },
): Promise<{ readonly name: string | null; readonly content: Blob }> {
  const { path, rest } = placed(call.path, input as Record<string, unknown>);
  try {
    const response = await fetch(base + path, {
      method: call.method,
      headers: { 'content-type': 'application/json', ...csrfHeaders() },
      body: JSON.stringify(rest),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: options.signal,
    });
    if (!response.ok || !response.body) throw await refusedBy(response);
    let done = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(piece, sink) {
          done += piece.length;
          options.onProgress(done);
          sink.enqueue(piece);
        },
      }),
    );
    const content = await new Response(counted, {
      headers: { 'content-type': response.headers.get('content-type') ?? 'application/octet-stream' },
    }).blob();
    return { name: nameIn(response.headers.get('content-disposition')), content };
  } catch (error) {
    if (options.signal.aborted) throw new Cancelled();
    if (error instanceof ProblemError) throw error;
    throw offline();
  }
}

/** Lets the browser save a file, under the name it has, where people find what they download. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it over once this task is done; a minute is for slow ones.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
