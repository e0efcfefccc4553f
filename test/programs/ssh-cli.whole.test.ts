import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleet, type Fleet } from '../lab/fleet.ts';
import { client } from '../lib/client.ts';
import { startServer, type TestServer } from '../lib/server.ts';

const run = promisify(execFile);

let server: TestServer;
let fleet: Fleet;
let folder: string;
let door: { port: number; hostKey: string; fingerprint: string };
let mine: ReturnType<typeof client>;
const ids = { account: '', root: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-ssh-cli-'));
  const [started, hosts] = await Promise.all([startServer({ STRONGROOM_SSH_CLI_PORT: '0' }), startFleet(1)]);
  [server, fleet] = [started, hosts];
  door = await server.call('GET', '/server/ssh-command-line');
  for (const kind of ['rsa', 'ed25519', 'other'])
    await run('ssh-keygen', ['-q', '-t', kind === 'other' ? 'ecdsa' : kind, '-N', '', '-f', join(folder, kind)]);
  // What administrators do to a machine once: the host key is known, and nothing is offered but the key that a line names.
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${String(door.port)} ${door.hostKey}\n`);
  await writeFile(
    join(folder, 'config'),
    [
      'Host test-server test-secondary-server',
      '  HostName 127.0.0.1',
      `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
      '  StrictHostKeyChecking yes',
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      '',
    ].join('\n'),
  );
  const { user, token: given } = await server.call<{ user: { id: string }; token: string }>('POST', '/api-users', {
    username: 'test',
    fullName: 'The application on test-server',
    host: '127.0.0.1',
    role: 'password-administrator',
    expiresAt: null,
    sshKey: await readFile(join(folder, 'rsa.pub'), 'utf8'),
  });
  mine = client(() => ({ url: server.url, token: given }));
  const host = fleet.hosts[0];
  const resource = await server.call<{ id: string }>('POST', '/resources', {
    name: 'test-server',
    type: 'Linux',
    dnsName: host?.host ?? '',
    accounts: [
      { username: 'root', password: 'Root-Pw-0' },
      { username: 'svcapp', password: 'Svc-Pw-0' },
    ],
  });
  const { items } = await server.call<{ items: { id: string; username: string }[] }>(
    'GET',
    `/accounts?resourceId=${resource.id}`,
  );
  ids.root = items.find(({ username }) => username === 'root')?.id ?? '';
  ids.account = items.find(({ username }) => username === 'svcapp')?.id ?? '';
  await server.call('PUT', `/resources/${resource.id}/reset`, {
    reset: { settings: { port: host?.port ?? 0, loginWith: 'another account' }, adminAccountId: ids.root },
  });
  await server.call('POST', `/resources/${resource.id}/shares`, {
    set: [{ to: { kind: 'user', id: user.id }, permission: 'modify' }],
  });
});
afterAll(async () => {
  mine?.close();
  await Promise.all([server?.stop(), fleet?.stop(), rm(folder, { recursive: true, force: true })]);
});

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}
/** Runs a line of a shell; quotes are the shell's to read. */
const shell = (line: string): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile('/bin/bash', ['-s'], { timeout: 60_000 }, (error, out, err) => {
      resolve({ out, err, status: error ? Number(error.code ?? -1) : 0 });
    });
    child.stdin?.end(`${line}\n`);
  });
/** Runs a line of the manual as it stands, but for port and paths. */
const manual = (line: string, key = 'rsa'): Promise<Ran> =>
  shell(
    line
      .replace(/^ssh/, `ssh -F ${join(folder, 'config')}`)
      .replace('-p 5522', `-p ${String(door.port)}`)
      .replace('/home/guest/id_rsa', join(folder, key)),
  );
const retrieve =
  'ssh -q -p 5522 test@test-server -i /home/guest/id_rsa RETRIEVE --resource=test-server --account=svcapp --reason=Testing password retrieval using ssh client API --ticketid=7';

describe('the manual’s lines, with OpenSSH [API-04]', () => {
  it('retrieve a password, alone or with the organisation’s name', async () => {
    expect(await manual(retrieve)).toEqual({ out: 'Svc-Pw-0\r\n', err: '', status: 0 });
    expect(await manual(retrieve.replace(' test@', ' "Northwind IT/test"@'))).toEqual({
      out: 'Svc-Pw-0\r\n',
      err: '',
      status: 0,
    });
    // Of the chapter on a second server: without a ticket.
    expect(
      await manual(
        'ssh -q -p 5522 test@test-secondary-server -i /home/guest/id_rsa RETRIEVE --resource=test-server --account=root --reason=Testing password retrieval using ssh client API',
      ),
    ).toEqual({ out: 'Root-Pw-0\r\n', err: '', status: 0 });
  });
  it('reset a password in the vault, as the manual glues its options', async () => {
    const line =
      'ssh -q -p 5522 test@test-server -i /home/guest/id_rsa RESET_LOCAL --resource=test-server --account=svcapp--newpassword=rootnew --reason=Rotating Password --ticketid=7';
    expect(await manual(line)).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^The password does not meet the policy\./) as string,
    });
    expect(await manual(line.replace('rootnew', `'It is -- a "New" one, ünd 22€!'`))).toEqual({
      out: 'Password changed successfully\r\n',
      err: '',
      status: 0,
    });
    expect((await manual(retrieve)).out).toBe('It is -- a "New" one, ünd 22€!\r\n');
  });
  it('reset a password on the machine', async () => {
    const line =
      'ssh -q -p 5522 test@test-server -i /home/guest/id_rsa RESET_REMOTE --resource=test-server --account=svcapp --newpassword=Remote-New-4711-pw! --reason=Rotating Password --ticketid=7';
    expect(await manual(line)).toEqual({ out: 'Password changed successfully\r\n', err: '', status: 0 });
    expect(await fleet.canLogIn(1, 'svcapp', 'Remote-New-4711-pw!')).toBe(true);
    expect((await manual(retrieve)).out).toBe('Remote-New-4711-pw!\r\n');
  });
  it('create a resource with an account', async () => {
    const line =
      'ssh -q -p 5522 test@test-server -i /home/guest/id_rsa CREATE --resource=testresource --account=testaccount --newpassword=test password--resourcetype=Windows --notes=A New resource is added';
    const made = { out: 'Resource testresource has been added successfully\r\n', err: '', status: 0 };
    expect(await manual(line)).toEqual(made);
    expect((await manual(retrieve.replace('=test-server', '=testresource').replace('svcapp', 'testaccount'))).out).toBe(
      'test password\r\n',
    );
    expect(await manual(line)).toEqual({ out: '', err: 'Resource already exists\r\n', status: 1 });
    expect(await mine.call('GET', '/accounts?username=testaccount')).toMatchObject({
      items: [{ notes: 'A New resource is added', resourceName: 'testresource' }],
    });
  });
  it('sign nobody in with another key, and the trail has it', async () => {
    const { out, status } = await manual(retrieve, 'other');
    expect({ out, status }).toEqual({ out: '', status: 255 });
    await expect
      .poll(
        async () =>
          (
            await server.call<{ items: { outcome: string; objectName: string; client: string }[] }>(
              'GET',
              '/audit?action=identity.sign-in',
            )
          ).items.find(({ outcome }) => outcome === 'refused'),
        { timeout: 5000 },
      )
      .toMatchObject({ objectName: 'test', client: expect.stringMatching(/^SSH command line, OpenSSH/) as string });
  });
  it('are held to approval and to a check-out, as people are', async () => {
    const [ada] = (await server.call<{ items: { id: string }[] }>('GET', '/users?search=ada')).items;
    await server.call('PUT', `/accounts/${ids.account}/access-control`, {
      control: { approverIds: [ada?.id], automatic: 'always' },
    });
    expect(await manual(retrieve)).toMatchObject({
      out: '',
      status: 1,
      err: expect.stringMatching(/^Access to this is controlled/) as string,
    });
    await mine.call('POST', `/accounts/${ids.account}/request`, { reason: 'nightly job' });
    await mine.call('POST', `/accounts/${ids.account}/check-out`, {});
    expect((await manual(retrieve)).out).toBe('Remote-New-4711-pw!\r\n');
    await mine.call('POST', `/accounts/${ids.account}/check-in`, {});
    await server.call('POST', `/accounts/${ids.account}/request`, { reason: 'by hand' });
    await server.call('POST', `/accounts/${ids.account}/check-out`, {});
    const out = await manual(retrieve);
    expect(out).toMatchObject({ out: '', status: 1 });
    expect(out.err).not.toContain('Remote-New');
    const reset = await manual(
      'ssh -q -p 5522 test@test-server -i /home/guest/id_rsa RESET_LOCAL --resource=test-server --account=svcapp --newpassword=Taken-Over-4711-pw!',
    );
    expect(reset).toMatchObject({ out: '', status: 1 });
  });
  it('leave no password in the log, and meet the key that the console shows', async () => {
    const file = join(server.home, 'ssh', 'ssh_host_key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await run('ssh-keygen', ['-lf', file])).stdout).toContain(door.fingerprint);
    expect(server.lines.join('\n')).toContain('the SSH command line is open');
    expect(server.lines.join('\n')).not.toMatch(/Svc-Pw-0|Remote-New|a "New" one|test password|Taken-Over/);
  });
});
