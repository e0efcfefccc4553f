/** Runs one benchmark in a process of its own: `node bench-one.mjs FILE OUT` writes its rows to OUT as JSON. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [file, out] = process.argv.slice(2);
const module = await import(pathToFileURL(file).href);
const run = module.run ?? module.default?.run ?? module.default;
if (typeof run !== 'function') throw new Error(`${file} exports no run()`);
writeFileSync(out, JSON.stringify(await run()));
// A benchmark may leave sockets and pools open; its figures are written.
process.exit(0);
