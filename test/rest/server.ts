import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { makePlace } from '../lib/product.ts';

/** A running product with its own state directory, set up, and the token of its API user. */
export interface Server {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** The REST token of `setup@localhost`, an administrator bound to this machine. */
  readonly token: string;
  /** Everything it has written to its standard output and error so far. */
  output(): string;
  /** Stops it gracefully and removes its state directory. */
  stop(): Promise<void>;
}

/** Starts the product on a state directory of its own and a free port, telling all it logs. Rejects with what it printed when it ends before it is ready. */
export async function startServer(): Promise<Server> {
  const settings = { STRONGROOM_HOST: '127.0.0.1', STRONGROOM_LOG_LEVEL: 'debug' };
  const place = await makePlace(settings, { from: 'with-token', leads: false });
  try {
    const running = await place.start();
    return {
      host: new URL(running.url).host,
      token: (await readFile(place.tokenFile, 'utf8')).trim(),
      output: () => [...running.stdout, ...running.stderr].join('\n'),
      stop: () => place.remove(),
    };
  } catch (error) {
    await place.remove();
    throw error;
  }
}

/**
 * What a command line printed on its standard output when bash ran it: quotes, backslashes and dollar signs are the shell's to read, because that is what is tested. It comes on standard
 * input, so it may be long. Rejects with standard error when it fails.
 */
export function bash(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 90_000, maxBuffer: 64 * 1024 * 1024 };
    const shell = execFile('/bin/bash', ['-s'], options, (error, out, err) => {
      if (error) reject(new Error(`${line.slice(0, 500)}\n${err}`, { cause: error }));
      else resolve(out);
    });
    shell.stdin?.end(`${line}\n`);
  });
}
