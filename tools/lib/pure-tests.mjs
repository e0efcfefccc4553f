/** Tells the server's pure tests from those that need a database, so that `npm run check` can run the pure ones alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './sources.mjs';

/** What a pure test does not import: the test database, a server, a socket, a process. */
const reaches = /\bfrom\s+'([^']*\/test\/[^']*|[^']*postgres[^']*|node:(child_process|net|tls|https?)|fastify|pg)'/;

/**
 * Paths of the server's tests that touch neither a database nor the network nor another process, by their imports.
 * @param {string} directory absolute path of the checkout
 * @returns {string[]}
 */
export function pureServerTests(directory) {
  return sourceFiles(directory, ['apps/server/src'])
    .filter((file) => file.endsWith('.test.ts') && !/\.(real|whole)\.test\.ts$/.test(file))
    .filter((file) => !reaches.test(readFileSync(join(directory, file), 'utf8')));
}
