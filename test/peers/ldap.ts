import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Attribute, Change, Client } from 'ldapts';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { ownAddress } from '../lab/own-address.ts';
import { startLdapProxy } from '../lab/ldap-proxy.ts';
import type { Peer } from './peer.ts';

const run = promisify(execFile);
const suffix = 'dc=example,dc=lan';
const root = { dn: `cn=root,${suffix}`, password: 'Ldap-Root-0' };
const admin = { username: `cn=pam,${suffix}`, password: 'Pam-Ldap-0' };

/** What a slapd offers beside the contract of all peers. */
export interface LdapPeer extends Peer {
  /** LDAP in clear text and with StartTLS, and LDAPS, without the proxy between. */
  readonly plainPort: number;
  readonly directPort: number;
  /** Another authority's certificate, for what must not be trusted. */
  readonly stranger: string;
  /** Changes attributes of an entry as the directory's own superuser. */
  replace(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** Whether a bind is granted, as slapd's own word. */
  letsIn(dn: string, password: string): Promise<boolean>;
}

/**
 * OpenLDAP's own slapd with a password policy: 8 characters at least, three wrong passwords lock, three former ones are
 * refused. It hashes what it is given. Needs the Debian package slapd. It ends when the process ends that started it.
 */
export async function startPeer(): Promise<LdapPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-slapd-'));
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'ldap.example.lan', ip: [address], by: authority });
  const [plainPort, directPort] = [3389, 3636];
  await mkdir(join(dir, 'db'));
  await writeFile(join(dir, 'ca.pem'), authority.cert);
  await writeFile(join(dir, 'cert.pem'), pair.cert);
  await writeFile(join(dir, 'key.pem'), pair.key);
  await writeFile(join(dir, 'slapd.conf'), configuration(dir));
  await writeFile(join(dir, 'seed.ldif'), seed);
  await run('/usr/sbin/slapadd', ['-q', '-f', join(dir, 'slapd.conf'), '-l', join(dir, 'seed.ldif')]);
  // setpriv lets the kernel end it with us, whatever becomes of us.
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--', '/usr/sbin/slapd', '-d', '0', '-f', join(dir, 'slapd.conf')],
      ...['-h', `ldap://${address}:${String(plainPort)}/ ldaps://${address}:${String(directPort)}/`],
    ],
    { stdio: 'ignore' },
  );
  await answering(address, directPort);
  const proxy = await startLdapProxy({
    host: address,
    server: { host: address, port: directPort },
    cert: pair.cert,
    key: pair.key,
    authority: authority.cert,
  });
  const client = new Client({ url: `ldap://${address}:${String(plainPort)}`, autoRebind: true });
  await client.bind(root.dn, root.password);
  let made = 0;

  const read = async (dn: string, attribute: string): Promise<readonly string[]> => {
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [attribute] });
    return [searchEntries[0]?.[attribute] ?? []].flat().map((value) => value.toString());
  };
  return {
    host: address,
    settings: { port: proxy.port },
    trusted: [authority.cert],
    stranger: (await makeCertificate({ name: 'Other authority', ca: true, dns: [] })).cert,
    admin,
    plainPort,
    directPort,
    async accounts(count) {
      const fresh = Array.from({ length: count }, () => {
        made += 1;
        return { uid: `u${String(made)}`, password: `First-Word-${String(made)}` };
      });
      for (const { uid, password } of fresh)
        await client.add(`uid=${uid},ou=people,${suffix}`, {
          objectClass: ['inetOrgPerson'],
          uid,
          cn: uid,
          sn: uid,
          userPassword: password,
        });
      return fresh.map(({ uid, password }) => ({ username: `uid=${uid},ou=people,${suffix}`, password }));
    },
    async isPassword(username, password) {
      const [stored = ''] = await read(username, 'userPassword');
      const salted = Buffer.from(/^\{SSHA\}(.+)$/.exec(stored)?.[1] ?? '', 'base64');
      if (salted.length <= 20) throw new Error('slapd did not hash this password');
      const hash = createHash('sha1').update(password).update(salted.subarray(20)).digest();
      return hash.equals(salted.subarray(0, 20));
    },
    async failures(username) {
      return (await read(username, 'pwdFailureTime')).length;
    },
    cutAfterSetting: (on) => {
      proxy.cutAfterSetting(on);
    },
    async letsIn(dn, password) {
      const asked = new Client({ url: `ldap://${address}:${String(plainPort)}` });
      try {
        await asked.bind(dn, password);
        return true;
      } catch {
        return false;
      } finally {
        await asked.unbind();
      }
    },
    async replace(dn, attributes) {
      const changes = Object.entries(attributes).map(
        ([type, values]) =>
          new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) }),
      );
      await client.modify(dn, changes);
    },
    async stop() {
      await client.unbind();
      await proxy.stop();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
      release();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Waits until somebody listens. */
export async function answering(host: string, port: number): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      // A refusal comes at once: wait a moment before the next question.
      socket.once('error', () => setTimeout(resolve, 20, false));
    });
    if (answered) return;
    if (Date.now() > end) throw new Error(`nobody answers at ${host}:${String(port)}`);
  }
}

const configuration = (dir: string): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile ${dir}/ca.pem
TLSCertificateFile ${dir}/cert.pem
TLSCertificateKeyFile ${dir}/key.pem
TLSProtocolMin 3.3
sizelimit unlimited
database mdb
maxsize 67108864
suffix "${suffix}"
rootdn "${root.dn}"
rootpw ${root.password}
directory ${dir}/db
dbnosync
access to attrs=userPassword by self write by dn.base="${admin.username}" write by anonymous auth by * none
access to * by dn.base="${admin.username}" write by users read by * none
overlay ppolicy
ppolicy_default "cn=default,${suffix}"
ppolicy_hash_cleartext
ppolicy_use_lockout
`;

const seed = `dn: ${suffix}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,${suffix}
objectClass: organizationalUnit
ou: people

dn: ${admin.username}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: pam
userPassword: ${admin.password}

dn: cn=default,${suffix}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdInHistory: 3
pwdMaxFailure: 3
pwdLockout: TRUE
pwdMinLength: 8
pwdCheckQuality: 1
`;
