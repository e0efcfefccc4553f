// needs: chromium-headless-shell
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
let folder: string;
const key = randomBytes(2500);
const licence = randomBytes(900_000);
const image = randomBytes(9_000_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-files-'));
  await Promise.all([
    writeFile(join(folder, 'server.key'), key),
    writeFile(join(folder, 'Lizenz Müller.pdf'), licence),
    writeFile(join(folder, 'disk.img'), image),
  ]);
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Makes a call as the page would, in its session. */
const call = (method: string, path: string, body: object): Promise<Record<string, unknown>> =>
  page.evaluate(
    async ([how, where, text]) => {
      const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
      return (await fetch(`/api/v1${where}`, { method: how, headers, body: text })).json() as never;
    },
    [method, path, JSON.stringify(body)] as const,
  );
/** Presses a button that downloads, and gives what was saved. */
async function saved(press: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}
const button = (name: string | RegExp) => page.getByRole('button', { name });
const goOn = () => page.locator('form#step button[type=submit]').click();

describe('files in the console', () => {
  it('are chosen while their store is added, sent when it is there, and come back as they were', async () => {
    await page.goto('/resources/new');
    await page.getByText('Key Store', { exact: true }).first().click();
    await page.getByLabel('Name').first().fill('Keys');
    await goOn();
    await page.locator('input[type=file]').first().setInputFiles(join(folder, 'server.key'));
    // The name of the file is a good name for its account.
    expect(
      await page
        .getByRole('group', { name: /Account 1/ })
        .getByRole('textbox')
        .first()
        .inputValue(),
    ).toBe('server.key');
    await button('Add another account').click();
    await page
      .getByRole('group', { name: /Account 2/ })
      .getByRole('textbox')
      .first()
      .fill('later');
    await goOn();
    expect(await page.locator('#step').innerText()).toMatch(/server\.key, 2\.4 kB[^]*later no file yet/);
    await goOn();
    await button('Download server.key of server.key on Keys').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const back = await saved(() => button('Download server.key of server.key on Keys').click());
    expect(back.name).toBe('server.key');
    expect(back.content.equals(key)).toBe(true);
  });

  it('are uploaded by dropping them, replaced, and kept in the history', async () => {
    await button('Upload a file for later on Keys').click();
    const place = page.getByRole('dialog').getByText('Drop a file here, or');
    await place.waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    // Nothing is sent that was not chosen.
    await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('Choose a file first.').waitFor();
    const dropped = await page.evaluateHandle(() => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(7)], 'dropped.bin'));
      return carried;
    });
    await place.dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByRole('dialog').getByText('dropped.bin').waitFor();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(join(folder, 'Lizenz Müller.pdf'));
    await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).click();
    await button('Replace Lizenz Müller.pdf of later on Keys').click();
    await page.getByText('stays in the history').waitFor();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(join(folder, 'server.key'));
    await page.getByRole('dialog').getByRole('button', { name: 'Replace', exact: true }).click();
    await button('Download server.key of later on Keys').waitFor();

    await button('later').first().click();
    await page.getByRole('dialog').getByRole('tab', { name: 'History' }).click();
    const former = page
      .getByRole('dialog')
      .getByRole('button', { name: 'Download Lizenz Müller.pdf of later on Keys' });
    const back = await saved(() => former.click());
    expect(back.name).toBe('Lizenz Müller.pdf');
    expect(back.content.equals(licence)).toBe(true);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('show how far they are, and are given up by one press, which leaves what was there', async () => {
    const slow = await page.context().newCDPSession(page);
    const rate = (bytesPerSecond: number) =>
      slow.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: bytesPerSecond,
        uploadThroughput: bytesPerSecond,
      });
    await rate(2_000_000);
    await button('Replace server.key of later on Keys').click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(join(folder, 'disk.img'));
    await page.getByRole('dialog').getByRole('button', { name: 'Replace', exact: true }).click();
    const bar = page.getByRole('progressbar', { name: /^Uploading disk\.img: [1-9]\d?%$/ });
    await bar.waitFor();
    await button('Cancel the transfer of disk.img').click();
    await page.getByText('Cancelled. Nothing was stored.').waitFor();
    await rate(-1);
    const back = await saved(() => button('Download server.key of later on Keys').click());
    expect(createHash('sha256').update(back.content).digest('hex')).toBe(
      createHash('sha256').update(key).digest('hex'),
    );
  });

  it('ask for a reason as passwords do, and say what is too large before it is sent', async () => {
    await call('PATCH', '/settings', { reasonToReveal: true, fileLimitMegabytes: 1 });
    await page.reload();
    await settled(page);
    await button('Download server.key of later on Keys').click();
    await page.getByRole('dialog').getByLabel('Reason').fill('the disk broke');
    const back = await saved(() => page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click());
    expect(back.content.equals(key)).toBe(true);
    await button('Replace server.key of later on Keys').click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(join(folder, 'disk.img'));
    await page.getByText('This file has 8.6 MB. Your organisation allows up to 1 MB.').waitFor();
    await page.keyboard.press('Escape');
    await call('PATCH', '/settings', { reasonToReveal: false, fileLimitMegabytes: 100 });
  });

  it('stand in fields of resources too: put there, opened, and taken away after one question', async () => {
    await call('POST', '/fields', { belongsTo: 'resource', name: 'Diagram', kind: 'file', types: ['Linux'] });
    const { id } = await call('POST', '/resources', { name: 'web-1', type: 'Linux' });
    await page.goto(`/resources/${String(id)}`);
    await button('Upload a file for Diagram · web-1').click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(join(folder, 'server.key'));
    await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).click();
    const back = await saved(() => button('Download server.key of Diagram · web-1').click());
    expect(back.content.equals(key)).toBe(true);
    await button('Remove server.key of Diagram · web-1').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await button('Upload a file for Diagram · web-1').waitFor();
    expect(complaints.all).toEqual([]);
  });
});
