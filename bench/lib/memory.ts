import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';

/** The process of this machine that listens on a TCP port. Throws when there is none. Source: proc(5), /proc/net/tcp. */
export function serverOf(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hex}`))
    .map((columns) => `socket:[${columns[9] ?? ''}]`);
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => openFiles(pid).some((file) => sockets.includes(file)));
  if (found === undefined) throw new Error(`nobody listens on port ${String(port)}`);
  return Number(found);
}

/** What a process has open; nothing where it has ended or may not be asked. */
function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** A line of a process's status, in MB. Source: proc(5), VmRSS and VmHWM, which are in kB of 1,024 bytes. */
const status = (pid: number, name: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  if (!line) throw new Error(`no ${name} of process ${String(pid)}`);
  return Number(line[1]) / 1024;
};
/** How much memory a process has resident now, in MB. */
export const memoryOf = (pid: number): number => status(pid, 'VmRSS');
/** The most it had since the peak was last forgotten, in MB. The kernel keeps it: nothing falls between two looks. */
export const peakOf = (pid: number): number => status(pid, 'VmHWM');
/** Lets the peak begin anew at what it has now. Source: proc(5), clear_refs, value 5. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
