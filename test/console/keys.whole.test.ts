// needs: chromium-headless-shell
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
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** Adds a resource as the page would, in its session; gives its id. */
async function addResource(resource: object): Promise<string> {
  const { status, id } = await page.evaluate(async (body) => {
    const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
    const reply = await fetch('/api/v1/resources', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
      body,
    });
    return { status: reply.status, id: ((await reply.json()) as { id: string }).id };
  }, JSON.stringify(resource));
  expect(status).toBe(200);
  return id;
}

describe('dialogues of one’s own and SSH keys', () => {
  it('are written, found fault with, rehearsed on paper and kept with a type', async () => {
    await page.goto('/admin/resource-types');
    await settled(page);
    await page.getByRole('button', { name: 'Add type' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Edge box');
    await page.getByRole('button', { name: 'Write a dialogue' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dialogue' });
    const second = dialog.getByRole('group', { name: 'Step 2' });
    await second.getByLabel('Send').fill('{{pasword}}');
    await dialog.getByRole('button', { name: 'Rehearse on paper' }).click();
    await second.getByText('has a placeholder that there is not').waitFor();
    await second.getByLabel('Send').fill('{{new}}');
    await dialog.getByRole('button', { name: 'Rehearse on paper' }).click();
    const paper = dialog.getByRole('region', { name: 'Rehearse on paper' });
    for (const line of ['New password:', 'Retype it:', 'Done.\nbox> ']) {
      await paper.getByRole('textbox', { name: 'The device writes' }).fill(line);
      await paper.getByRole('button', { name: 'Next' }).click();
      await paper.getByText(line.split('\n')[0] ?? '').waitFor();
    }
    await paper.getByText('The device said that the password is set.').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Use this dialogue' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('dialog').getByRole('button', { name: 'Add type' }).click();
    await page.getByText('By a dialogue of your own').waitFor();
  });

  it('make a key for an account, show its public half, and list it', async () => {
    await addResource({
      name: 'key-host',
      type: 'Linux',
      dnsName: 'key-host.invalid',
      accounts: [{ username: 'deploy' }],
    });
    await page.goto('/home?view=all');
    await page.getByText('key-host').first().waitFor();
    await page.getByText('deploy').first().click();
    await page.getByRole('tab', { name: 'Key' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page
      .getByRole('dialog', { name: /^Make a key for/ })
      .getByRole('button', { name: 'Make a key' })
      .click();
    await page.getByText('It is on no account yet.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Public key' }).inputValue()).toMatch(/^ssh-ed25519 AAAA/);
    expect(await accessibilityFindings(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download private key' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^id_/);
    await page.goto('/resources/keys');
    await page.getByText('Ed25519').waitFor();
    expect(complaints.all).toEqual([]);
  });
});
