import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type Made } from '../../apps/server/test/certificates.ts';
import { ask, makePlace, signIn, type Place, type Running } from '../start/program.ts';

/** As much of a mail server as it takes to hand in a mail over TLS (RFC 5321, RFC 8314). Whole mails are put into `mails`. */
function speakSmtp(socket: TLSSocket, mails: string[]): void {
  let mail: string[] | undefined;
  socket.on('error', () => undefined);
  socket.write('220 mail.test\r\n');
  createInterface(socket).on('line', (line) => {
    if (mail === undefined) {
      if (/^DATA/i.test(line)) mail = [];
      socket.write(/^DATA/i.test(line) ? '354 go on\r\n' : /^QUIT/i.test(line) ? '221 bye\r\n' : '250 ok\r\n');
    } else if (line === '.') {
      mails.push(mail.join('\n'));
      mail = undefined;
      socket.write('250 kept\r\n');
    } else mail.push(line);
  });
}

describe('a mail server that only the company’s own authority vouches for', () => {
  let place: Place;
  let server: Running;
  let session: { cookie: string; csrf: string };
  let mailServer: Server;
  let root: Made;
  const mails: string[] = [];
  const call = (method: string, path: string, body?: unknown) =>
    ask(server.url, method, `/api/v1${path}`, { ...session, ...(body === undefined ? {} : { body }) });
  let invited = 0;
  /** Whether an invitation reached the mail server. */
  async function isMailed(): Promise<unknown> {
    const username = `guest${(invited += 1)}`;
    const body = { username, fullName: username, email: `${username}@example.org`, role: 'password-user' };
    const { body: reply } = await call('POST', '/users', body);
    return (reply['invitation'] as { mailed: boolean }).mailed;
  }
  const doctorsView = async (): Promise<string | undefined> => {
    const { checks } = JSON.parse((await place.run(['doctor', '--json'])).stdout) as {
      checks: { what: string; level: string }[];
    };
    return checks.find(({ what }) => what.startsWith('mail server'))?.level;
  };

  beforeAll(async () => {
    root = await makeCertificate({ name: 'Company Root', dns: [], ca: true });
    const leaf = await makeCertificate({ name: 'localhost', by: root });
    mailServer = createServer({ cert: leaf.cert, key: leaf.key }, (socket) => {
      speakSmtp(socket, mails);
    });
    mailServer.on('tlsClientError', () => undefined);
    await once(mailServer.listen(0, 'localhost'), 'listening');
    place = await makePlace({}, { from: 'set-up' });
    server = await place.start();
    session = await signIn(server.url);
    const { port } = mailServer.address() as AddressInfo;
    const mail = { host: 'localhost', port, security: 'tls', username: '', password: '', from: 'sr@example.org' };
    expect((await call('PATCH', '/settings', { mail })).status).toBe(200);
  });
  afterAll(async () => {
    await place.remove();
    mailServer.close();
  });

  it('gets no mail until its authority is imported by command, and none after the trust has ended', async () => {
    expect(await isMailed()).toBe(false);
    expect(await doctorsView()).toBe('fail');
    expect(mails).toEqual([]);
    const file = join(place.base, 'root.pem');
    writeFileSync(file, root.cert);
    const imported = await place.run(['cert', 'import', file]);
    expect(imported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Northwind IT trusts now:\n {2}O=Test, CN=Company Root, valid until /),
    });
    expect(await isMailed()).toBe(true);
    expect(mails).toHaveLength(1);
    expect(await doctorsView()).toBe('ok');
    const { body } = await call('GET', '/trusted-certificates');
    const [trusted] = body['items'] as { id: string; subject: string }[];
    expect(trusted?.subject).toBe('O=Test, CN=Company Root');
    expect((await call('DELETE', `/trusted-certificates/${trusted?.id ?? ''}`)).status).toBe(200);
    expect(await isMailed()).toBe(false);
    expect(mails).toHaveLength(1);
  });

  it('is trusted when the authority is uploaded in the console', async () => {
    expect((await call('POST', '/trusted-certificates', { pem: root.cert })).body['added']).toBe(1);
    expect(await isMailed()).toBe(true);
  });

  it('is not trusted by a file that holds none', async () => {
    const file = join(place.base, 'nothing.pem');
    writeFileSync(file, 'nothing');
    expect(await place.run(['cert', 'import', file])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no PEM certificate in it. Nothing was changed.\n',
    });
  });
});
