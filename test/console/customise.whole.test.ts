// needs: chromium-headless-shell
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: Complaints;
/** A site to log in to: what it was asked. */
let site: Server;
const asked: { method: string; url: string; body: string; headers: Record<string, unknown> }[] = [];
const password = 'Opened-by-form-77-!!';

beforeAll(async () => {
  const { key, cert } = await makeCertificate();
  site = createServer({ key, cert }, (request, reply) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', body, headers: request.headers });
      reply.setHeader('content-type', 'text/html').end('<title>Welcome</title><h1>Welcome</h1>');
    });
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ context, page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  site?.close();
});

/** Adds a field on the page of fields. */
async function addField(to: 'resources' | 'accounts', name: string, kind?: string): Promise<void> {
  await page.getByRole('button', { name: `Add field to ${to}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  if (kind) {
    await dialog.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: kind, exact: true }).click();
  }
  await dialog.getByRole('button', { name: 'Add field' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText(name, { exact: true }).first().waitFor();
}

describe('an organisation’s own fields, tags and types', () => {
  it('are set up on three pages of the administration', async () => {
    await page.goto('/admin/fields');
    await settled(page);
    await addField('resources', 'Rack');
    await addField('resources', 'Console PIN', 'Password');
    await addField('accounts', 'Contact');
    expect(await accessibilityFindings(page)).toEqual([]);

    await page.goto('/admin/tags');
    await page.getByText('No tags yet').waitFor();
    await page.getByRole('button', { name: 'Add tag' }).click();
    const tagDialog = page.getByRole('dialog');
    await tagDialog.getByLabel('Name').fill('Stage');
    await tagDialog.getByRole('button', { name: 'Add tag' }).click();
    await tagDialog.waitFor({ state: 'hidden' });
    for (const value of ['production', 'test']) {
      await page.getByRole('textbox', { name: 'Values of Stage' }).fill(value);
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Values of Stage' }).getByText(value).waitFor();
    }
    expect(await accessibilityFindings(page)).toEqual([]);

    await page.goto('/admin/resource-types');
    await settled(page);
    await page.getByRole('button', { name: 'Add type' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: false }).first().fill('Alpine');
    // An SVG with a script in it: what goes to the server is a drawing of it.
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'alpine.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="100" height="100"><script>alert(1)</script><rect width="10" height="10" fill="#0a7d4f"/></svg>',
      ),
    });
    await dialog.getByRole('button', { name: 'Remove picture' }).waitFor();
    await dialog.getByRole('combobox', { name: 'Passwords are reset like' }).click();
    await page.getByRole('option', { name: 'Linux', exact: true }).click();
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add type' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const picture = page.locator('li', { hasText: 'Resets like Linux' }).locator('img');
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth))
      .toBe(64);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('are filled in by the wizard and shown on the resource, secrets as dots until asked for', async () => {
    await page.goto('/resources/new');
    await page.getByRole('combobox', { name: 'Find a type' }).fill('alpine');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name', { exact: false }).first().fill('alp-1');
    await page.getByRole('combobox', { name: 'Tags' }).click();
    await page.getByRole('option', { name: 'Stage: production' }).click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Rack').fill('R 7');
    await page.getByRole('textbox', { name: 'Console PIN' }).fill('pin-4711');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('User account').fill('root');
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
    await page.getByLabel('Contact').fill('Grace');
    await page.getByRole('button', { name: 'Continue' }).click();
    // The draft that lies in the tab's storage holds neither password.
    const kept = await page.evaluate(() => JSON.stringify(sessionStorage));
    expect(kept).toContain('R 7');
    expect([kept.includes(password), kept.includes('pin-4711')]).toEqual([false, false]);
    await page.getByRole('button', { name: 'Add resource' }).click();
    await page.getByRole('heading', { name: 'alp-1' }).waitFor();
    await page.getByText('R 7').waitFor();
    await page.getByText('production').waitFor();
    expect(await page.getByText('pin-4711').count()).toBe(0);
    await page.getByRole('button', { name: 'Show password of Console PIN of alp-1' }).click();
    await page.getByText('pin-4711').waitFor();
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('are edited with the rest, and taken along by copies', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Rack').fill('R 8');
    await page
      .getByLabel('URL')
      .fill(`https://127.0.0.1:${(site.address() as AddressInfo).port}/sign-in?user=%ACCOUNT_NAME%&pass=%PASSWORD%`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'alp-1', exact: true }).waitFor();
    await page.getByText('R 8').waitFor();
    await page.getByRole('button', { name: 'More actions for alp-1' }).click();
    await page.getByRole('menuitem', { name: 'Copy resource' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('One by one').click();
    await dialog.getByLabel('Names, one per line').fill('alp-2\nalp-3');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make 2 copies' }).click();
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
    await page.getByText('alp-3').first().click();
    await page.getByText('R 8').waitFor();
    await page.getByText('production').waitFor();
  });
});

describe('a URL', () => {
  it('is opened in a tab of its own, with the password in a form and in no address', async () => {
    await page.getByRole('button', { name: /More actions for root/ }).click();
    const opened = context.waitForEvent('page');
    await page.getByRole('menuitem', { name: 'Open URL' }).click();
    const tab = await opened;
    await tab.getByRole('heading', { name: 'Welcome' }).waitFor();
    const { port } = site.address() as AddressInfo;
    expect(tab.url()).toBe(`https://127.0.0.1:${port}/sign-in`);
    const [first, ...others] = asked.filter((one) => one.url.startsWith('/sign-in'));
    expect(others).toEqual([]);
    expect([first?.method, first?.url]).toEqual(['POST', '/sign-in']);
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toEqual({ user: 'root', pass: password });
    expect(first?.headers['referer']).toBeUndefined();
    // The site cannot reach back to the console that opened it.
    expect(await tab.evaluate(() => window.opener === null)).toBe(true);
    await tab.close();
    expect(product.output()).not.toContain(password);
  });
});

describe('a list', () => {
  it('is had as CSV with own fields and tags, and without a password', async () => {
    await page.goto('/resources');
    await settled(page);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('resources.csv');
    const text = readFileSync(await file.path(), 'utf8');
    expect(text.split('\r\n')[0]).toMatch(/Tags,.*,Rack$/);
    expect(text).toContain('Stage=production');
    expect(text).not.toContain('pin-4711');
  });
  it('leaves nothing to complain of', () => {
    expect(complaints.all).toEqual([]);
  });
});
