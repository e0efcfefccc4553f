import type { Actor } from './grant.ts';
import type { Perform } from './perform.ts';
import type { Action } from './policy.ts';

/** What a request brings to a stream endpoint. */
export interface StreamAsk {
  readonly perform: Perform;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Fields of a small form or JSON body; empty for an upload. */
  readonly fields: Readonly<Record<string, string>>;
  /** The bytes of an upload, as they come; nobody reads ahead. Empty where the endpoint takes fields. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What the sender says of the upload's length, in bytes; undefined when it does not. */
  readonly length: number | undefined;
  /** Aborted when the client has gone. Left out where no stream goes on for long. */
  readonly closed?: AbortSignal;
  /** How far a client had read when it was cut off: its Last-Event-ID. */
  readonly lastEventId?: string | undefined;
}

export interface StreamReply {
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are written one by one: the next is asked for when the one before is out, and may be overwritten then. */
  readonly body: string | Buffer | AsyncIterable<Uint8Array | string>;
}

/**
 * A call whose input or reply is no JSON: files, pictures, pages for another site. It calls `perform` itself, before the first
 * byte goes out and never with a transaction open while bytes travel.
 */
export interface StreamEndpoint {
  readonly name: Action;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** `bytes`: the body is an upload of any type; `fields`: a form or JSON of at most 64 KiB; `none`. */
  readonly takes: 'bytes' | 'fields' | 'none';
  /** True when a plain form of the console's own page posts it, with its CSRF token as the field `csrf`. */
  readonly form?: true;
  handle(ask: StreamAsk): Promise<StreamReply>;
}
