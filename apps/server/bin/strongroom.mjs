#!/usr/bin/env node
/** The command `strongroom`: everything it is given goes to the server's program, which runs on the pinned Node.js. */
import { launch } from './launch.mjs';

try {
  launch(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
