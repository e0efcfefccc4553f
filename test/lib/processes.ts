import { readdirSync, readFileSync } from 'node:fs';

/** A process as proc(5) shows it: fields 3 and 4 of /proc/PID/stat, and its command line. */
interface Shown {
  readonly state: string;
  readonly parent: number;
}

function shown(pid: number): Shown | undefined {
  try {
    // The name in parentheses may hold anything, so fields are counted from the last one.
    const [, rest = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? [];
    const [state = '', parent = '0'] = rest.split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** True while the process runs; a zombie does not. */
function alive(pid: number): boolean {
  const { state } = shown(pid) ?? {};
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** The command line of a process, its arguments joined by spaces; empty when it is gone. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      .replaceAll('\0', ' ')
      .trim();
  } catch {
    return '';
  }
}

/** A process and everything below it, parents first. */
export function familyOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = shown(Number(name))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [root];
  for (let at = 0; at < family.length; at += 1) family.push(...(children.get(family[at] ?? 0) ?? []));
  return family.filter(alive);
}

/**
 * Ends processes as a power cut would: all are stopped first, so that none sees another die and does something about it,
 * then all are killed. Settles when the last is gone.
 */
export async function cutDown(pids: readonly number[]): Promise<void> {
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself meanwhile.
      }
    }
  }
  while (pids.some(alive)) await new Promise((resolve) => setImmediate(resolve));
}
