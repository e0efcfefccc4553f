import { statSync } from 'node:fs';
import { connect } from 'node:net';
import {
  configureReset,
  createAccounts,
  createApiUser,
  createResource,
  shareAccount,
  updateSettings,
  updateUser,
} from '@strongroom/contract';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeTargets } from '../../../test/targets.ts';
import { loginPassword, world, type World } from '../../../test/world.ts';
import { createLog } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { sshCli, type SshCli } from './door.ts';
import type { Limits } from './guard.ts';
import { hostKeyFile, openHostKey } from './host-key.ts';

const password = 'Kq7 "quoted" \'it\' $HOME -- ünï 😀 ';
const makeKey = (): { private: string; public: string } => ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
const key = makeKey();
const other = makeKey();

let w: World;
let door: SshCli;
let port: number;
let apiUserId: string;
const lines: string[] = [];

const open = (limits: Partial<Limits> = {}): SshCli =>
  sshCli({
    database: w.database,
    perform: w.perform,
    endpoints: w.endpoints,
    log: createLog({ level: 'debug', sink: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    hostKey: openHostKey(w.home).privateKey,
    organisationId: (name) =>
      Promise.resolve(
        name === undefined || name === 'Here' ? w.organisationId : name === 'There' ? w.otherOrganisationId : undefined,
      ),
    remoteWaitMs: 300,
    limits,
  });

beforeAll(async () => {
  w = await world({ outpost: fakeTargets().outpost });
  door = open();
  port = await door.listen(0, '127.0.0.1');
  const boss = await w.people.boss.actor();
  const made = await w.invoke(createApiUser, boss, {
    username: 'backup@localhost',
    fullName: 'Backup',
    role: 'password-user',
    expiresAt: null,
    sshKey: key.public,
  });
  apiUserId = made.user.id;
  const resource = await w.invoke(createResource, boss, {
    name: 'Windows Server',
    type: 'Windows',
    dnsName: '192.0.2.1',
    accounts: [{ username: 'Administrator', password }],
  });
  const { items } = await w.invoke(createAccounts, boss, {
    resourceId: resource.id,
    accounts: [{ username: 'hidden', password: 'never-shared-77' }],
  });
  expect(items).toHaveLength(1);
  const lab = await w.invoke(createResource, boss, {
    name: 'lab',
    type: 'Linux',
    dnsName: '192.0.2.2',
    accounts: [{ username: 'root', password: 'First-Pass-111!' }],
  });
  await w.invoke(configureReset, boss, { resourceId: lab.id, reset: { settings: {} } });
  const shared = await w.sql<{ id: string }>(
    "select id from strongroom.account where username in ('Administrator', 'root')",
  );
  for (const { id } of shared)
    await w.invoke(shareAccount, boss, {
      accountId: id,
      set: [{ to: { kind: 'user', id: apiUserId }, permission: 'modify' }],
    });
}, 60_000);
afterAll(async () => {
  await door?.close();
  await w?.close();
});

/** What became of a command: what it printed where, and its exit status. */
interface Said {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}
const config = (more: ConnectConfig = {}): ConnectConfig => ({
  host: '127.0.0.1',
  port,
  username: 'backup@localhost',
  privateKey: key.private,
  ...more,
});
async function connected<T>(more: ConnectConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new ssh2.Client();
  try {
    await new Promise<void>((resolve, reject) => {
      client
        .once('ready', resolve)
        .on('error', reject)
        .once('close', () => {
          reject(new Error('closed'));
        });
      client.connect(config(more));
    });
    return await work(client);
  } finally {
    client.end();
  }
}
const exec = (client: Client, command: string): Promise<Said> =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      const said = { out: '', err: '' };
      stream.on('data', (data: Buffer) => (said.out += data.toString()));
      stream.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
      stream.once('close', (status: number) => {
        resolve({ ...said, status });
      });
    });
  });
const ask = (command: string, more: ConnectConfig = {}): Promise<Said> =>
  connected(more, (client) => exec(client, command));
const refusedLogIns = async (): Promise<{ object_name: string; client: string; actor_kind: string }[]> =>
  w.sql(
    `select object_name, client, actor_kind from strongroom.audit_event where action = 'identity.sign-in' and outcome = 'refused' order by id`,
  );

describe('the SSH command line', () => {
  it('prints a password as it stands, followed by CR LF, whatever name the user has there', async () => {
    for (const username of ['backup@localhost', 'BACKUP', 'Here/backup'])
      expect(
        await ask('RETRIEVE --resource=Windows Server --account=Administrator --reason=nightly job', { username }),
      ).toEqual({ out: `${password}\r\n`, err: '', status: 0 });
    const [event] = (await w.audit('account.reveal')).filter(({ outcome }) => outcome === 'done');
    expect(event).toMatchObject({ actor_name: 'backup@localhost', reason: 'nightly job' });
    expect(event).toMatchObject({
      address: '127.0.0.1',
      client: expect.stringMatching(/^SSH command line, ssh2js/) as string,
    });
  });

  it('says what is missing, not shared, or no command, with its own exit status', async () => {
    await connected({}, async (client) => {
      // The same words for what is not there and what is not theirs.
      for (const line of [
        '--resource=Windows Server --account=hidden',
        '--resource=Windows Server --account=x',
        '--resource=x --account=x',
      ])
        expect(await exec(client, `RETRIEVE ${line}`)).toEqual({
          out: '',
          err: 'No such account found\r\n',
          status: 1,
        });
      const { err, status } = await exec(client, 'cat /etc/passwd');
      expect({ err: err.split('\r\n')[0], status }).toEqual({
        err: 'A command begins with RETRIEVE, RESET_LOCAL, RESET_REMOTE, CREATE.',
        status: 2,
      });
      expect(await exec(client, 'CREATE --resource=new --account=root --newpassword=Made-By-Ssh-1')).toEqual({
        out: '',
        err: 'Your role does not allow this.\r\n',
        status: 1,
      });
    });
  });

  it('asks for a reason and a ticket where the organisation does', async () => {
    const boss = await w.people.boss.actor();
    const retrieve = 'RETRIEVE --resource=Windows Server --account=Administrator';
    await w.invoke(updateSettings, boss, { reasonToReveal: true, ticketToReveal: true } as never);
    try {
      expect((await ask(retrieve)).err).toBe(
        'Give a reason first: the organisation asks for one. Add --reason=TEXT.\r\n',
      );
      expect((await ask(`${retrieve} --reason=because`)).err).toBe(
        'Give a ticket id first: the organisation asks for one. Add --ticketid=ID.\r\n',
      );
      expect((await ask(`${retrieve} --reason=because --ticketid=7`)).out).toBe(`${password}\r\n`);
    } finally {
      await w.invoke(updateSettings, boss, { reasonToReveal: false, ticketToReveal: false } as never);
    }
  });

  it('changes the stored password, and says truthfully that a change on the target goes on', async () => {
    const changed = 'Second Pass -- "word" 22!';
    expect(
      await ask(
        `RESET_LOCAL --resource=Windows Server --account=Administrator--newpassword=${changed} --reason=Rotating Password`,
      ),
    ).toEqual({ out: 'Password changed successfully\r\n', err: '', status: 0 });
    expect((await ask('RETRIEVE --resource=Windows Server --account=Administrator')).out).toBe(`${changed}\r\n`);
    // Weak passwords are told of under the option's name, and never repeated.
    const weak = await ask('RESET_LOCAL --resource=Windows Server --account=Administrator --newpassword=kqkqkq');
    expect(weak.status).toBe(1);
    expect(weak.err).not.toContain('kqkqkq');
    // Nobody runs the job here: the attempt is not over when the door has waited for it.
    expect(await ask('RESET_REMOTE --resource=lab --account=root --newpassword=Third-Pass-333-long!')).toEqual({
      out: '',
      err: 'Password change is not finished (prepared) and goes on in the background.\r\n',
      status: 3,
    });
    expect(await ask('RESET_REMOTE --resource=lab --account=root --newpassword=Third-Pass-444-long!')).toEqual({
      out: '',
      err: 'A rotation of this account is not finished yet.\r\n',
      status: 1,
    });
  });

  it('signs nobody in by another key, another user’s name, another organisation, or a password, and writes it down [API-04]', async () => {
    const before = (await refusedLogIns()).length;
    for (const more of [
      { privateKey: other.private },
      { username: 'boss' },
      { username: 'There/backup' },
      { username: 'Nowhere/boss' },
      { username: 'no such user' },
    ])
      await expect(ask('RETRIEVE', more)).rejects.toThrow('All configured authentication methods failed');
    await expect
      .poll(async () => (await refusedLogIns()).slice(before).map(({ object_name }) => object_name), { timeout: 5000 })
      .toEqual(['backup@localhost', 'boss', 'an unknown user name', 'an unknown user name']);
    expect((await refusedLogIns()).at(-1)).toMatchObject({ actor_kind: 'anonymous' });
    await expect(
      ask('RETRIEVE', { password: loginPassword, username: 'boss', authHandler: ['password'] }),
    ).rejects.toThrow('All configured authentication methods failed');
  });

  it('gives no terminal, no shell, no files and no way through', async () => {
    await connected({}, async (client) => {
      const shell = await new Promise<Said>((resolve, reject) => {
        client.shell(false, (error, stream) => {
          if (error) {
            reject(error);
            return;
          }
          let err = '';
          stream.stderr.on('data', (data: Buffer) => (err += data.toString()));
          stream.resume();
          stream.once('close', (status: number) => {
            resolve({ out: '', err, status });
          });
        });
      });
      expect(shell).toEqual({ out: '', status: 2, err: expect.stringMatching(/^This is no shell\. /) as string });
      const refused = (work: (done: (error?: Error) => void) => void): Promise<string> =>
        new Promise((resolve) => {
          work((error) => {
            resolve(error?.message ?? 'granted');
          });
        });
      expect(await refused((done) => client.sftp(done))).toContain('Unable to start subsystem');
      expect(await refused((done) => client.exec('RETRIEVE', { pty: true }, done))).toContain('pseudo-terminal');
      expect(await refused((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done))).toContain(
        'open failure',
      );
      expect(await refused((done) => client.forwardIn('127.0.0.1', 0, done))).toContain('Unable to bind');
      expect((await exec(client, 'RETRIEVE --resource=x --account=y')).status).toBe(1);
    });
  });

  it('holds the key to its host, to its end and to its user, also on a connection that stands', async () => {
    const boss = await w.people.boss.actor();
    const retrieve = 'RETRIEVE --resource=Windows Server --account=Administrator';
    const set = (to: Record<string, unknown>): Promise<unknown> =>
      w.invoke(updateUser, boss, { userId: apiUserId, ...to } as never);
    const host = (to: string): Promise<unknown> =>
      w.sql('update strongroom.app_user set host = $2 where id = $1', [apiUserId, to]);
    await connected({}, async (client) => {
      expect((await exec(client, retrieve)).status).toBe(0);
      await host('192.0.2.99');
      expect((await exec(client, retrieve)).status).toBe(1);
      expect(await ask(retrieve)).toEqual({
        out: '',
        err: 'User is not allowed to access from this host\r\n',
        status: 1,
      });
      expect((await w.audit('resource.list')).at(-1)).toMatchObject({
        outcome: 'refused',
        details: { code: 'wrong-host' },
        actor_name: 'backup@localhost',
      });
      await host('127.0.0.0/8');
      expect((await ask(retrieve)).status).toBe(0);
      await w.sql(`update strongroom.api_credential set expires_at = now() - interval '1 second' where user_id = $1`, [
        apiUserId,
      ]);
      const expired = await ask(retrieve);
      expect(expired).toMatchObject({
        out: '',
        status: 1,
        err: expect.stringMatching(/^This key does not sign in/) as string,
      });
      expect((await w.audit('resource.list')).at(-1)).toMatchObject({
        ...{ outcome: 'refused', details: { code: 'signed-out' }, actor_name: 'backup@localhost' },
      });
      await w.sql(`update strongroom.api_credential set expires_at = null where user_id = $1`, [apiUserId]);
      await set({ keyScopes: ['read'] });
      expect(await ask(retrieve)).toMatchObject({
        out: '',
        status: 1,
        err: expect.stringContaining('scope') as string,
      });
      await set({ keyScopes: ['read', 'passwords'] });
      await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [apiUserId]);
      expect((await ask(retrieve)).err).toMatch(/^This key does not sign in/);
      await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [apiUserId]);
      expect((await ask(retrieve)).status).toBe(0);
    });
  });

  it('takes as many commands a minute of a key as the organisation allows its tokens, over all connections, and says how long to wait', async () => {
    const boss = await w.people.boss.actor();
    const second = makeKey();
    await w.invoke(createApiUser, boss, {
      ...{ username: 'another', fullName: 'Another', host: '127.0.0.1', role: 'password-user', expiresAt: null },
      sshKey: second.public,
    });
    await w.invoke(updateSettings, boss, { tokenRequestsPerMinute: 3 });
    const narrow = open();
    try {
      const at = { port: await narrow.listen(0, '127.0.0.1') };
      const nothing = 'RETRIEVE --resource=x --account=y';
      await connected(at, async (client) => {
        for (let n = 0; n < 2; n++) expect((await exec(client, nothing)).err).toBe('No such account found\r\n');
      });
      // What is no command counts as well, and another connection is no way around.
      expect((await ask('cat /etc/passwd', at)).status).toBe(2);
      const refused = await ask(nothing, at);
      expect(refused).toMatchObject({ out: '', status: 4 });
      const wait = /^Too many requests\. Wait before the next one\. The next is taken in (\d+) seconds\.\r\n$/;
      const seconds = Number(wait.exec(refused.err)?.[1]);
      expect(seconds).toBeGreaterThan(10);
      expect(seconds).toBeLessThanOrEqual(20);
      // Each key has its own.
      expect((await ask(nothing, { ...at, username: 'another', privateKey: second.private })).status).toBe(1);
    } finally {
      await w.invoke(updateSettings, boss, { tokenRequestsPerMinute: 0 });
      await narrow.close();
    }
  });

  it('hangs up on whoever says nothing, idles, or keeps failing', async () => {
    const closed = (opened: { once(event: 'close', then: () => void): unknown }): Promise<string> =>
      new Promise((resolve) => {
        opened.once('close', () => {
          resolve('closed');
        });
      });
    const [hasty, idle, strict] = [
      open({ handshakeMs: 200 }),
      open({ idleMs: 200 }),
      open({ failures: 1, forgiveMs: 3_600_000 }),
    ];
    try {
      const silent = connect(await hasty.listen(0, '127.0.0.1'), '127.0.0.1').resume();
      expect(await closed(silent)).toBe('closed');

      const client = new ssh2.Client();
      client.on('error', () => undefined).connect(config({ port: await idle.listen(0, '127.0.0.1') }));
      expect(await closed(client)).toBe('closed');

      const at = { port: await strict.listen(0, '127.0.0.1') };
      expect((await ask('RETRIEVE --resource=x --account=y', at)).status).toBe(1);
      await expect(ask('RETRIEVE', { ...at, privateKey: other.private })).rejects.toThrow('authentication');
      // Not even the right key is looked at any more.
      const again = (): Promise<string> =>
        ask('RETRIEVE', at).then(
          () => 'in',
          () => 'refused',
        );
      await expect.poll(again, { timeout: 5000 }).toBe('refused');
    } finally {
      await Promise.all([hasty.close(), idle.close(), strict.close()]);
    }
  });

  it('says nothing of passwords and commands in its log, and keeps its key to itself', () => {
    const all = lines.join('\n');
    expect(all).toContain('SSH command');
    for (const secret of [
      password,
      'Second Pass',
      'Third-Pass',
      'Made-By-Ssh-1',
      'kqkqkq',
      'First-Pass',
      'nightly job',
    ])
      expect(all).not.toContain(secret);
    expect(statSync(hostKeyFile(w.home)).mode & 0o777).toBe(0o600);
    expect(openHostKey(w.home).fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
