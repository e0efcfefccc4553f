/**
 * What `npm start` runs: installs packages and builds the console when either is out of date, then starts the server in the foreground. When there is nothing to do it
 * costs some tens of milliseconds.
 */
import { launch } from '../apps/server/bin/launch.mjs';
import { ensureConsoleBuilt, ensureInstalled } from './lib/install.mjs';

try {
  await ensureInstalled();
  await ensureConsoleBuilt();
  launch(['start', ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
