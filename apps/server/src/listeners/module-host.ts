// Runs one listener module, in a process of its own under Node's permission model. A copy of this file is put beside the module: it may
// read that directory and nothing else, and imports nothing.
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { modulePath, scriptPath, resource, account, oldPassword } = JSON.parse(await text(process.stdin)) as {
  modulePath: string;
  scriptPath: string | null;
  resource: object;
  account: object;
  oldPassword: string | null;
};
const loaded = (await import(pathToFileURL(modulePath).href)) as { default?: unknown };
if (typeof loaded.default !== 'function') {
  process.stderr.write('The module has no default export that is a function.\n');
  process.exitCode = 2;
} else {
  const run = loaded.default as (...given: unknown[]) => unknown;
  const said = await run(resource, account, scriptPath, oldPassword);
  if (typeof said === 'string') process.stdout.write(`${said}\n`);
}
