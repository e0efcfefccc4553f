import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { Secret } from '../platform/secret.ts';
import { trusting } from '../platform/trust.ts';
import { execute } from './execute.ts';
import { handed, scrubbed } from './hand-over.ts';
import type { Outcome } from './outcome.ts';
import type { Taken } from './take-up.ts';
import { madeUp } from './told.ts';

const secret = 'what-calls-are-signed-with';
let certificate: { cert: string; key: string };
let server: Server | undefined;
beforeAll(async () => {
  certificate = await makeCertificate({ dns: ['localhost'], ca: true });
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

interface Call {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const calls: Call[] = [];

/** A web server that answers as it is told. */
async function listening(status: number, headers: Record<string, string> = {}, answer = 'thanks'): Promise<string> {
  calls.length = 0;
  server = createServer(certificate, (asked, reply) => {
    void text(asked).then((body) => {
      calls.push({ method: asked.method, url: asked.url, headers: asked.headers, body });
      if (status > 0) reply.writeHead(status, headers).end(answer);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}/hook?of=ours`;
}

function taken(url: string, { sendsPasswords = false, trusted = true, timeLimitSeconds = 10 } = {}): Taken {
  return {
    ...{ runId: 'the-run', organisationId: 'o', listener: 'l', createdAt: new Date(0) },
    version: {
      ...{ listenerId: 'l', version: 1, name: 'l', note: '', file: null, companion: null, hash: '', state: 'approved' },
      spec: { kind: 'webhook', resourceTypes: [], arguments: ['own'], timeLimitSeconds, url, sendsPasswords },
      ...{
        authorId: 'a',
        author: 'a',
        createdAt: new Date(),
        decidedBy: null,
        decidedAt: null,
        why: null,
        approval: null,
      },
    },
    ...{ file: null, companion: null, test: false, told: madeUp('Linux'), secret: new Secret(secret) },
    ...{ oldPassword: new Secret('Old-Passw0rd'), newPassword: new Secret('New-"Passw0rd') },
    trust: trusting(trusted ? [certificate.cert] : []),
  };
}
const call = (it: Taken): Promise<Outcome> => execute(it, handed(it), { is: 'self' }, new AbortController().signal);

describe('a webhook', () => {
  it('is one signed call that its receiver can check, without passwords unless that was chosen', async () => {
    const url = await listening(204);
    expect(await call(taken(url))).toMatchObject({ state: 'done', exitCode: 204, again: false });
    expect(await call(taken(url, { sendsPasswords: true }))).toMatchObject({ state: 'done' });
    const [without, withThem] = calls;
    for (const { method, url: path, headers, body } of calls) {
      expect([method, path, headers['strongroom-delivery']]).toEqual(['POST', '/hook?of=ours', 'the-run']);
      const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['strongroom-signature'])) ?? [];
      expect(mac).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    }
    expect(without?.body).not.toMatch(/Passw0rd/);
    expect(JSON.parse(without?.body ?? '')).toMatchObject({
      event: 'password.changed',
      id: 'the-run',
      arguments: ['own'],
    });
    expect(JSON.parse(withThem?.body ?? '')).toMatchObject({
      oldPassword: 'Old-Passw0rd',
      newPassword: 'New-"Passw0rd',
    });
  });

  it('sends nothing to a host whose certificate is not trusted', async () => {
    const url = await listening(200);
    const outcome = await call(taken(url, { trusted: false, sendsPasswords: true }));
    expect(outcome).toMatchObject({ state: 'failed', why: expect.stringContaining('not trusted') as string });
    expect(calls).toEqual([]);
  });

  it('follows no redirect, and is called again only where that may help', async () => {
    expect(await call(taken(await listening(302, { location: 'https://elsewhere.invalid/' })))).toMatchObject({
      ...{ state: 'failed', exitCode: 302, again: false },
    });
    expect(await call(taken(await listening(400)))).toMatchObject({ state: 'failed', again: false });
    expect(await call(taken(await listening(503)))).toMatchObject({ state: 'failed', again: true });
    expect(await call(taken(await listening(0), { timeLimitSeconds: 1 }))).toMatchObject({
      state: 'timed-out',
      again: true,
    });
    server?.closeAllConnections();
    server?.close();
    expect(await call(taken('https://127.0.0.1:1/'))).toMatchObject({ state: 'failed', again: true });
  });

  it('leaves no password of an answer in what is kept', async () => {
    const url = await listening(200, {}, 'New-"Passw0rd New-\\"Passw0rd New-%22Passw0rd what-calls-are-signed-with');
    const it = taken(url);
    const { output } = await call(it);
    expect(scrubbed(output, it, false)).toBe('[secret] [secret] [secret] [secret]');
  });
});

describe('what a listener wrote', () => {
  const it_ = (newPassword: string): Taken => ({ ...taken('https://x/'), newPassword: new Secret(newPassword) });
  it('keeps no part of a password where it was cut', () => {
    const password = 'Long-Harbour-Lantern-4711';
    for (let at = 1; at <= password.length; at++) {
      const clean = scrubbed(`${'x'.repeat(500)}${password.slice(0, at)}`, it_(password), true);
      expect(clean).toMatch(/^x+$/);
    }
  });
  it('is without the forms in which programs write a password, and without control characters', () => {
    const password = `a'b"c d&e/é`;
    const forms = [
      password,
      JSON.stringify(password),
      encodeURIComponent(password),
      Buffer.from(password).toString('base64'),
      Buffer.from(password).toString('hex'),
      `'a'\\''b"c d&e/é'`,
    ];
    for (const form of forms)
      expect(scrubbed(`<${form}>\u001b[31m`, it_(password), false)).toMatch(/^<"?\[secret\]"?>\[31m$/);
  });
});
