import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePlace, runModule, runProcess, type Ended, type Place, type RunAs } from '../sandbox/index.ts';
import { asArguments, asEnvironmentFile, type Handed } from './hand-over.ts';
import type { Outcome } from './outcome.ts';
import type { Taken } from './take-up.ts';
import { callWebhook } from './webhook.ts';

const host = fileURLToPath(new URL('./module-host.ts', import.meta.url));

const failed = (why: string): Outcome => ({ state: 'failed', why, exitCode: null, output: '' });

/** Runs what was taken up, and gives what came of it. Never rejects for what the listener does. */
export async function execute(taken: Taken, what: Handed, runAs: RunAs, signal: AbortSignal): Promise<Outcome> {
  const { spec } = taken.version;
  if (spec.kind === 'webhook') return callWebhook(taken, what, signal);
  if (runAs.is === 'nobody') return failed(runAs.why);
  if (taken.file === null) return failed('It has no file.');
  const places: Place[] = [];
  const make = (options: { secrets?: boolean } = {}): Place => {
    const place = makePlace(runAs, options);
    places.push(place);
    return place;
  };
  try {
    const limits = { runAs, limitMs: spec.timeLimitSeconds * 1000, signal };
    if (spec.kind === 'module') {
      const { resource, account, oldPassword, newPassword, test } = what;
      const given = { ...account, password: newPassword, arguments: what.arguments, test };
      return ofProcess(
        await runModule({
          ...limits,
          host,
          module: taken.file,
          beside: taken.companion,
          mayStartPrograms: spec.mayStartPrograms,
          input: ({ modulePath, besidePath }) => ({
            ...{ modulePath, scriptPath: besidePath, resource, account: given, oldPassword },
          }),
        }),
        process.execPath,
      );
    }
    const place = make();
    const directory = join(place.directory, 'work');
    const script = place.put(taken.file.name, taken.file.content, 0o500);
    if (taken.companion) place.put(taken.companion.name, taken.companion.content, 0o500);
    place.handOver();
    const environment: Record<string, string> = {};
    if (spec.handOver === 'environment-file') {
      const secrets = make({ secrets: true });
      environment['STRONGROOM_FILE'] = secrets.put('environment', asEnvironmentFile(what), 0o400);
      secrets.handOver();
    }
    const [command = script, ...before] = [...spec.preCommand, script];
    return ofProcess(
      await runProcess({
        ...limits,
        directory,
        command,
        args: [...before, ...(spec.handOver === 'arguments' ? asArguments(what) : what.arguments)],
        environment,
        input: spec.handOver === 'stdin' ? `${JSON.stringify(what)}\n` : '',
      }),
      command,
    );
  } finally {
    for (const place of places) place.remove();
  }
}

function ofProcess({ exitCode, ended, unstarted, output, cut }: Ended, command: string): Outcome {
  if (unstarted !== null)
    return failed(
      unstarted === 'ENOENT'
        ? `${command} is not there, or what it begins with (#!) names a program that is not.`
        : unstarted === 'EACCES'
          ? `The listener’s user may not start ${command}.`
          : `${command} could not be started (${unstarted}).`,
    );
  const rest = { exitCode, output, cut };
  if (ended === 'time')
    return { state: 'timed-out', why: 'It was ended, with all it had started: its time was over.', ...rest };
  if (ended === 'stop') return { state: 'failed', why: 'It was ended, as the server was stopped.', ...rest };
  if (exitCode === 0) return { state: 'done', why: null, ...rest };
  return {
    state: 'failed',
    why: exitCode === null ? 'It was ended by a signal.' : `It ended with code ${exitCode}.`,
    ...rest,
  };
}
