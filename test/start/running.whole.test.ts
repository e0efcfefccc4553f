import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, makePlace, signIn, type Place, type Running } from './program.ts';

let place: Place;
let server: Running;
let token: string;
beforeAll(async () => {
  place = await makePlace({}, { from: 'with-token' });
  server = await place.start();
  token = readFileSync(place.tokenFile, 'utf8').trim();
});
afterAll(() => place.remove());

/** A self-signed pair written over the files, certificate and key apart, as an operator's tool does. */
async function newPair(cert: string, key: string): Promise<void> {
  const made = { cert: `${cert}.made`, key: `${key}.made` };
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90', '-subj'],
    ...['/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', made.key, '-out', made.cert],
  ]);
  writeFileSync(key, readFileSync(made.key));
  writeFileSync(cert, readFileSync(made.cert));
}

describe('a running server', () => {
  it('gives its figures to this machine, and to others only with a token', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.internal === false && address.family === 'IPv4');
    expect((await ask(server.url, 'GET', '/metrics')).status).toBe(200);
    if (outside === undefined) return;
    const from = server.url.replace('127.0.0.1', outside.address);
    expect((await ask(from, 'GET', '/metrics')).status).toBe(401);
    expect((await ask(from, 'GET', '/healthz')).status).toBe(200);
    const { cookie } = await signIn(from);
    expect((await ask(from, 'GET', '/metrics', { cookie })).text).toContain('strongroom_http_requests_total');
  });

  it('serves a new certificate after SIGHUP, with open connections and sessions kept, and keeps the old one when the new does not fit', async () => {
    const files = { cert: join(place.home, 'tls', 'server.crt'), key: join(place.home, 'tls', 'server.key') };
    const session = await signIn(server.url);
    const open = new Agent({ keepAlive: true, maxSockets: 1 });
    const me = (agent?: Agent) =>
      ask(server.url, 'GET', '/api/v1/session', { cookie: session.cookie, ...(agent ? { agent } : {}) });
    const before = (await me(open)).fingerprint;

    // The operator's files are named by settings; a restart with them, and then a swap without one.
    await server.stop();
    const own = { cert: join(place.base, 'own.crt'), key: join(place.base, 'own.key') };
    await newPair(own.cert, own.key);
    server = await place.start({ STRONGROOM_TLS_CERT: own.cert, STRONGROOM_TLS_KEY: own.key });
    open.destroy();
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await me(kept);
    expect([first.status, first.fingerprint === before]).toEqual([200, false]);

    await newPair(own.cert, own.key);
    server.signal('SIGHUP');
    const swapped = await vi.waitFor(
      async () => {
        const answer = await me();
        expect(answer.fingerprint).not.toBe(first.fingerprint);
        return answer;
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(swapped.status).toBe(200);
    expect(await me(kept)).toMatchObject({ status: 200 });
    expect(server.stderr.join('\n')).toContain('certificate replaced');

    writeFileSync(own.key, readFileSync(files.key));
    server.signal('SIGHUP');
    await vi.waitFor(() => expect(server.stderr.join('\n')).toContain('new certificate not used'), { timeout: 20_000 });
    expect(await me()).toMatchObject({ status: 200, fingerprint: swapped.fingerprint });
    kept.destroy();
    await server.stop();
    server = await place.start();
  });

  it('answers every request it accepted when SIGTERM comes under load, and keeps what it acknowledged', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const outcomes: { name: string; status: number | string }[] = [];
    let stopping = false;
    const worker = async (who: number): Promise<void> => {
      for (let n = 0; !stopping || n === 0; n += 1) {
        const name = `load-${String(who)}-${String(n)}`;
        const body = { name, type: 'Linux', accounts: [{ username: 'root' }] };
        const status = await ask(server.url, 'POST', '/api/v1/resources', { token, agent, body }).then(
          (answer) => answer.status,
          (error: NodeJS.ErrnoException) => error.code ?? error.message,
        );
        outcomes.push({ name, status });
        if (status !== 200) return;
      }
    };
    const load = Array.from({ length: 16 }, (_, who) => worker(who));
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(40), { timeout: 60_000, interval: 20 });
    // Once to the whole group and once more, as service managers do and launchers pass it on.
    server.signalAll('SIGTERM');
    const code = await server.stop();
    stopping = true;
    await Promise.all(load);
    agent.destroy();
    expect(code).toBe(0);
    // Each got an answer; or was never accepted: refused, or its idle connection closed before it was sent.
    expect(new Set(outcomes.map(({ status }) => status))).toSatisfy((seen: Set<number | string>) =>
      [...seen].every((status) => [200, 503, 'ECONNREFUSED', 'ECONNRESET'].includes(status)),
    );
    expect(server.stderr.at(-1)).toContain('"stopped"');
    expect(server.stderr.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    server = await place.start();
    const stored = new Set(
      (await place.sql<{ name: string }>('select name from strongroom.resource')).map(({ name }) => name),
    );
    const acknowledged = outcomes.filter(({ status }) => status === 200).map(({ name }) => name);
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    // And nothing was done of which nobody was told: a request cut off in the middle would be one that was lost.
    const unanswered = outcomes.filter(({ status }) => status !== 200).map(({ name }) => name);
    expect(unanswered.filter((name) => stored.has(name))).toEqual([]);
    expect(JSON.parse((await place.run(['audit', 'verify', '--json'])).stdout)).toMatchObject({ ok: true });
  });
});
