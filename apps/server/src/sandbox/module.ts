import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlace, type RunAs } from './place.ts';
import { runProcess, type Ended } from './process.ts';

/** A file that is put beside a process. */
interface PutFile {
  readonly name: string;
  readonly content: string | Buffer;
}
/** A module to run, and within which bounds. */
export interface ModuleStart {
  readonly runAs: Exclude<RunAs, { is: 'nobody' }>;
  /** Path of our program that loads it: a copy is put beside it, so that nothing of the checkout needs to be readable. */
  readonly host: string;
  readonly module: PutFile;
  /** A second file, which may be a program. */
  readonly beside?: PutFile | null;
  readonly mayStartPrograms: boolean;
  /** Certificates (PEM) that its calls trust beside those of Node.js. */
  readonly trusted?: readonly string[];
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** What the host reads, as one JSON text on its standard input. */
  input(paths: { readonly modulePath: string; readonly besidePath: string | null }): object;
}

/** A module that gathers more than this is ended, and not the machine. */
const memoryMegabytes = 256;

/**
 * Runs a module in a process of its own under Node's permission model: it may read its own directory and nothing else, write nothing, and
 * gets an empty environment. Source: Node.js, “Permissions”, which does not bind the network.
 */
export async function runModule(what: ModuleStart): Promise<Ended> {
  const place = makePlace(what.runAs);
  try {
    const besidePath = what.beside ? place.put(what.beside.name, what.beside.content, 0o500) : null;
    place.put('package.json', '{"type":"module"}', 0o400);
    const hostPath = place.put('strongroom-host.ts', readFileSync(what.host), 0o400);
    const modulePath = place.put(`module-${what.module.name}`, what.module.content, 0o400);
    const environment: Record<string, string> = {};
    if (what.trusted) environment['NODE_EXTRA_CA_CERTS'] = place.put('trusted.pem', what.trusted.join('\n'), 0o400);
    place.handOver();
    return await runProcess({
      runAs: what.runAs,
      limitMs: what.limitMs,
      signal: what.signal,
      directory: join(place.directory, 'work'),
      command: process.execPath,
      args: [
        '--permission',
        `--allow-fs-read=${place.directory}/*`,
        ...(what.mayStartPrograms ? ['--allow-child-process'] : []),
        `--max-old-space-size=${memoryMegabytes}`,
        '--disable-sigusr1',
        '--no-warnings',
        hostPath,
      ],
      environment,
      input: JSON.stringify(what.input({ modulePath, besidePath })),
    });
  } finally {
    place.remove();
  }
}
