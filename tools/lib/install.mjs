/**
 * What every command of a checkout needs before it can do its own work: the packages of the lock file, the pinned
 * Node.js runtime and a built console. Plain JavaScript for Node.js 20 or newer, because it runs before anything is
 * installed; it imports nothing but Node.js itself.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's directory, absolute, without a trailing slash. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const pinnedMajor = 24;

/**
 * Path of the Node.js binary everything of ours runs on: the pinned package's, or the running one when it is of the
 * pinned major version or newer and the package does not exist for this platform.
 * Throws an Error that says what to do when neither is there.
 */
export function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', binary);
  if (existsSync(path)) return path;
  if (Number(process.versions.node.split('.')[0]) >= pinnedMajor) return process.execPath;
  throw new Error(
    `Node.js ${pinnedMajor} is needed and ${path} does not exist (this is Node.js ${process.versions.node}). ` +
      `Run "npm ci" in ${root}, or run this command with Node.js ${pinnedMajor}.`,
  );
}

/**
 * Installs the packages of package-lock.json when they are not there: `npm ci` with every install script off (nothing
 * of ours needs one). Returns `'fresh'` when nothing was to do, `'installed'` otherwise.
 * The fast path reads two files. Throws an Error when npm fails.
 * @param {{ say?: (line: string) => void }} [options] `say` is told what is about to be done
 */
export async function ensureInstalled({ say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.strongroom-stamp');
  if (readText(stamp) === wanted) return 'fresh';
  if (matchesLock(lock)) {
    writeFileSync(stamp, wanted);
    return 'fresh';
  }
  say('Installing packages (npm ci) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // NODE_ENV=production would leave out what builds the console; engine warnings are about the Node.js that runs npm,
  // not about the pinned one that runs the packages.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  await run(npm, [...args, '--loglevel=error'], root, 'npm ci');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return 'installed';
}

/**
 * Builds the web console when its sources, the contract or the lock file differ from what the last build was made of.
 * Returns `'fresh'`, `'built'`, or `'absent'` when this checkout has no console to build. Throws when the build fails.
 * @param {{ say?: (line: string) => void }} [options]
 */
export async function ensureConsoleBuilt({ say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const web = join(root, 'apps', 'web');
  if (!existsSync(join(web, 'vite.config.ts'))) return 'absent';
  const wanted = hashTree([web, join(root, 'packages', 'contract'), join(root, 'package-lock.json')]);
  const stamp = join(web, 'dist', '.strongroom-stamp');
  if (readText(stamp) === wanted && existsSync(join(web, 'dist', 'index.html'))) return 'fresh';
  say('Building the console ...');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  await run(pinnedNode(), [vite, 'build', '--logLevel', 'warn'], web, 'The console build');
  writeFileSync(stamp, wanted);
  return 'built';
}

/**
 * Whether node_modules already holds what the lock file asks for, by npm's own record of it. It keeps a checkout whose
 * owner ran `npm ci` or `npm install` by hand from being emptied and filled again.
 */
function matchesLock(lock) {
  const record = readText(join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  try {
    const wanted = JSON.parse(lock.toString('utf8')).packages;
    const have = JSON.parse(record).packages;
    for (const [path, entry] of Object.entries(wanted)) {
      if (path === '' || !path.includes('node_modules/')) continue;
      const installed = have[path];
      if (installed === undefined) {
        if (entry.optional === true) continue;
        return false;
      }
      if (installed.version !== entry.version || installed.integrity !== entry.integrity) return false;
    }
    return Object.keys(have).every((path) => path in wanted);
  } catch {
    return false;
  }
}

/** sha256 over names and contents of the files under the given paths; what is built or installed is left out. */
function hashTree(paths) {
  const hash = createHash('sha256');
  const visit = (path, isDirectory) => {
    if (!isDirectory) {
      hash.update(`${relative(root, path)}\0`).update(createHash('sha256').update(readFileSync(path)).digest());
      return;
    }
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name === 'dist' || entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
      if (/\.test\.tsx?$/.test(entry.name)) continue;
      if (entry.isDirectory() || entry.isFile()) visit(join(path, entry.name), entry.isDirectory());
    }
  };
  for (const path of paths) visit(path, !path.endsWith('.json'));
  return hash.digest('hex');
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function run(command, args, cwd, title) {
  return new Promise((resolve, reject) => {
    // Output goes to stderr: stdout belongs to the command that asked.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${title} failed (${signal ?? `exit status ${code}`}).`));
    });
  });
}
