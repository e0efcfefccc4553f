// needs: chromium
/** Resets and checks of many accounts in the console, on targets that nobody answers at: what runs do on real hosts is shown in test/rotation. */
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
/** Takes connections and says nothing, until it hangs up. */
let silent: Server;
const lines = new Set<Socket>();

const button = (name: string | RegExp) => page.getByRole('button', { name });
async function open(address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}
/** A picture for whoever looks at the pages: only where a folder is named. */
async function picture(name: string): Promise<void> {
  const folder = process.env['CONSOLE_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}
/** Asks the API as the page does. */
const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
  page.evaluate(
    async ([method, path, body]) => {
      const me = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const reply = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken },
        ...(body === undefined ? {} : { body }),
      });
      return reply.json() as Promise<unknown>;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );

beforeAll(async () => {
  silent = createServer((line) => lines.add(line.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  page.setDefaultTimeout(12_000);
  for (const n of [1, 2, 3])
    await call('POST', '/resources', {
      name: `web-${String(n)}`,
      type: 'Linux',
      dnsName: '127.0.0.1',
      accounts: [{ username: 'root' }, { username: 'deploy' }],
      reset: n === 3 ? null : { settings: { port, timeoutSeconds: 30 } },
    });
});
afterAll(async () => {
  for (const line of lines) line.destroy();
  silent?.close();
  await browser?.close();
  await product?.stop();
});

describe('resets of many accounts', () => {
  it('are started from a selection of resources, after a look at what would be skipped', async () => {
    await open('/resources');
    await page.getByRole('checkbox', { name: 'Select the rows on this page' }).click();
    await button('Reset passwords…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('4 accounts are asked.').waitFor();
    await dialog.getByText('2 are skipped: Its resource is not set up').waitFor();
    await picture('dialog');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Reset passwords' }).click();
    await page.getByRole('heading', { name: 'Reset 6 accounts' }).waitFor();
    await page.getByText('At work').first().waitFor();
    await picture('run');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('show each account by its outcome, and stop when they are told to', async () => {
    await button('Stop').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: /^Skipped/ }).click();
    await page.getByText('Its resource is not set up for the product to log in to it.').first().waitFor();
    await page.getByText('The run was stopped before its turn.').first().waitFor();
    await picture('stopped');
  });

  it('stand in a list of their own, in the menu', async () => {
    await page.getByRole('link', { name: 'Resets' }).first().click();
    await page.getByRole('row', { name: /Reset 6 accounts/ }).waitFor();
    await picture('list');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await open('/runs');
    await page.getByText('Reset 6 accounts').first().waitFor();
    await picture('list-phone');
    await page.getByText('Reset 6 accounts').first().click();
    await page.getByRole('heading', { name: 'Reset 6 accounts' }).waitFor();
    await settled(page);
    await picture('run-phone');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('have their limits and the nightly check among the settings', async () => {
    await open('/admin/settings');
    await page.getByRole('textbox', { name: 'Time of the nightly check' }).fill('25:00');
    await button('Save').click();
    await page.getByText('Enter a time such as 01:00').waitFor();
    await page.getByRole('textbox', { name: 'Time of the nightly check' }).fill('02:15');
    await page.getByRole('textbox', { name: 'Of them on one resource' }).fill('3');
    await picture('settings');
    await button('Save').click();
    await page.getByText('Settings saved.').waitFor();
    expect(await call('GET', '/settings')).toMatchObject({ nightlyCheckAt: '02:15', resetsPerResource: 3 });
    expect(complaints.all).toEqual([]);
  });
});
