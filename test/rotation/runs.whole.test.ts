/** Resets and checks of many accounts on real sshd, through the product as its users start it; with faults that are injected, and a server that is killed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { addHost, modes, reveal, type Mode } from '../lib/rotating.ts';
import { startServer, type TestServer } from '../lib/server.ts';

interface Run {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
}
interface Host {
  readonly index: number;
  readonly resourceId: string;
  readonly accountId: string;
  readonly username: keyof typeof passwords;
}

const many = 12;
/** Hosts that are reset while the server is killed; the others are for faults. */
const killed = 4;
const [rootItself, aliceItself, byAnother] = modes as [Mode, Mode, Mode];
let fleet: Fleet;
let server: TestServer;
const hosts: Host[] = [];
const faulty = (at: number): Host => hosts[killed + at] as Host;
let cutOff: Run;

beforeAll(async () => {
  [fleet, server] = await Promise.all([startFleet(many), startServer({}, { durable: true })]);
  for (const [at, one] of fleet.hosts.entries()) {
    const mode = at === killed + 5 ? byAnother : at % 2 === 0 ? rootItself : aliceItself;
    hosts.push({
      index: one.index,
      username: mode.username,
      ...(await addHost(server, `run host ${String(at)}`, one, { ...mode, settings: { ...mode.settings } })),
    });
  }
});
afterAll(async () => {
  await Promise.all([server?.stop(), fleet?.stop()]);
});

const start = (kind: 'reset' | 'verify', selection: unknown): Promise<Run> =>
  server.call<Run>('POST', '/runs', { kind, selection });
const read = (id: string): Promise<Run> => server.call<Run>('GET', `/runs/${id}`);
const ended = (id: string): Promise<Run> =>
  vi.waitFor(
    async () => {
      const run = await read(id);
      if (run.state === 'running') throw new Error(`the run does not end: ${JSON.stringify(run.counts)}`);
      return run;
    },
    { timeout: 90_000, interval: 200 },
  );
/** Waits until each account of a run was asked once at least. */
const allAsked = (id: string): Promise<void> =>
  vi.waitFor(
    async () => {
      const { items } = await server.call<{ items: { tries: number; endedAt: string | null }[] }>(
        'GET',
        `/runs/${id}/items`,
      );
      if (!items.every(({ tries, endedAt }) => tries > 0 || endedAt !== null)) throw new Error('not all were asked');
    },
    { timeout: 60_000, interval: 100 },
  );
const ids = (...of: Host[]): { accountIds: string[] } => ({ accountIds: of.map(({ accountId }) => accountId) });
const healthOf = async ({ accountId }: Host): Promise<string> =>
  (await server.call<{ proof: { health: string } }>('GET', `/accounts/${accountId}`)).proof.health;

/** The one password in the vault of which OpenSSH says that it works. */
async function works({ index, accountId, username }: Host): Promise<boolean> {
  const { password, candidate } = await reveal(server, accountId);
  if (await fleet.canLogIn(index, username, password)) return true;
  return candidate !== null && fleet.canLogIn(index, username, candidate);
}

describe('a run on real hosts', () => {
  it('resets every account, and OpenSSH signs in with what the vault holds', async () => {
    const run = await start('reset', { resourceIds: hosts.map(({ resourceId }) => resourceId) });
    const end = await ended(run.id);
    // The second account of one host signs in for the first, and is reset like all.
    expect(end.counts['done']).toBe(many + 1);
    expect(await Promise.all(hosts.map(works))).toEqual(hosts.map(() => true));
    const former = await Promise.all(
      hosts.map(({ index, username }) => fleet.canLogIn(index, username, passwords[username])),
    );
    expect(former).toEqual(hosts.map(() => false));
    for (const one of hosts) expect(await healthOf(one)).toBe('proven');
    const reply = await server.ask('GET', `/runs/${run.id}/results`);
    expect(reply.status).toBe(200);
  });

  it('is killed with the server in the middle of a reset', async () => {
    cutOff = await start('reset', ids(...hosts.slice(0, killed)));
    for (;;) {
      const { counts } = await read(cutOff.id);
      if ((counts['running'] ?? 0) + (counts['done'] ?? 0) > 0) break;
    }
    await server.kill9();
    // At any moment: what the vault holds works.
    await server.restart();
    expect(await Promise.all(hosts.slice(0, killed).map(works))).toEqual(Array.from({ length: killed }, () => true));
  });

  it('finds each injected fault in one check, and calls nothing proven that is not [PWD-05, XTR-02]', async () => {
    const [changed, away, moved, locked, good, byBob, expired, alone] = hosts.slice(killed) as [
      Host,
      Host,
      Host,
      Host,
      Host,
      Host,
      Host,
      Host,
    ];
    await fleet.execWith(`root:Changed-Behind-1\n`, changed.index, 'chpasswd');
    await fleet.down(away.index);
    await fleet.changeHostKey(moved.index);
    await fleet.exec(locked.index, 'usermod', '-L', locked.username);
    await fleet.exec(expired.index, 'usermod', '--expiredate', '1', expired.username);
    // The account that signs in for another no longer can.
    await fleet.execWith(`bob:Changed-Behind-2\n`, byBob.index, 'chpasswd');
    const { items } = await server.call<{ items: { id: string; username: string }[] }>(
      'GET',
      `/accounts?resourceId=${byBob.resourceId}`,
    );
    const bob = items.find(({ username }) => username === 'bob');
    const run = await start('verify', { accountIds: [...ids(...hosts.slice(killed)).accountIds, bob?.id] });
    // The host that is away is asked again, for a while: nobody waits for that.
    await allAsked(run.id);
    expect(await Promise.all([changed, away, moved, locked, good, byBob, alone].map(healthOf))).toEqual([
      'out-of-sync',
      'unreachable',
      'untrusted',
      'out-of-sync',
      'proven',
      'proven',
      'proven',
    ]);
    expect(await healthOf({ ...byBob, accountId: bob?.id ?? '' })).toBe('out-of-sync');
    expect(await healthOf(expired)).not.toBe('proven');
    await fleet.restart(away.index);
  });

  it('locks no account that three failed log-ins lock, though the stored password is wrong', async () => {
    const one = faulty(7);
    const pam = await fleet.exec(one.index, 'cat', '/etc/pam.d/common-auth');
    const counting = pam.stdout.replace(
      /^(auth\s+)\[success=1 default=ignore\](\s+pam_unix\.so.*)$/m,
      'auth required pam_faillock.so preauth deny=3 even_deny_root\n$1[success=2 default=ignore]$2\nauth [default=die] pam_faillock.so authfail deny=3 even_deny_root',
    );
    expect(counting).not.toBe(pam.stdout);
    await fleet.execWith(counting, one.index, 'tee', '/etc/pam.d/common-auth');
    const right = 'Only-The-Host-Knows-1';
    await fleet.execWith(`${one.username}:${right}\n`, one.index, 'chpasswd');
    const end = await ended((await start('reset', ids(one))).id);
    expect(end.counts['refused']).toBe(1);
    const { stdout } = await fleet.exec(one.index, 'faillock', '--user', one.username);
    expect(stdout.match(/^\d{4}-\d\d-\d\d .* V$/gm) ?? []).toHaveLength(1);
    expect(await fleet.canLogIn(one.index, one.username, right)).toBe(true);
    expect(await healthOf(one)).toBe('out-of-sync');
  });

  it('goes on after the restart, and ends with every account done', async () => {
    const end = await ended(cutOff.id);
    expect(end.counts['done']).toBe(killed);
    expect(await Promise.all(hosts.slice(0, killed).map(works))).toEqual(Array.from({ length: killed }, () => true));
  });
});
