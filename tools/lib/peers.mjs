/** The real programs some suites test against, as Debian packages, and which suites must be left out without them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';
import { sourceFiles } from './sources.mjs';
import { runProgram } from './steps.mjs';

/**
 * Debian packages of the peers: real SSH and Telnet hosts and clients, database, directory and mail servers, Windows stand-ins,
 * a browser, what the documentation's lines use, certificates and who judges our TLS.
 */
const peers = [
  'openssh-server',
  'openssh-client',
  'sudo',
  'sshpass',
  'chromium-headless-shell',
  'curl',
  'python3',
  'python3-aiosmtpd',
  'openjdk-17-jdk-headless',
  'openssl',
  'testssl.sh',
  'inetutils-telnetd',
  'inetutils-inetd',
  'mariadb-server',
  'postgresql-15',
  'redis-server',
  'slapd',
  'ldap-utils',
  'samba',
  'samba-ad-dc',
  'samba-ad-provision',
  'samba-dsdb-modules',
  'samba-vfs-modules',
  'winbind',
  'smbclient',
  'freetds-bin',
];

/** Whether this is Debian or one of its children, which name their packages alike. */
export function isDebian() {
  try {
    return /^ID(_LIKE)?=.*\bdebian\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Whether this process may install packages and start daemons that change users. */
export const isRoot = () => process.getuid?.() === 0;

/**
 * The peers that are not installed. Without dpkg nothing can be said about any of them, so all are.
 * @returns {Promise<string[]>}
 */
export async function missingPeers() {
  const { output } = await runProgram('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...peers]).catch(
    () => ({ output: '' }),
  );
  const installed = new Set(output.split('\n').filter((line) => line.endsWith(' installed')));
  return peers.filter((peer) => !installed.has(`${peer} installed`));
}

/**
 * Installs the packages with apt-get, all at once and, when that fails, one by one. Says on `say` what apt-get said
 * about those it could not install; it resolves either way, and missingPeers tells what is there now.
 * @param {readonly string[]} names
 * @param {(line: string) => void} say
 */
export async function installPeers(names, say) {
  const apt = (...args) => runProgram('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', ...args]);
  const update = await apt('update');
  if (update.code !== 0) say(update.output.trimEnd());
  const install = (...some) => apt('install', '--no-install-recommends', ...some);
  if ((await install(...names)).code === 0) return;
  for (const name of names) {
    const { code, output } = await install(name);
    if (code !== 0) say(`${name} could not be installed: ${output.trimEnd().split('\n').slice(-3).join(' ')}`);
  }
}

/**
 * Splits the test files of a ring into those that can run here and those that cannot. A file says what it needs in a
 * line of its own, `// needs: root openssh-server chromium-headless-shell`; one without that line needs nothing but Node.js.
 * @param {RegExp} ending what the names of the ring's files end in
 * @param {ReadonlySet<string>} absent what is not here: names of packages, or `root`
 * @returns {{ files: string[], leftOut: { file: string, lacks: string[] }[] }}
 */
export function sortByNeeds(ending, absent, directory = root) {
  const files = [];
  const leftOut = [];
  for (const file of sourceFiles(directory, ['apps', 'packages', 'test', 'e2e'])) {
    if (!ending.test(file)) continue;
    const needs = /^\/\/ needs: (.+)$/m.exec(readFileSync(join(directory, file), 'utf8'))?.[1] ?? '';
    const lacks = needs.split(/[\s,]+/).filter((need) => absent.has(need));
    if (lacks.length > 0) leftOut.push({ file, lacks });
    else files.push(file);
  }
  return { files, leftOut };
}
