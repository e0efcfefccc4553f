// needs: chromium-headless-shell
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  await page.evaluate(async () => {
    const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
    const post = async (path: string, body: object): Promise<{ id: string; values?: { id: string }[] }> => {
      const answer = await fetch(`/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.json()) as { id: string };
    };
    const field = await post('/fields', { belongsTo: 'resource', name: 'Cost centre', kind: 'text' });
    const tag = await post('/tags', { scope: 'client', name: 'Tier', values: [{ value: 'gold' }] });
    const make = (name: string, more: object): Promise<{ id: string }> =>
      post('/resources', {
        name,
        type: 'Linux',
        dnsName: `${name}.example.org`,
        accounts: [{ username: 'postgres', password: 'x' }],
        ...more,
      });
    const db = await make('fra-db-01', { department: 'Finance', fields: { [field.id]: 'CC-1234' } });
    await make('ber-web-01', { department: 'Sales', fields: { [field.id]: 'CC-9' } });
    await post(`/resources/${db.id}/tags`, { add: [tag.values?.[0]?.id] });
  });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const shots = process.env['STRONGROOM_SHOTS'];
async function shot(name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}
const options = () => page.getByRole('option');
async function search(text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Search accounts/ }).fill(text);
}

describe('the palette', () => {
  it('finds everything by its own fields and tags, marks what fits, and opens it by keyboard', async () => {
    await search('gold cc-1234');
    await options().filter({ hasText: 'fra-db-01' }).first().waitFor();
    expect(await page.getByText('Accounts', { exact: true }).count()).toBeGreaterThan(0);
    await search('');
    await page.getByRole('combobox', { name: /Search accounts/ }).fill('fra');
    await page.locator('mark', { hasText: 'fra' }).first().waitFor();
    await shot('palette');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('option', { selected: true }).filter({ hasText: 'fra-db-01' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/resources\/[0-9a-f-]{36}/);
  });

  it('says when it forgave a letter', async () => {
    await search('psotgres');
    await page.getByText('Accounts spelled nearly so').waitFor();
    await shot('palette-nearly');
    await page.keyboard.press('Escape');
  });
});

describe('a list', () => {
  it('is narrowed by a tag and a field of one’s own, and the view is kept under a name [RES-07]', async () => {
    await page.goto('/resources');
    await settled(page);
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByLabel('Cost centre').fill('cc-1234');
    await shot('more-filters');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('row', { name: /fra-db-01/ }).waitFor();
    await page.getByRole('row', { name: /ber-web-01/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More filters (1)' }).waitFor();
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Cost centre 1234');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('button', { name: 'Cost centre 1234', exact: true }).waitFor();
    await shot('views');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.goto('/resources?department=Sales');
    await page.getByRole('row', { name: /ber-web-01/ }).waitFor();
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.getByRole('button', { name: 'Cost centre 1234', exact: true }).click();
    await page.getByRole('row', { name: /fra-db-01/ }).waitFor();
    await page.getByRole('row', { name: /ber-web-01/ }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('department')).toBeNull();
    expect(complaints.all).toEqual([]);
  });
});

describe('the administration', () => {
  it('finds settings by their words, beside its pages and from its start, and says when there are none', async () => {
    await page.goto('/admin/users');
    const beside = page.getByRole('navigation', { name: 'Pages of the administration' });
    await beside.getByLabel('Search settings').fill('clipboard');
    await beside.getByRole('link', { name: 'Clear the clipboard after' }).click();
    await page.waitForURL(/\/admin\/settings#clearClipboardSeconds$/);
    await beside.getByLabel('Search settings').fill('zeppelin');
    await beside.getByText('No setting has these words').waitFor();
    await page.goto('/admin');
    await page.getByLabel('Search users pages and settings').fill('nightly check');
    await page.getByRole('link', { name: /^Time of the nightly check/ }).waitFor();
    await shot('admin-search');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByLabel('Search users pages and settings').fill('zeppelin');
    await page.getByText('Nothing here has these words').last().waitFor();
    await page.getByLabel('Search users pages and settings').fill('fields');
    await page
      .getByRole('link', { name: /^Fields/ })
      .last()
      .click();
    await page.waitForURL(/\/admin\/fields$/);
    expect(complaints.all).toEqual([]);
  });
});
