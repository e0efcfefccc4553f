// needs: openssl
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeCertificate, type Made } from '../../apps/server/test/certificates.ts';
import { ask, makePlace, signIn, type Place, type Running } from '../start/program.ts';

const fingerprintOf = async (made: Made): Promise<string> =>
  Buffer.from(await made.x509.getThumbprint('SHA-256'))
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$&:');

describe('the server’s certificate', () => {
  let place: Place;
  let server: Running;
  let session: { cookie: string; csrf: string };
  const file = (name: string, content: string): string => {
    const path = join(place.base, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const shown = async (): Promise<string | undefined> => (await ask(server.url, 'GET', '/healthz')).fingerprint;
  const install = (body: unknown) => ask(server.url, 'PUT', '/api/v1/server/certificate', { ...session, body });

  async function opened(options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port), ...options });
    await once(socket, 'secureConnect');
    return socket;
  }

  beforeAll(async () => {
    place = await makePlace({ STRONGROOM_REDIRECT_PORT: '0' }, { from: 'set-up' });
    server = await place.start();
    session = await signIn(server.url);
  });
  afterAll(() => place.remove());

  it('is replaced from the console by PEM, at once, while sessions and open connections go on [INS-03]', async () => {
    const before = await shown();
    const open = await opened({ rejectUnauthorized: false });
    expect(open.getPeerX509Certificate()?.fingerprint256).toBe(before);
    const made = await makeCertificate({ name: 'localhost' });
    const answer = await install({ format: 'pem', content: `${made.cert}${made.key}` });
    expect([answer.status, answer.body['source']]).toEqual([200, 'installed']);
    expect(answer.text).not.toContain('PRIVATE');
    expect(await shown()).toBe(await fingerprintOf(made));
    expect((await ask(server.url, 'GET', '/api/v1/session', session)).status).toBe(200);
    // A client that trusts it and asks for its name is content.
    (await opened({ ca: made.cert, servername: 'localhost' })).destroy();
    // The connection that was open before still answers.
    open.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [data] = (await once(open, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1.1 200 /);
    open.destroy();
  });

  it('is replaced from the command line by PKCS#12 while the server runs, and by PEM in two files while it does not [INS-03]', async () => {
    const made = await makeCertificate();
    const password = file('p12-password', "it's $1\n");
    execFileSync('openssl', [
      ...['pkcs12', '-export', '-in', file('c.pem', made.cert), '-inkey', file('k.pem', made.key)],
      ...['-passout', `file:${password}`, '-out', join(place.base, 'c.p12')],
    ]);
    const wrong = await place.run([
      'cert',
      'install',
      join(place.base, 'c.p12'),
      '--password-file',
      file('wrong', 'no\n'),
    ]);
    expect(wrong).toEqual({ code: 1, stdout: '', stderr: 'The password is wrong. Nothing was changed.\n' });
    expect(await shown()).not.toBe(await fingerprintOf(made));
    const done = await place.run(['cert', 'install', join(place.base, 'c.p12'), '--password-file', password, '--json']);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      ok: true,
      certificate: { fingerprint: await fingerprintOf(made) },
    });
    await vi.waitFor(async () => expect(await shown()).toBe(await fingerprintOf(made)), { timeout: 10_000 });
    expect((await ask(server.url, 'GET', '/api/v1/session', session)).status).toBe(200);

    expect(await server.stop()).toBe(0);
    const later = await makeCertificate();
    const offline = await place.run([
      'cert',
      'install',
      file('c2.pem', later.cert),
      '--key',
      file('k2.pem', later.key),
    ]);
    expect(offline).toMatchObject({ code: 0, stderr: '' });
    server = await place.start();
    expect(await shown()).toBe(await fingerprintOf(later));
    expect((await ask(server.url, 'GET', '/api/v1/session', session)).status).toBe(200);
    expect(JSON.parse((await place.run(['doctor', '--json'])).stdout)).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ what: 'certificate', level: 'ok' })]),
    });
    const trail = await place.sql<{ action: string; outcome: string }>(
      `select action, outcome from strongroom.audit_event where action like 'certificate.install%' order by id`,
    );
    expect(trail.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'certificate.install done',
      'certificate.install-by-command refused',
      'certificate.install-by-command done',
      'certificate.install-by-command done',
    ]);
  });

  it('is never half replaced: what is wrong is said, and the former is served on [INS-03]', async () => {
    const before = await shown();
    const [one, other] = [await makeCertificate(), await makeCertificate()];
    const answer = await install({ format: 'pem', content: `${one.cert}${other.key}` });
    expect([answer.status, answer.body['code'], answer.body['detail']]).toEqual([
      422,
      'certificate-unfit',
      'The private key does not belong to the certificate.',
    ]);
    expect(await shown()).toBe(before);
    expect(existsSync(join(place.home, 'tls', 'installed.pem.new'))).toBe(false);
    expect(readFileSync(join(place.home, 'tls', 'installed.pem'), 'utf8')).not.toContain(one.cert.split('\n')[1]);
  });

  it('is spoken for by TLS 1.2 and 1.3 only [INS-03]', async () => {
    const reached = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({
          host: '127.0.0.1',
          port: Number(new URL(server.url).port),
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          // This client must be willing, or it would be the one that refuses.
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.once('secureConnect', () => (resolve(socket.getProtocol() ?? ''), socket.destroy()));
        socket.once('error', (error) => resolve('code' in error ? String(error.code) : 'refused'));
      });
    expect(await reached('TLSv1.3')).toBe('TLSv1.3');
    expect(await reached('TLSv1.2')).toBe('TLSv1.2');
    expect(await reached('TLSv1.1')).toMatch(/PROTOCOL_VERSION/);
  });

  it('is where plain HTTP sends browsers, and nothing is served without it [INS-03]', async () => {
    const said = server.stderr.map((line) => JSON.parse(line) as { msg: string; port?: number });
    const port = said.find(({ msg }) => msg === 'plain HTTP is sent to HTTPS')?.port ?? 0;
    const plain = (method: string, path: string, host = `localhost:${port}`): Promise<{ status: number; to: string }> =>
      new Promise((resolve, reject) => {
        const going = request({ host: '127.0.0.1', port, method, path, headers: { host } }, (reply) => {
          reply.resume();
          resolve({ status: reply.statusCode ?? 0, to: reply.headers.location ?? '' });
        });
        going.on('error', reject);
        going.end();
      });
    const https = `https://localhost:${new URL(server.url).port}`;
    expect(await plain('GET', '/home?a=1')).toEqual({ status: 308, to: `${https}/home?a=1` });
    // A path that looks like another host stays a path; a host that is none is not repeated.
    expect(await plain('GET', '//evil.example/')).toEqual({ status: 308, to: `${https}//evil.example/` });
    expect((await plain('GET', '/', 'evil.example/@x')).to).toBe(`${https}/`);
    expect(await plain('POST', '/api/v1/session')).toEqual({ status: 403, to: '' });
  });
});
