import { faultsText, readConfig } from './platform/config.ts';
import { createLog, switchLevelOnSignal } from './platform/log.ts';
import { guardMemory } from './platform/memory.ts';
import { StartFault } from './platform/start-fault.ts';

/** How long a stop may take before the process ends all the same. */
const longestStopMs = 60_000;

async function start(): Promise<number> {
  const read = readConfig();
  if ('faults' in read) {
    process.stderr.write(`${faultsText(read.faults)}\n`);
    return 1;
  }
  const config = read.ok;
  const log = createLog({ level: config.logLevel });
  try {
    for (const reason of guardMemory(config))
      log.warn({ reason }, 'memory could be read by others; refused in production');
    const stopping = stopSignal();
    const { startServer } = await import('./server.ts');
    const server = await startServer(config, log);
    switchLevelOnSignal(log, config.logLevel);
    process.stdout.write(`Console: ${server.url}/\n`);
    if (server.setupUrl !== undefined) process.stdout.write(`Set-up: ${server.setupUrl}\n`);
    process.stdout.write('Ready\n');
    await stopping;
    log.info('stopping');
    const late = setTimeout(() => {
      log.error('the stop took too long; ending now');
      process.exit(1);
    }, longestStopMs);
    late.unref();
    await server.stop();
    log.info('stopped');
    return 0;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    log.debug({ err: error }, 'start refused');
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT. A service manager may tell both the launcher and us, and the launcher passes it on:
 * a second SIGTERM must not cut the stop short. A second Ctrl-C does, since a person presses it.
 */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.on('SIGTERM', () => {
      resolve();
    });
    process.once('SIGINT', () => {
      resolve();
    });
  });

const [command, ...rest] = process.argv.slice(2);
// The server is loaded by the one command that is it: the others would wait for modules they do not use.
if (command === 'start' && rest.length === 0) process.exitCode = await start();
else {
  const { runCommand } = await import('./commands/index.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
// Idle handles of libraries must not keep a finished command alive.
process.exit();
