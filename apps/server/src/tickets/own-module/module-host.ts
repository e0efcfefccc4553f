// Asks one ticketing module for one ticket, in a process of its own under Node's permission model. A copy of this file is put beside the
// module: it may read that directory and nothing else, and imports nothing.
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { modulePath, mark, asked } = JSON.parse(await text(process.stdin)) as {
  modulePath: string;
  mark: string;
  asked: object;
};
const loaded = (await import(pathToFileURL(modulePath).href)) as { default?: unknown };
if (typeof loaded.default !== 'function') {
  process.exitCode = 2;
} else {
  const said = await (loaded.default as (asked: object) => unknown)(asked);
  // What it left open, such as a connection that is kept, is not waited for.
  process.stdout.write(`\n${mark}${JSON.stringify(said ?? null)}`, () => process.exit(0));
}
