/** Finds the source files of a checkout. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const never = new Set(['node_modules', 'dist', 'coverage', 'fixtures']);

/**
 * Paths of the TypeScript and JavaScript files under the areas, relative to `directory`, with `/`, sorted. Installed,
 * built and dot-named folders and fixtures are left out; an area that does not exist has no files.
 * @param {string} directory absolute path
 * @param {readonly string[]} areas folders relative to it
 * @returns {string[]}
 */
export function sourceFiles(directory, areas) {
  const found = [];
  const visit = (path) => {
    let entries;
    try {
      entries = readdirSync(join(directory, path), { withFileTypes: true });
    } catch (error) {
      // Folders come and go while tests run beside us.
      if (error.code === 'ENOENT') return;
      throw error;
    }
    for (const entry of entries) {
      if (never.has(entry.name) || entry.name.startsWith('.')) continue;
      const at = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(at);
      else if (/\.([cm]?[jt]s|tsx)$/.test(entry.name)) found.push(at);
    }
  };
  for (const area of areas) visit(area);
  return found.sort();
}
