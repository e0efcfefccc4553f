import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addTrustedCertificates,
  installCertificate,
  listTrustedCertificates,
  readCertificate,
  removeTrustedCertificate,
} from '@strongroom/contract';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type Made, type Wanted } from '../../test/certificates.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { openPkcs12 } from '../platform/pkcs12.ts';
import { trustOf } from './index.ts';

let w: World;
let admin: Actor;
let folder: string;
const servers: Server[] = [];
beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
  folder = mkdtempSync(join(tmpdir(), 'sr-trust-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(async () => {
  await w.close();
  rmSync(folder, { recursive: true, force: true });
});

const install = (content: string, password = '', format: 'pem' | 'pkcs12' = 'pem') =>
  w.invoke(installCertificate, admin, { format, content, password });
const fingerprintOf = async (made: Made): Promise<string> =>
  Buffer.from(await made.x509.getThumbprint('SHA-256'))
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$&:');

/** A PKCS#12 file as tools export it. */
function pkcs12(made: Made, password: string, more: readonly string[] = []): string {
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('c.pem'), made.cert);
  writeFileSync(at('k.pem'), made.key);
  writeFileSync(at('p'), password);
  execFileSync('openssl', [
    'pkcs12',
    '-export',
    '-in',
    at('c.pem'),
    '-inkey',
    at('k.pem'),
    '-passout',
    `file:${at('p')}`,
    '-out',
    at('o.p12'),
    ...more,
  ]);
  return readFileSync(at('o.p12')).toString('base64');
}

describe('certificate.read', () => {
  it('shows the self-signed certificate of the first start as what it is', async () => {
    expect(await w.invoke(readCertificate, admin, {})).toMatchObject({
      source: 'self-signed',
      chain: [],
      certificate: { selfSigned: true, key: 'ECDSA P-256', names: expect.arrayContaining(['localhost', '127.0.0.1']) },
    });
  });
});

describe('certificate.install', () => {
  it('takes a PEM text in any order, puts its chain right, keeps the key to itself, and records who did it', async () => {
    const root = await makeCertificate({ name: 'Root', dns: [], ca: true });
    const middle = await makeCertificate({ name: 'Middle', dns: [], ca: true, by: root });
    const leaf = await makeCertificate({
      name: 'vault.example',
      dns: ['vault.example', 'v2.example'],
      ip: ['192.0.2.9'],
      by: middle,
    });
    const shown = await install(`${root.cert}${leaf.key}${middle.cert}${leaf.cert}`);
    expect(shown).toMatchObject({
      source: 'installed',
      certificate: {
        subject: 'O=Test, CN=vault.example',
        issuer: 'O=Test, CN=Middle',
        names: ['vault.example', 'v2.example', '192.0.2.9'],
        fingerprint: await fingerprintOf(leaf),
        key: 'ECDSA P-256',
        selfSigned: false,
      },
    });
    expect(shown.chain.map(({ subject }) => subject)).toEqual(['O=Test, CN=Middle']);
    expect(await w.invoke(readCertificate, admin, {})).toEqual(shown);
    expect(JSON.stringify(shown)).not.toContain('PRIVATE');
    const [event] = (await w.audit('certificate.install')).slice(-1);
    expect(event).toMatchObject({ outcome: 'done', actor_name: 'admin', object_id: await fingerprintOf(leaf) });
    expect(JSON.stringify(event)).not.toContain(leaf.key.split('\n')[1]);
    const file = join(w.home, 'tls', 'installed.pem');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });

  it.each([
    ['as it is exported today', []],
    ['as older systems export it', ['-legacy']],
  ])('takes a PKCS#12 file %s, with a password of any letters', async (_, more) => {
    const made = await makeCertificate();
    const shown = await install(pkcs12(made, "pä'ss $1", more), "pä'ss $1", 'pkcs12');
    expect(shown.certificate.fingerprint).toBe(await fingerprintOf(made));
  });

  it('takes an encrypted key with its password', async () => {
    const made = await makeCertificate();
    writeFileSync(join(folder, 'plain.pem'), made.key);
    writeFileSync(join(folder, 'pw'), 'open sesame');
    const key = execFileSync('openssl', [
      'pkcs8',
      '-topk8',
      '-in',
      join(folder, 'plain.pem'),
      '-passout',
      `file:${join(folder, 'pw')}`,
    ]).toString();
    await expect(install(`${made.cert}${key}`)).rejects.toMatchObject({
      detail: expect.stringMatching(/protected by a password/),
    });
    await expect(install(`${made.cert}${key}`, 'wrong')).rejects.toMatchObject({
      detail: expect.stringMatching(/password is wrong/),
    });
    expect((await install(`${made.cert}${key}`, 'open sesame')).certificate.fingerprint).toBe(
      await fingerprintOf(made),
    );
  });

  it.each<[string, Wanted, RegExp]>([
    ['that has expired', { to: -0.5 }, /^The certificate expired on/],
    ['that is not valid yet', { from: 30 }, /not valid before/],
    ['with a short RSA key', { key: 1024 }, /RSA of 1024 bits/],
    ['with a key that browsers do not take', { key: 'Ed25519' }, /ed25519/],
    ['without a host name', { dns: [] }, /names no host/],
    ['for clients', { usage: x509.ExtendedKeyUsage.clientAuth }, /not for servers/],
  ])('refuses a certificate %s, and keeps the former', async (_, wanted, says) => {
    const before = readFileSync(join(w.home, 'tls', 'installed.pem'), 'utf8');
    const made = await makeCertificate(wanted);
    await expect(install(`${made.cert}${made.key}`)).rejects.toMatchObject({
      code: 'certificate-unfit',
      detail: expect.stringMatching(says),
    });
    expect(readFileSync(join(w.home, 'tls', 'installed.pem'), 'utf8')).toBe(before);
    expect((await w.audit('certificate.install')).at(-1)).toMatchObject({
      outcome: 'refused',
      details: { code: 'certificate-unfit' },
    });
  });

  it('refuses a certificate signed with SHA-1', async () => {
    const root = await makeCertificate({ name: 'Root', ca: true });
    const made = await makeCertificate({ by: root, hash: 'SHA-1' });
    await expect(install(`${made.cert}${made.key}`)).rejects.toMatchObject({
      detail: expect.stringMatching(/weak algorithm/),
    });
  });

  it('refuses a key of another certificate, no key, two keys, no certificate, a wrong password, and what is no such file', async () => {
    const [one, other] = [await makeCertificate(), await makeCertificate()];
    const file = pkcs12(one, 'right');
    const refusals: [string, string, 'pem' | 'pkcs12', RegExp][] = [
      [`${one.cert}${other.key}`, '', 'pem', /does not belong/],
      [one.cert, '', 'pem', /no private key/],
      [`${one.cert}${one.key}${other.key}`, '', 'pem', /several private keys/],
      [one.key, '', 'pem', /no certificate/],
      [file, 'wrong', 'pkcs12', /^The password is wrong/],
      [file, '', 'pkcs12', /^The password is wrong/],
      [Buffer.from('nonsense').toString('base64'), 'x', 'pkcs12', /no PKCS#12 file/],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '', 'pem', /./],
    ];
    for (const [content, password, format, says] of refusals)
      await expect(install(content, password, format)).rejects.toMatchObject({
        code: 'certificate-unfit',
        detail: expect.stringMatching(says),
      });
  });

  it('says what to do where openssl is not installed', async () => {
    await expect(openPkcs12(Buffer.from('x'), '', [])).rejects.toThrow(
      /does not have\. Install it, or bring the certificate and key as PEM/,
    );
  });

  it('takes the file back when the event cannot be written', async () => {
    const file = join(w.home, 'tls', 'installed.pem');
    const before = readFileSync(file, 'utf8');
    const made = await makeCertificate();
    await w.sql(
      `create function public.refuse_install() returns trigger language plpgsql as $$ begin
         if new.action = 'certificate.install' and new.outcome = 'done' then raise exception 'the trail is full'; end if; return new; end $$`,
    );
    await w.sql(
      `create trigger refuse_install before insert on strongroom.audit_event for each row execute function public.refuse_install()`,
    );
    try {
      await expect(install(`${made.cert}${made.key}`)).rejects.toThrow();
    } finally {
      await w.sql('drop trigger refuse_install on strongroom.audit_event');
    }
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(w.tls.current().certificates[0]?.fingerprint256).not.toBe(await fingerprintOf(made));
  });
});

describe('trusted certificates', () => {
  const add = (pem: string) => w.invoke(addTrustedCertificates, admin, { pem });
  const list = async () => (await w.invoke(listTrustedCertificates, admin, {})).items;

  /** Whether a TLS client of the product, with the organisation's trust, accepts a server that shows this. */
  async function accepted(made: Made, servername = 'mail.example'): Promise<string> {
    const server = createServer({ cert: made.cert, key: made.key }, (socket) => socket.end()).listen(0, '127.0.0.1');
    servers.push(server);
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const trust = await w.database.asOrganisation(w.organisationId, trustOf);
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername, ...trust });
    return new Promise((resolve) => {
      socket.once('secureConnect', () => (resolve('accepted'), socket.destroy()));
      socket.once('error', (error) => resolve('code' in error ? String(error.code) : 'failed'));
    });
  }

  it('let an authority, a server’s own certificate and an intermediate be trusted, from the next connection until they are removed', async () => {
    const root = await makeCertificate({ name: 'Company Root', dns: [], ca: true });
    const middle = await makeCertificate({ name: 'Company Middle', dns: [], ca: true, by: root });
    const fromRoot = await makeCertificate({ name: 'mail.example', by: root });
    const fromMiddle = await makeCertificate({ name: 'mail.example', by: middle });
    const own = await makeCertificate({ name: 'mail.example' });
    expect(await accepted(fromRoot)).not.toBe('accepted');
    expect(await accepted(own)).not.toBe('accepted');
    expect(await accepted(fromMiddle)).not.toBe('accepted');
    const made = await add(`${root.cert}`);
    expect(made).toMatchObject({ added: 1, items: [{ subject: 'O=Test, CN=Company Root', selfSigned: true }] });
    expect(await accepted(fromRoot)).toBe('accepted');
    expect(await accepted(own)).not.toBe('accepted');
    await add(own.cert);
    expect(await accepted(own)).toBe('accepted');
    expect(await accepted(own, 'other.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    await add(middle.cert);
    expect(await accepted(fromMiddle)).toBe('accepted');
    expect((await add(root.cert)).added).toBe(0);
    for (const { id } of await list()) await w.invoke(removeTrustedCertificate, admin, { trustedCertificateId: id });
    expect(await accepted(fromRoot)).not.toBe('accepted');
    expect((await w.audit('trusted-certificate.remove')).at(-1)).toMatchObject({ outcome: 'done' });
  });

  it('refuses what holds a private key, no certificate, or one that has expired, and adds none of them', async () => {
    const [good, old] = [await makeCertificate(), await makeCertificate({ name: 'old', to: -0.5 })];
    for (const [pem, says] of [
      [`${good.cert}${good.key}`, /private key/],
      ['hello', /no PEM certificate/],
      [`${good.cert}${old.cert}`, /expired/],
    ] as const)
      await expect(add(pem)).rejects.toMatchObject({ code: 'certificate-unfit', detail: expect.stringMatching(says) });
    expect(await list()).toEqual([]);
  });

  it('hides another organisation’s', async () => {
    await add((await makeCertificate()).cert);
    const foreign = await w.people.foreign.actor();
    expect((await w.invoke(listTrustedCertificates, foreign, {})).items).toEqual([]);
    const [{ id } = { id: '' }] = await list();
    await expect(
      w.invoke(removeTrustedCertificate, foreign, { trustedCertificateId: id as never }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
