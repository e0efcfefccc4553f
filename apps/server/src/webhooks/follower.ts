import type { Change } from '@strongroom/contract';
import type { Actor } from '../authorise/index.ts';
import type { Happened, Place } from './trail.ts';

/** Pieces that may wait for a client that reads slowly. */
const mostWaiting = 500;

/** A place of the trail as clients keep it, and give it back in Last-Event-ID. */
export const placeText = ({ tx, eventId }: Place): string => `${tx}.${eventId}`;

/** Reads a place that a client gives back; undefined for anything else. */
export function placeOf(text: string | undefined): Place | undefined {
  const parts = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text ?? '');
  return parts?.[1] && parts[2] ? { tx: Number(parts[1]), eventId: parts[2] } : undefined;
}

/** One stream of a client: pieces put in at one end and read at the other. Source: HTML Standard, server-sent events. */
export class Follower {
  readonly actor: Actor;
  /** Kinds of object it wants to hear of; none for all. */
  readonly kinds: readonly string[];
  readonly #pieces: string[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(actor: Actor, kinds: readonly string[]) {
    this.actor = actor;
    this.kinds = kinds;
  }

  wants(event: Happened): boolean {
    return event.outcome === 'done' && (this.kinds.length === 0 || this.kinds.includes(event.objectKind));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Tells of events, and how far the trail was read. */
  tell(events: readonly Happened[]): void {
    for (const event of events) {
      const change: Change = {
        action: event.action,
        object: { kind: event.objectKind, id: event.objectId },
        at: event.at.toISOString(),
      };
      this.#put(
        `id: ${placeText({ tx: event.tx, eventId: event.id })}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`,
      );
    }
  }

  /** Says that the connection is alive, and keeps the client's place fresh. */
  beat(place: Place): void {
    this.#put(`: beat\nid: ${placeText(place)}\n\n`);
  }

  /** Says that what happened meanwhile is not told one by one: ask for everything anew. */
  reset(place: Place): void {
    this.#put(`id: ${placeText(place)}\nevent: reset\ndata: {}\n\n`);
  }

  /** Ends the stream; `code` says why, where it is the asker's right that ended. */
  end(code?: string): void {
    if (this.#ended) return;
    if (code !== undefined) this.#put(`event: end\ndata: ${JSON.stringify({ code })}\n\n`);
    this.#ended = true;
    this.#wake();
  }

  #put(piece: string): void {
    if (this.#ended) return;
    // A client that does not read is told so and asks anew; nothing gathers here without end.
    if (this.#pieces.length >= mostWaiting) this.#pieces.splice(0, Infinity, 'event: reset\ndata: {}\n\n');
    this.#pieces.push(piece);
    this.#wake();
  }

  /** What goes out, as it comes, until the end. */
  async *pieces(): AsyncGenerator<string> {
    yield 'retry: 3000\n\n';
    for (;;) {
      while (this.#pieces.length > 0) yield this.#pieces.splice(0).join('');
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
