import { createHmac, randomBytes } from 'node:crypto';
import type { Login } from '@strongroom/driver-kit';
import type { Line, Reach } from './connect.ts';

/** So long a line stays open for the next reset on its host: the accounts of a host are set one after the other, between those of others. */
const keptMs = 20_000;
/** The oldest line goes for one more. */
const keptAtMost = 200;

interface Kept {
  readonly line: Line;
  readonly timer: NodeJS.Timeout;
  readonly gone: () => void;
}
const lines = new Map<string, Kept[]>();
let count = 0;
/** Credentials are told apart without being kept. */
const secret = randomBytes(32);

/** Names a line by all that it rests on: with another password, key or pin it is another one. */
export function nameOfLine({ host, port, pinned }: Reach, login: Login): string {
  const parts = [
    host,
    port,
    pinned.map(({ publicKey }) => publicKey),
    login.username,
    login.password?.expose() ?? null,
    login.privateKey?.expose() ?? null,
    login.passphrase?.expose() ?? null,
  ];
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64');
}

const isOpen = ({ socket }: Line): boolean => !socket.destroyed && socket.writable && socket.readable;

/** A signed-in line nobody uses; whoever takes it has it alone. */
export function takeLine(name: string): Line | undefined {
  const some = lines.get(name);
  for (let last = some?.pop(); last; last = some?.pop()) {
    count--;
    clearTimeout(last.timer);
    last.line.client.off('close', last.gone);
    if (some?.length === 0) lines.delete(name);
    if (isOpen(last.line)) return last.line;
  }
  return undefined;
}

/** Leaves a line for the next. `close` ends it when nobody comes. */
export function keepLine(name: string, line: Line, close: (line: Line) => void): void {
  if (!isOpen(line)) return;
  if (count >= keptAtMost) dropOldest(close);
  const kept: Kept = {
    line,
    timer: setTimeout(() => {
      drop(name, kept, close);
    }, keptMs),
    gone: () => {
      drop(name, kept, () => undefined);
    },
  };
  kept.timer.unref();
  line.client.once('close', kept.gone);
  lines.set(name, [...(lines.get(name) ?? []), kept]);
  count++;
}

function drop(name: string, kept: Kept, close: (line: Line) => void): void {
  const some = lines.get(name) ?? [];
  if (!some.includes(kept)) return;
  clearTimeout(kept.timer);
  count--;
  const others = some.filter((one) => one !== kept);
  if (others.length === 0) lines.delete(name);
  else lines.set(name, others);
  close(kept.line);
}

function dropOldest(close: (line: Line) => void): void {
  for (const [name, [oldest]] of lines) {
    if (oldest) drop(name, oldest, close);
    return;
  }
}
