// needs: python3 openssl openjdk-17-jdk-headless
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../lib/server.ts';

const run = promisify(execFile);

let server: TestServer;
let folder: string;
let port: number;
let userId: string;

/** Calls as any Python program would: the standard library's client, with the certificate that `openssl` made. Prints results and faults as JSON. */
const program = `
import json, ssl, sys, xmlrpc.client
url, server_certificate, name, calls = sys.argv[1], sys.argv[2], sys.argv[3], json.load(sys.stdin)
context = ssl.create_default_context(cafile=server_certificate)
if name != "-":
    context.load_cert_chain(name + ".crt", name + ".key")
proxy = xmlrpc.client.ServerProxy(url, context=context)
said = []
for method, params in calls:
    try:
        said.append(getattr(proxy, method)(*params))
    except xmlrpc.client.Fault as fault:
        said.append({"fault": fault.faultCode, "text": fault.faultString})
print(json.dumps(said))
`;
type Call = readonly [method: string, params: readonly (string | boolean)[]];
function python(name: string, calls: readonly Call[]): Promise<unknown[]> {
  const certificate = join(server.home, 'tls', 'server.crt');
  const address = `https://localhost:${String(port)}/xmlrpc`;
  return new Promise((resolve, reject) => {
    const child = execFile(
      'python3',
      ['-c', program, address, certificate, name === '-' ? name : join(folder, name)],
      (error, out, err) => {
        if (error) reject(new Error(err));
        else resolve(JSON.parse(out) as unknown[]);
      },
    );
    child.stdin?.end(JSON.stringify(calls));
  });
}
/** A key and a certificate of one's own, as the manual has it made. */
const openssl = (file: string, name: string) =>
  run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/O=Northwind IT/CN=${name}`],
    ...['-keyout', join(folder, `${file}.key`), '-out', join(folder, `${file}.crt`)],
  ]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-xmlrpc-'));
  [server] = await Promise.all([
    startServer({ STRONGROOM_XMLRPC_PORT: '0', STRONGROOM_HOST: 'localhost' }),
    openssl('mine', 'test'),
    openssl('forged', 'test'),
  ]);
  port = Number(server.log().find(({ msg }) => msg === 'XML-RPC is open')?.['port']);
  const made = await server.call<{ user: { id: string } }>('POST', '/api-users', {
    username: 'test@localhost',
    fullName: 'The application on test-server',
    role: 'password-administrator',
    expiresAt: null,
    certificate: await readFile(join(folder, 'mine.crt'), 'utf8'),
  });
  userId = made.user.id;
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('XML-RPC with the clients of Python and Java', () => {
  it('creates, retrieves and changes in every form, with the certificate that openssl made [API-05]', async () => {
    const password = 'Kept "as" <it> & is: ünï-27';
    const said = await python('mine', [
      ['pmp.resource.create', ['Mail-Server', 'Windows', 'administrator', 'First-Password-22', 'A note']],
      ['pmp.password.retrieve', ['Mail-Server', 'administrator']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', password, 'false']],
      ['pmp.password.retrieve', ['Mail-Server', 'administrator', 'testing', '7']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', false, '7']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', 'false', '7']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', 'true']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', 'true', '7']],
      ['pmp.password.change', ['Mail-Server', 'administrator', 'testing', 'false']],
      ['pmp.password.retrieve', ['Mail-Server', 'administrator', 'testing']],
      ['pmp.resources.create', ['Web-Server', 'Linux', 'root', 'drawn']],
      ['pmp.password.retrieve', ['No-Server', 'administrator']],
      ['pmp.no.method', []],
    ]);
    const done = { resultCode: 0, message: 'SUCCESS' };
    // `true` changes the machine too, and nobody said how this one is reached.
    const notSetUp = {
      resultCode: 1,
      message: 'The product is not set up to log in to this resource. Configure its reset settings first.',
    };
    expect(said).toEqual([
      done,
      { ...done, password: 'First-Password-22' },
      done,
      { ...done, password },
      done,
      done,
      notSetUp,
      notSetUp,
      done,
      { ...done, password: expect.any(String) as string },
      done,
      { resultCode: 1, message: 'No such account found' },
      { fault: -32601, text: 'There is no such method.' },
    ]);
    // Java, as the manual’s own wrapper is: with the PKCS#12 file that `openssl pkcs12` makes of it.
    const word = 'passtrix';
    await run('openssl', [
      ...['pkcs12', '-export', '-in', join(folder, 'mine.crt'), '-inkey', join(folder, 'mine.key')],
      ...['-out', join(folder, 'mine.p12'), '-passout', `pass:${word}`, '-name', 'PMP'],
    ]);
    const { stdout } = await run(
      'java',
      [
        // Started from its source: one process compiles and runs it, where `javac` would be another.
        ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dsun.jnu.encoding=UTF-8'],
        fileURLToPath(new URL('java/Call.java', import.meta.url)),
        `https://localhost:${String(port)}/xmlrpc`,
        ...[join(folder, 'mine.p12'), join(server.home, 'tls', 'server.crt')],
        ...[
          'pmp.password.change',
          'Mail-Server',
          'administrator',
          'testing',
          'Java <set> & kept-27',
          'false',
          '7',
          '--',
        ],
        ...['pmp.password.retrieve', 'Mail-Server', 'administrator', 'testing', '--'],
        ...['pmp.resource.create', 'Java-Server', 'Linux', 'root', 'drawn'],
      ],
      { env: { ...process.env, STORE_WORD: word } },
    );
    const success = ['resultCode=0', 'message=SUCCESS'];
    expect(stdout.trimEnd().split('\n')).toEqual([...success, ...success, 'password=Java <set> & kept-27', ...success]);
    const user = await server.call<{ credentials: { kind: string; lastUsedAt: string | null }[] }>(
      'GET',
      `/users/${userId}`,
    );
    expect(user.credentials.find(({ kind }) => kind === 'certificate')?.lastUsedAt).toEqual(expect.any(String));
  });

  it('refuses a certificate of the same name and none at all, and writes both down', async () => {
    const call: Call = ['pmp.password.retrieve', ['Mail-Server', 'administrator']];
    expect(await python('forged', [call])).toEqual([
      { fault: 401, text: 'Client certificate received is not associated to any user. Authentication failed.' },
    ]);
    expect(await python('-', [call])).toMatchObject([{ fault: 401 }]);
    const { items } = await server.call<{ items: { outcome: string; client: string | null }[] }>(
      'GET',
      '/audit?action=identity.sign-in&limit=10',
    );
    expect(items.filter(({ outcome, client }) => outcome === 'refused' && client?.includes('Python'))).toHaveLength(2);
    expect(server.lines.join('\n')).not.toMatch(/First-Password-22|Kept/);
  });
});
