import { readFileSync } from 'node:fs';
import { url as inspectorUrl } from 'node:inspector';
import { StartFault } from './start-fault.ts';

/**
 * Overwrites bytes that held a key or a plaintext, as soon as they are no longer needed. Strings cannot be overwritten in JavaScript: keep keys in buffers.
 * It does not reach copies that the garbage collector may have moved.
 */
export function wipe(...buffers: readonly (Uint8Array | undefined)[]): void {
  for (const buffer of buffers) buffer?.fill(0);
}

/**
 * Gives the memory of what was used a moment ago back at once. For work that lets many bytes pass through: V8 lets 64 MB of buffers gather before it looks for
 * those that nobody needs any more, on top of whatever the server needs, and with plaintext in them. Takes some 3 ms; does nothing without --expose-gc, which
 * the launcher sets.
 */
export function collectYoung(): void {
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
}

// Each lets whoever may set it write the heap, and so keys and passwords, to a file or a socket.
const peeking = /(^|\s)--(inspect|heapsnapshot|heap-prof|report-|diagnostic-dir|experimental-network-inspection)/;

/** How this process can be looked into, as `memoryFaults` judges it. */
export interface MemoryState {
  readonly inspector: string | undefined;
  readonly flags: readonly string[];
  readonly nodeOptions: string;
  /** Soft limit of a core dump in bytes; undefined where the system does not say. */
  readonly coreLimitBytes: number | undefined;
}

/** The state of this process. Source of the limit: /proc/self/limits, proc(5). */
export function memoryState(nodeOptions: string): MemoryState {
  return { inspector: inspectorUrl(), flags: process.execArgv, nodeOptions, coreLimitBytes: coreLimit() };
}

function coreLimit(): number | undefined {
  try {
    const soft = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft ?? Number.NaN);
  } catch {
    return undefined;
  }
}

/** What would let keys out of this process's memory, one sentence each with how to mend it; empty when nothing would. */
export function memoryFaults(state: MemoryState): string[] {
  const faults: string[] = [];
  if (state.inspector !== undefined) faults.push('A debugger port is open. Start without --inspect.');
  if (state.flags.some((flag) => peeking.test(flag)))
    faults.push(
      'The command line switches on a debugger, a heap snapshot or a report. Start with the command strongroom.',
    );
  if (peeking.test(state.nodeOptions))
    faults.push('NODE_OPTIONS switches on a debugger, a heap snapshot or a report. Remove it.');
  // 1 is what the launcher sets: it stops dumps piped to a collector as well (core(5)).
  if (state.coreLimitBytes !== undefined && state.coreLimitBytes > 1)
    faults.push(
      'Core dumps are on. Start with the command strongroom on a system that has prlimit, or set LimitCORE=0 (ulimit -c 0).',
    );
  return faults;
}

/** Refuses to go on in production while memory can be looked into; throws `StartFault` with every reason. Elsewhere it returns the reasons, to be logged. */
export function guardMemory(options: { readonly production: boolean; readonly nodeOptions: string }): string[] {
  const faults = memoryFaults(memoryState(options.nodeOptions));
  if (options.production && faults.length > 0)
    throw new StartFault(`Refused with NODE_ENV=production:\n${faults.join('\n')}`);
  return faults;
}
