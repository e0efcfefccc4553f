import {
  downloadAccountField,
  downloadAccountFile,
  downloadResourceFile,
  removeAccountField,
  removeResourceFile,
  uploadAccountField,
  uploadAccountFile,
  uploadResourceFile,
  type FileCall,
} from '@strongroom/contract';
import type { z } from 'zod';
import {
  endpoint,
  parseInput,
  type Action,
  type Ask,
  type Endpoint,
  type Grant,
  type StreamAsk,
  type StreamEndpoint,
  type StreamReply,
} from '../authorise/index.ts';
import { wipe, type FileOpening } from '../vault/index.ts';
import { accountFile, keepAccountFile, requireHoldsFile } from './account-file.ts';
import { fieldFile, keepFieldFile, removeFieldFile, requireFileField } from './field-file.ts';
import { fileLimit } from './limit.ts';
import { attachment } from './name.ts';
import { readStored } from './read.ts';
import { storeUpload, type FileParts, type Stored } from './store.ts';

interface Why {
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
}
const askOf = <A extends Action>(ask: StreamAsk, action: A, objectId: string, why: Why = {}): Ask<A> => ({
  actor: ask.actor,
  action,
  objectId,
  reason: why.reason,
  ticket: why.ticket,
});

/** Binds an upload to its work. Path and query are its input, the body is the file. */
function upload<A extends Action, I extends z.ZodType<{ name: string }>, R extends z.ZodType>(
  parts: FileParts,
  call: FileCall<A, I, R>,
  how: {
    object(input: z.output<I>): string;
    why?(input: z.output<I>): Why;
    begin(grant: Grant<A>, input: z.output<I>): Promise<void>;
    keep(grant: Grant<A>, input: z.output<I>, file: Stored): Promise<z.input<R>>;
  },
): StreamEndpoint {
  return {
    name: call.name,
    method: call.method as 'PUT',
    path: call.path,
    summary: call.summary,
    takes: 'bytes',
    async handle(ask) {
      const input = parseInput(call, { ...ask.query, ...ask.params });
      const answer = await storeUpload(
        parts,
        askOf(ask, call.name, how.object(input), how.why?.(input)),
        { name: input.name, bytes: ask.bytes, length: ask.length },
        {
          async begin(grant) {
            await how.begin(grant, input);
            return { limit: await fileLimit(grant.db) };
          },
          keep: async (grant, file) => call.answer.parse(await how.keep(grant, input, file)),
        },
      );
      return { type: 'application/json; charset=utf-8', body: JSON.stringify(answer) };
    },
  };
}

/** Hands pieces on and overwrites each once it is written: the door asks for the next one only then. */
async function* wiped(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of bytes) {
    yield piece;
    wipe(piece);
  }
}

/** Binds a download to its work. It is decided and recorded before the first byte goes out. */
function download<A extends FileOpening, I extends z.ZodType<Why>>(
  parts: FileParts,
  call: FileCall<A, I, z.ZodType>,
  how: { object(input: z.output<I>): string; find(grant: Grant<A>, input: z.output<I>): Promise<string> },
): StreamEndpoint {
  return {
    name: call.name,
    method: call.method,
    path: call.path,
    summary: call.summary,
    takes: 'fields',
    async handle(ask): Promise<StreamReply> {
      const input = parseInput(call, { ...ask.fields, ...ask.params });
      const file = await readStored(parts, askOf(ask, call.name, how.object(input), input), (grant) =>
        how.find(grant, input),
      );
      return {
        type: 'application/octet-stream',
        headers: {
          'content-length': String(file.size),
          'content-disposition': attachment(file.name),
          // Should a browser show it all the same, nothing in it runs.
          'content-security-policy': "sandbox; default-src 'none'",
        },
        body: wiped(file.bytes),
      };
    },
  };
}

/** The calls that carry files. */
export const fileStreams = (parts: FileParts): StreamEndpoint[] => [
  upload(parts, uploadAccountFile, {
    object: (input) => input.accountId,
    why: (input) => input,
    begin: (grant) => requireHoldsFile(grant),
    keep: async (grant, _input, file) => ({
      version: await keepAccountFile(grant, parts.vault, file),
      file: { name: file.name, size: file.size, storedAt: file.storedAt.toISOString() },
    }),
  }),
  download(parts, downloadAccountFile, {
    object: (input) => input.accountId,
    find: (grant, input) => accountFile(grant, parts.vault, input.version),
  }),
  upload(parts, uploadAccountField, {
    object: (input) => input.accountId,
    begin: (grant, input) => requireFileField(grant, input.fieldId),
    keep: async (grant, input, file) => ({ file: await keepFieldFile(grant, parts.vault, input.fieldId, file) }),
  }),
  download(parts, downloadAccountField, {
    object: (input) => input.accountId,
    find: (grant, input) => fieldFile(grant, parts.vault, input.fieldId),
  }),
  upload(parts, uploadResourceFile, {
    object: (input) => input.resourceId,
    begin: (grant, input) => requireFileField(grant, input.fieldId),
    keep: async (grant, input, file) => ({ file: await keepFieldFile(grant, parts.vault, input.fieldId, file) }),
  }),
  download(parts, downloadResourceFile, {
    object: (input) => input.resourceId,
    find: (grant, input) => fieldFile(grant, parts.vault, input.fieldId),
  }),
];

export const fileEndpoints = (): Endpoint[] => [
  endpoint(removeResourceFile, {
    object: (input) => input.resourceId,
    async run(grant, input) {
      await removeFieldFile(grant, input.fieldId);
      return {};
    },
  }),
  endpoint(removeAccountField, {
    object: (input) => input.accountId,
    async run(grant, input) {
      await removeFieldFile(grant, input.fieldId);
      return {};
    },
  }),
];
