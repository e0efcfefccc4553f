import type { Change } from '@strongroom/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenTo } from './events.ts';

/** What a browser gives: streams that the test speaks through. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static readonly all: Stream[] = [];
  readyState = 1;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Stream.all.push(this);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
  says(name: string, data: unknown = {}): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}
const change = (kind: string): Change => ({ action: `${kind}.update`, object: { kind, id: 'x' }, at: 'now' });
const page = Object.assign(new EventTarget(), { hidden: false });
const leave: (() => void)[] = [];
const listening = (...kinds: string[]): (Change | null)[] => {
  const heard: (Change | null)[] = [];
  leave.push(listenTo(kinds, (one) => heard.push(one)));
  return heard;
};
const open = (): Stream[] => Stream.all.filter(({ readyState }) => readyState !== Stream.CLOSED);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('document', page);
});
afterEach(() => {
  for (const one of leave.splice(0)) one();
  expect(open()).toEqual([]);
  Stream.all.length = 0;
  page.hidden = false;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('shares one stream among the parts of a page, and tells each of its kinds', () => {
  const [accounts, runs] = [listening('account'), listening('run', 'attempt')];
  expect(open().map(({ url }) => url)).toEqual(['/api/v1/events']);
  open()[0]?.says('change', change('account'));
  open()[0]?.says('change', change('attempt'));
  open()[0]?.says('change', change('user'));
  open()[0]?.says('reset');
  expect(accounts).toEqual([change('account'), null]);
  expect(runs).toEqual([change('attempt'), null]);
});

it('asks every few seconds where the stream is refused or has ended, and tries it again after a while', () => {
  const heard = listening('account');
  const [stream] = open();
  stream?.dispatchEvent(new Event('error'));
  vi.advanceTimersByTime(20_000);
  expect(heard).toEqual([]);
  stream?.close();
  stream?.dispatchEvent(new Event('error'));
  vi.advanceTimersByTime(20_000);
  expect(heard).toEqual([null, null, null, null]);
  vi.advanceTimersByTime(40_000);
  expect(open()).toHaveLength(1);
  heard.length = 0;
  vi.advanceTimersByTime(20_000);
  expect(heard).toEqual([]);
  open()[0]?.says('end', { code: 'signed-out' });
  vi.advanceTimersByTime(5000);
  expect(heard).toEqual([null]);
});

it('holds no connection for a page that nobody sees, and asks for all when it is seen again', () => {
  const heard = listening('account');
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(open()).toEqual([]);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(open()).toHaveLength(1);
  expect(heard).toEqual([null]);
});
