import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Attribute, Change, Client } from 'ldapts';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { startLdapProxy } from '../lab/ldap-proxy.ts';
import { ownAddress } from '../lab/own-address.ts';
import type { Peer } from './peer.ts';

const script = fileURLToPath(new URL('../lab/samba-ad.sh', import.meta.url));
const cacheDirectory = fileURLToPath(new URL('../../node_modules/.cache/strongroom/', import.meta.url));
const base = 'DC=example,DC=lan';

/** What a domain offers beside the contract of all peers. */
export interface DomainPeer extends Peer {
  /** LDAPS of the controller itself, without the proxy between. */
  readonly directPort: number;
  /** Makes one account with this sAMAccountName; its password is `First-Word-0`. */
  account(name: string): Promise<void>;
  /** Where an account is. */
  dnOf(name: string): string;
  /** Changes attributes of an account as the domain's administrator. */
  replace(name: string, attributes: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Samba as the Active Directory domain controller of EXAMPLE (example.lan): three wrong passwords lock an account for
 * half an hour, passwords have seven characters at least. Needs root and the Debian packages samba, samba-ad-dc, samba-ad-provision and
 * samba-dsdb-modules. It ends when the process ends that started it.
 * It serves LDAP, and SMB on port 445 too where `services` names s3fs and what that needs.
 */
export async function startPeer(services = 'ldap'): Promise<DomainPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-samba-'));
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'dc1.example.lan', ip: [address], by: authority });
  await writeFile(join(dir, 'ca.pem'), authority.cert);
  await writeFile(join(dir, 'cert.pem'), pair.cert);
  await writeFile(join(dir, 'key.pem'), pair.key, { mode: 0o600 });
  // A domain made by another version of the script is another one.
  const version = createHash('sha256')
    .update(await readFile(script))
    .digest('hex')
    .slice(0, 16);
  const controller = spawn(script, [dir, address, join(cacheDirectory, `samba-ad-${version}.tar`), services], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let errors = '';
    controller.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    controller.stdout.once('data', () => {
      resolve();
    });
    controller.once('error', reject);
    controller.once('exit', (code) => {
      reject(new Error(`the domain did not start (${String(code)}): ${errors}`));
    });
  });
  const proxy = await startLdapProxy({
    host: address,
    server: { host: address, port: 636 },
    cert: pair.cert,
    key: pair.key,
    authority: authority.cert,
  });
  const client = new Client({
    url: `ldaps://${address}:636`,
    tlsOptions: { ca: authority.cert },
    autoRebind: true,
  });
  await client.bind('Administrator@example.lan', 'Lab-Admin-Pw-0');

  const oracle = spawn(script, [dir, 'oracle'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const verdicts: ((line: string) => void)[] = [];
  createInterface(oracle.stdout).on('line', (line) => verdicts.shift()?.(line));

  const dnOf = (name: string): string => `CN=${name},OU=Staff,${base}`;
  /** The name without its domain. */
  const bare = (username: string): string => username.replace(/^.*\\|@.*$/g, '');
  const add = async (name: string, password: string): Promise<void> => {
    await client.add(dnOf(name), [
      new Attribute({ type: 'objectClass', values: ['user'] }),
      new Attribute({ type: 'sAMAccountName', values: [name] }),
      new Attribute({ type: 'userAccountControl', values: ['512'] }),
      new Attribute({ type: 'unicodePwd', values: [Buffer.from(`"${password}"`, 'utf16le')] }),
    ]);
  };
  let made = 0;
  return {
    host: address,
    settings: { port: proxy.port, domain: 'example.lan' },
    trusted: [authority.cert],
    admin: { username: 'EXAMPLE\\pamadmin', password: 'Pam-Admin-Pw-0' },
    directPort: 636,
    account: (name) => add(name, 'First-Word-0'),
    dnOf,
    async accounts(count) {
      const fresh = Array.from({ length: count }, () => {
        made += 1;
        return { username: `u${String(made)}`, password: `First-Word-${String(made)}` };
      });
      for (const { username, password } of fresh) await add(username, password);
      return fresh;
    },
    isPassword(username, password) {
      return new Promise((resolve) => {
        verdicts.push((line) => {
          resolve(line === 'true');
        });
        oracle.stdin.write(`${JSON.stringify({ user: bare(username), password })}\n`);
      });
    },
    async failures(username) {
      const { searchEntries } = await client.search(dnOf(bare(username)), {
        scope: 'base',
        attributes: ['badPwdCount'],
      });
      return Number(searchEntries[0]?.['badPwdCount'] ?? 0);
    },
    cutAfterSetting: (on) => {
      proxy.cutAfterSetting(on);
    },
    async replace(name, attributes) {
      const changes = Object.entries(attributes).map(
        ([type, value]) => new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }),
      );
      await client.modify(dnOf(name), changes);
    },
    async stop() {
      await client.unbind();
      await proxy.stop();
      oracle.stdin.end();
      const gone = new Promise((resolve) => controller.once('exit', resolve));
      controller.stdin.end();
      if (controller.exitCode === null) await gone;
      release();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
