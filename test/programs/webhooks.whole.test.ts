// needs: chromium-headless-shell
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from '../console/browser.ts';
import { startProduct, type Product } from '../console/product.ts';

interface Received {
  readonly signature: string;
  readonly event: string;
  readonly delivery: string;
  readonly body: string;
}

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
let receiver: Server;
let certificate: { cert: string; key: string };
const received: Received[] = [];
/** What the receiver answers, and who waits for its next call. */
let status = 204;
let heard: () => void = () => undefined;
const nextCall = (): Promise<void> =>
  new Promise((resolve) => {
    heard = resolve;
  });

/** Makes a call as the administrator who is signed in. */
async function post<T>(path: string, data: object): Promise<T> {
  const { csrfToken } = (await (await page.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await page.request.post(`/api/v1${path}`, { headers: { 'x-csrf-token': csrfToken }, data });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}
const makeResource = (name: string): Promise<{ id: string }> =>
  post('/resources', { name, type: 'Linux', dnsName: 'host.example', accounts: [] });

beforeAll(async () => {
  certificate = await makeCertificate({ dns: ['localhost'], ca: true });
  receiver = createServer(certificate, (asked, reply) => {
    void text(asked).then((body) => {
      const header = (name: string): string => String(asked.headers[name]);
      received.push({
        ...{ signature: header('strongroom-signature'), event: header('strongroom-event') },
        ...{ delivery: header('strongroom-delivery'), body },
      });
      reply.writeHead(status).end();
      heard();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  await post('/trusted-certificates', { pem: certificate.cert });
});
afterAll(async () => {
  await browser?.close();
  receiver?.closeAllConnections();
  await new Promise((resolve) => receiver?.close(resolve));
  await product?.stop();
});

describe('webhooks', () => {
  it('are set up in the console, call a real receiver signed and in order, and again when it was down; pages hear of it all in a stream [API-08]', async () => {
    const { port } = receiver.address() as AddressInfo;
    await page.goto('/admin/api');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('SIEM');
    await dialog.getByLabel('Address').fill(`https://localhost:${port}/in`);
    await dialog.getByLabel('Events').fill('resource.create');
    await dialog.getByLabel('Events').press('Enter');
    await dialog.getByLabel('Events').press('Tab');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const shown = page.getByRole('dialog', { name: 'Secret for signatures' });
    const secret = await shown.getByText(/^[\w-]{43}$/).innerText();
    await shown.getByRole('checkbox').check();
    await shown.getByRole('button', { name: 'Done' }).click();

    // The name leads to this machine: nothing is sent before that is allowed.
    await makeResource('first');
    await page.getByText('Not reached').waitFor();
    expect(received).toEqual([]);
    await page.getByText('SIEM').click();
    const drawer = page.getByRole('dialog', { name: 'SIEM' });
    await drawer.getByText('calls to those are not allowed').waitFor();
    await drawer.getByRole('button', { name: 'Edit' }).click();
    const edit = page.getByRole('dialog', { name: 'Change “SIEM”' });
    await edit.getByRole('checkbox', { name: /private network/ }).check();
    const first = nextCall();
    await edit.getByRole('button', { name: 'Save' }).click();
    await first;
    await drawer.getByText('On', { exact: true }).waitFor();
    await page.keyboard.press('Escape');

    // A page hears of what its reader may see.
    const stream = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const events = new EventSource('/api/v1/events?kinds=resource');
          events.addEventListener('change', (event) => {
            events.close();
            resolve(String(event.data));
          });
          events.addEventListener('open', () => {
            document.title = 'listening';
          });
        }),
    );
    await page.waitForFunction(() => document.title === 'listening');
    status = 503;
    const refused = nextCall();
    const { id } = await makeResource('second');
    expect(JSON.parse(await stream)).toMatchObject({ action: 'resource.create', object: { kind: 'resource', id } });
    await refused;
    await makeResource('third');
    status = 204;
    await nextCall();
    await page.goto('/admin/api/deliveries');
    await expect.poll(() => page.getByText('Taken').filter({ visible: true }).count(), { timeout: 20_000 }).toBe(3);

    const told = received.map(({ body }) => (JSON.parse(body) as { object: { name: string } }).object.name);
    expect(told).toEqual(['first', 'second', 'second', 'third']);
    expect(received[2]?.delivery).toBe(received[1]?.delivery);
    for (const { signature, body, event } of received) {
      const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(mac);
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(120);
      expect(event).toBe('resource.create');
    }
    // The page of deliveries is there already, and turns dark as it stands.
    for (const path of ['/admin/api/deliveries', '/admin/api']) {
      if (new URL(page.url()).pathname !== path) await page.goto(path);
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await settled(page);
        expect([theme, path, await accessibilityFindings(page)]).toEqual([theme, path, []]);
      }
    }
    expect(complaints.all).toEqual([]);
  });
});
