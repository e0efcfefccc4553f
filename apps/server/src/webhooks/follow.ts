import { foresee, system, type Perform, type StreamEndpoint } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Follower, placeOf } from './follower.ts';
import { seenBy } from './seen.ts';
import { eventsSince, present, type Happened, type Place } from './trail.ts';

export interface FollowParts {
  readonly database: Database;
  readonly perform: Perform;
  onError(error: unknown): void;
  /** How often the trail is read while anybody listens; and how often it is asked whether a listener still may. Milliseconds. */
  readonly everyMs?: number;
  readonly beatMs?: number;
}

/** Streams of one user, and of all of them on this node. */
const mostOfUser = 10;
const mostOfAll = 1000;
/** Events that are read at once, and that a client that was cut off is told afterwards. */
const eventsAtOnce = 500;

/** What is read for an organisation while anybody of it listens. */
interface Tail {
  place: Place;
  readonly followers: Set<Follower>;
  timer: NodeJS.Timeout | undefined;
}

/** The streams of this node. */
export interface Followers {
  readonly stream: StreamEndpoint;
  /** Ends every stream, so that the server can stop. */
  stop(): void;
}

/**
 * `GET /events`: what happens to objects that the asker may see, as it happens. The trail is read once a second for all listeners of an
 * organisation together, and only while there are any; each is told what they may see, which is asked with their own rights.
 */
export function createFollowers(parts: FollowParts): Followers {
  const { database, perform, onError, everyMs = 1000, beatMs = 5000 } = parts;
  const tails = new Map<string, Tail>();
  let stopped = false;

  /** What is new behind a place, read as the product: it is handed on only through `tellOf`. */
  const read = (organisationId: string, from: Place) =>
    perform({ actor: system(organisationId), action: 'event.tail', objectId: organisationId }, (grant) =>
      eventsSince(grant.db, from, eventsAtOnce),
    );
  const now = (organisationId: string): Promise<Place> =>
    perform({ actor: system(organisationId), action: 'event.tail', objectId: organisationId }, (grant) =>
      present(grant.db),
    );

  /** Tells a follower those of the events that they want and may see. Ends the stream when they may not listen any more. */
  async function tellOf(follower: Follower, events: readonly Happened[]): Promise<void> {
    const wanted = events.filter((event) => follower.wants(event));
    if (wanted.length === 0) return;
    const { actor } = follower;
    try {
      const seen = await perform({ actor, action: 'event.follow', objectId: actor.organisationId }, (grant, facts) =>
        seenBy(grant, facts, wanted),
      );
      follower.tell(seen);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) follower.end(error.code);
      else throw error;
    }
  }

  async function round(organisationId: string, tail: Tail): Promise<void> {
    let more = true;
    while (more && tail.followers.size > 0) {
      const done = await read(organisationId, tail.place);
      for (const follower of tail.followers) await tellOf(follower, done.happened);
      tail.place = done.next;
      ({ more } = done);
    }
  }

  const next = (organisationId: string, tail: Tail): void => {
    tail.timer = setTimeout(() => {
      round(organisationId, tail)
        .catch(onError)
        .finally(() => {
          if (tail.followers.size > 0 && !stopped) next(organisationId, tail);
          else if (tails.get(organisationId) === tail) tails.delete(organisationId);
        });
    }, everyMs).unref();
  };

  /** Adds a follower to those of its organisation: `joined` is the place from which on it is told. */
  async function join(follower: Follower): Promise<{ tail: Tail; joined: Place }> {
    const { organisationId, userId } = follower.actor;
    const place = await now(organisationId);
    // From here on nothing waits: no tail may end, and no other follower come, in between.
    if (stopped) throw new Problem('unavailable', { retryAfter: 3 });
    requireRoom(userId);
    let tail = tails.get(organisationId);
    if (!tail) {
      tail = { place, followers: new Set(), timer: undefined };
      tails.set(organisationId, tail);
      next(organisationId, tail);
    }
    tail.followers.add(follower);
    return { tail, joined: tail.place };
  }

  function requireRoom(userId: string | null): void {
    const all = [...tails.values()].flatMap(({ followers }) => [...followers]);
    if (all.length >= mostOfAll || all.filter((one) => one.actor.userId === userId).length >= mostOfUser)
      throw new Problem('too-many-requests', { detail: 'Too many event streams are open already.', retryAfter: 30 });
  }

  const stream: StreamEndpoint = {
    name: 'event.follow',
    method: 'GET',
    path: '/events',
    summary: 'What happens to objects that the asker may see, as server-sent events.',
    takes: 'none',
    async handle({ actor, query, closed, lastEventId }) {
      const { organisationId } = actor;
      const ask = { actor, action: 'event.follow', objectId: organisationId } as const;
      await perform(ask, () => Promise.resolve());
      const kinds = (query['kinds'] ?? '').split(',').filter(Boolean).slice(0, 50);
      const follower = new Follower(actor, kinds);
      const { tail, joined } = await join(follower);
      const beats = setInterval(() => {
        void foresee(database, ask)
          .then((code) => {
            if (code === undefined) follower.beat(tail.place);
            else follower.end(code);
          })
          .catch(onError);
      }, beatMs).unref();
      const leave = (): void => {
        clearInterval(beats);
        tail.followers.delete(follower);
        follower.end();
      };
      closed?.addEventListener('abort', leave);
      if (closed?.aborted === true) leave();
      if (lastEventId !== undefined) await catchUp(follower, placeOf(lastEventId), joined).catch(onError);
      async function* body(): AsyncGenerator<string> {
        try {
          yield* follower.pieces();
        } finally {
          leave();
        }
      }
      return { type: 'text/event-stream; charset=utf-8', headers: { 'x-accel-buffering': 'no' }, body: body() };
    },
  };

  /** Tells a client that was cut off what it missed until it joined; what cannot be told any more it asks for anew. */
  async function catchUp(follower: Follower, from: Place | undefined, joined: Place): Promise<void> {
    const missed = from && from.tx <= joined.tx ? await read(follower.actor.organisationId, from) : undefined;
    if (!missed || missed.more) {
      follower.reset(joined);
      return;
    }
    // From there on the followers' common reading tells.
    await tellOf(
      follower,
      missed.happened.filter((event) => isBefore(event, joined)),
    );
  }

  return {
    stream,
    stop() {
      stopped = true;
      for (const tail of tails.values()) {
        clearTimeout(tail.timer);
        for (const follower of tail.followers) follower.end();
      }
      tails.clear();
    },
  };
}

const isBefore = (event: Happened, place: Place): boolean =>
  event.tx < place.tx || (event.tx === place.tx && event.id <= place.eventId);
