// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let second: Page;
const complaints: Complaints[] = [];
let accountId = '';

/** Makes a call as whoever is signed in there. */
async function post<T>(where: Page, path: string, data: object): Promise<T> {
  const { csrfToken } = (await (await where.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await where.request.post(`/api/v1${path}`, { headers: { 'x-csrf-token': csrfToken }, data });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}
const priya = { username: 'priya', password: 'quiet-harbour-lantern-42' };

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  const first = await visit(browser, product.origin, { reducedMotion: true });
  page = first.page;
  await signIn(page);
  await post(page, '/users', {
    username: 'priya',
    fullName: 'Priya Raman',
    email: 'priya@northwind.example',
    role: 'administrator',
    password: 'chosen by somebody else',
  });
  const resource = await post<{ id: string }>(page, '/resources', {
    name: 'fra-db-1',
    type: 'Linux',
    accounts: [{ username: 'root', password: 'The-Former-One-71-!!' }],
  });
  const accounts = await page.request.get(`/api/v1/accounts?resourceId=${resource.id}`);
  accountId = ((await accounts.json()) as { items: { id: string }[] }).items[0]?.id ?? '';
  const other = await visit(browser, product.origin, { reducedMotion: true, theme: 'dark' });
  second = other.page;
  await signIn(second, { username: 'priya', password: 'chosen by somebody else' });
  await post(second, '/me/password', { current: 'chosen by somebody else', next: priya.password });
  complaints.push(first.complaints, other.complaints);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const change = (password: string): Promise<unknown> =>
  post(page, `/accounts/${accountId}/password`, { password, where: 'local' });

describe('a listener in the console', () => {
  it('is added by one administrator and waits; whoever made it cannot decide', async () => {
    await page.goto('/admin/reset-listeners');
    await page.getByText('Nothing runs after a reset').waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add listener' }).click();
    await page.getByRole('button', { name: 'Save for approval' }).click();
    await page.getByText('Enter a name').waitFor();
    await page.getByRole('textbox', { name: /^Name/ }).fill('Restart the database');
    await page.getByLabel('File: Text').fill('#!/bin/sh\necho told:\ncat\n');
    await page.getByLabel('As arguments').check();
    await page.getByText('Every user of the server sees the arguments').waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByLabel('On standard input, as JSON').check();
    await page.getByRole('button', { name: 'Save for approval' }).click();
    await page.getByRole('heading', { name: 'Restart the database', level: 1 }).waitFor();
    await page.getByText('Waits for another administrator: you made or edited it.').waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await expect.poll(() => page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  });

  it('is found by another under Approvals, read, and approved', async () => {
    await second.goto('/home');
    await second.getByRole('link', { name: /Admin.*1 thing waits for your approval/ }).click();
    await second.goto('/admin/approvals');
    await second.getByRole('heading', { name: 'For you to decide' }).waitFor();
    await settled(second);
    expect(await accessibilityFindings(second)).toEqual([]);
    await second.getByRole('link', { name: 'Review: Restart the database' }).click();
    await second.getByText('echo told:').waitFor();
    await settled(second);
    expect(await accessibilityFindings(second)).toEqual([]);
    await second.getByRole('button', { name: 'Approve version 1' }).click();
    await second.getByText('On', { exact: true }).waitFor();
    await second.goto('/admin/approvals');
    await second.getByText('Nothing waits').waitFor();
  });

  it('runs after the next change, and its result is read without the passwords', async () => {
    await change('Brand-New-Passw0rd-72-!!');
    await page.goto('/admin/reset-listeners/runs');
    await page.getByRole('grid').getByText('root on fra-db-1').waitFor({ timeout: 20_000 });
    await page.getByRole('grid').getByText('Done', { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByRole('grid').getByText('root on fra-db-1').click();
    const written = page.getByText('told:');
    await written.waitFor();
    const text = (await written.textContent()) ?? '';
    expect(text).toContain('"newPassword":"[secret]"');
    expect(text).not.toContain('Brand-New-Passw0rd-72');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('is edited: what changed is shown, the approved version runs on, and the edit is refused with a reason', async () => {
    await page.goto('/admin/reset-listeners');
    await page.getByText('Restart the database').click();
    await page.getByRole('button', { name: 'Edit' }).click();
    await expect.poll(() => page.getByLabel('File: Text').inputValue(), { timeout: 20_000 }).toContain('echo told:');
    await page.getByLabel('File: Text').fill('#!/bin/sh\necho other:\ncat\n');
    await page.getByRole('button', { name: 'Save for approval' }).click();
    await page.getByText('Edit waits').waitFor();
    await second.goto('/admin/approvals');
    await second.getByRole('link', { name: 'Review: Restart the database' }).click();
    await second.getByText('echo other:').waitFor();
    await second.getByText('echo told:').waitFor();
    await second.setViewportSize({ width: 390, height: 844 });
    await settled(second);
    expect(await accessibilityFindings(second)).toEqual([]);
    expect(await second.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await second.getByRole('button', { name: 'Refuse', exact: true }).click();
    await second.getByLabel('Reason').fill('Say why it changed.');
    await second.getByRole('button', { name: 'Refuse it' }).click();
    await second.getByText('Say why it changed.').waitFor();
    await change('Brand-New-Passw0rd-73-!!');
    await expect
      .poll(
        async () => {
          const reply = await page.request.get('/api/v1/listener-runs');
          return ((await reply.json()) as { items: { state: string; version: number }[] }).items.map(
            ({ state, version }) => `${state} ${version}`,
          );
        },
        { timeout: 20_000 },
      )
      .toEqual(['done 1', 'done 1']);
  });

  it('made no page complain', () => {
    expect(complaints.flatMap((one) => one.all)).toEqual([]);
  });
});
