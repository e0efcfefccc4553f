// needs: chromium-headless-shell
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: Complaints;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ context, page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
});
afterAll(async () => {
  await context?.close();
  await browser?.close();
  await product?.stop();
});

/** Makes calls as the person who is signed in, for what other journeys show. */
const call = (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> =>
  page.evaluate(
    async ({ method, path, body }) => {
      const me = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const reply = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'x-csrf-token': me.csrfToken, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!reply.ok) throw new Error(`${path} answered ${String(reply.status)}`);
      return (await reply.json()) as Record<string, unknown>;
    },
    { method, path, body },
  );

describe('policies', () => {
  it('are copied, changed with a sample at hand, made the default, and deleted with another in their place', async () => {
    await page.goto('/admin/policies');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    // Built in: to be copied, not changed.
    await page.getByRole('button', { name: 'More about Strong' }).click();
    expect(await page.getByRole('menuitem', { name: 'Edit' }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Copy' }).click();
    await page.getByRole('rowheader', { name: /^Copy of Strong/ }).waitFor();
    await page.getByRole('button', { name: 'More about Copy of Strong' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Long');
    await dialog.getByLabel('Shortest').fill('30');
    const sample = dialog.getByRole('region', { name: 'It would draw' });
    await expect
      .poll(async () => (await sample.getByRole('listitem').allTextContents()).map((text) => text.length))
      .toEqual([30, 30, 30]);
    expect(await accessibilityFindings(page)).toEqual([]);
    // What cannot be kept is said before anything is stored.
    await dialog.getByLabel('Longest').fill('20');
    await sample.getByText('is less than the shortest length').waitFor();
    await dialog.getByLabel('Longest').fill('64');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('rowheader', { name: /^Long/ }).waitFor();
    await call('POST', '/resources', {
      name: 'fra-db-1',
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Short-But-Good-11-!!' }, { username: 'oracle' }],
    });
    await page.getByRole('button', { name: 'More about Long' }).click();
    await page.getByRole('menuitem', { name: 'Make the default' }).click();
    // Both accounts are judged by it, and nobody had to ask.
    await page.getByText('2 accounts looked at, 2 changed').waitFor();
  });

  it('are told of each account: counted on Home, in its list, with reasons and what applies', async () => {
    await page.goto('/home');
    await page.getByRole('button', { name: '2 against policy' }).click();
    await page.getByText('2 accounts match').waitFor();
    expect(new URL(page.url()).searchParams.get('compliance')).toBe('violating');
    await page.getByText('root', { exact: true }).first().click();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Long, the default').waitFor();
    await drawer.getByText('Use at least 30 characters.').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    // The generator goes by the same policy, in characters and in words.
    await drawer.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('button', { name: 'Generate a password' }).click();
    const choices = page.getByRole('button', { name: /^[A-Za-z0-9!@#$%^&*_=+-]{30,}$/ });
    await expect.poll(() => choices.count()).toBe(5);
    await page.getByText('Passphrase', { exact: true }).click();
    await expect.poll(async () => (await choices.first().textContent()) ?? '').toMatch(/^([A-Z][a-z]+-){3,}/);
    await choices.first().click();
    await page.getByRole('button', { name: 'Change password' }).last().click();
    await page.getByText('Keeps it').waitFor();
  });

  it('go only with another in their place where they are in use', async () => {
    await page.goto('/admin/policies');
    await page.getByRole('button', { name: 'More about Long' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'In its place' }).click();
    await page.getByRole('option', { name: 'Low' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('rowheader', { name: /^Low.*Default/ }).waitFor();
    expect(await page.getByRole('rowheader', { name: /^Long/ }).count()).toBe(0);
    expect(complaints.all).toEqual([]);
  });
});
