import type { Change } from '@strongroom/contract';
import { useEffect, useRef } from 'react';
import { base } from './client.ts';

/** What a page hears: one change; or nothing more exact than that it should ask anew. */
type Heard = (change: Change | null) => void;
interface Listener {
  readonly kinds: readonly string[];
  readonly heard: Heard;
}

/** How often a page asks anew where no stream can be had. */
const pollMs = 5000;
/** How long until a stream is tried again after it was refused. */
const againMs = 60_000;

const listeners = new Set<Listener>();
let stream: EventSource | null = null;
let polling: ReturnType<typeof setInterval> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

const tell = (change: Change | null): void => {
  for (const { kinds, heard } of listeners) if (!change || kinds.includes(change.object.kind)) heard(change);
};

function close(): void {
  stream?.close();
  stream = null;
  clearInterval(polling);
  clearTimeout(retry);
  polling = undefined;
}

/** Asks every few seconds instead, and tries the stream again after a while. */
function poll(): void {
  close();
  polling = setInterval(() => tell(null), pollMs);
  retry = setTimeout(open, againMs);
}

/** Opens the one stream of this page, which all of its parts share: a browser has few connections to a server. */
function open(): void {
  close();
  if (listeners.size === 0 || document.hidden) return;
  if (typeof EventSource === 'undefined') {
    poll();
    return;
  }
  const opened = new EventSource(`${base}/events`);
  stream = opened;
  opened.addEventListener('change', (event: MessageEvent<string>) => tell(JSON.parse(event.data) as Change));
  opened.addEventListener('reset', () => tell(null));
  // The right to listen has ended: the next call finds out why, and says so.
  opened.addEventListener('end', poll);
  opened.addEventListener('error', () => {
    // A broken line is mended by the browser; a refusal is final.
    if (opened.readyState === EventSource.CLOSED) poll();
  });
}

// A page that nobody sees holds no connection; seen again, it asks for all that happened meanwhile.
function whenSeen(): void {
  if (document.hidden) close();
  else {
    open();
    tell(null);
  }
}

/**
 * Listens, until what it gives is called: to changes of objects of these kinds, or null when it is not known what changed. The part of `useEvents`
 * that is not React's.
 */
export function listenTo(kinds: readonly string[], heard: Heard): () => void {
  const listener: Listener = { kinds, heard };
  listeners.add(listener);
  if (listeners.size === 1) {
    document.addEventListener('visibilitychange', whenSeen);
    open();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener('visibilitychange', whenSeen);
    close();
  };
}

/**
 * Calls `onEvent` when something happens to an object of one of the kinds (`account`, `access-request`, `run` …) that this person may
 * see; with null when it is not known what: ask anew then. Where the server's stream cannot be had, that is every few seconds.
 */
export function useEvents(kinds: readonly string[], onEvent: Heard): void {
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  const wanted = kinds.join(' ');
  useEffect(() => listenTo(wanted.split(' '), (change) => latest.current(change)), [wanted]);
}
