// needs: chromium-headless-shell
import type { AddressInfo, Server } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { mailSink } from './mail-sink.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
let sink: Server;
const post = mailSink();

beforeAll(async () => {
  [product, browser, sink] = await Promise.all([startProduct({ unattended: true }), launch(), post.listening]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  sink?.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
async function open(address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}
const call = (method: string, path: string, body?: object): Promise<{ id: string; items: { id: string }[] }> =>
  page.evaluate(
    async ([how, where, text]) => {
      const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers: { 'x-csrf-token': csrfToken, ...(text ? { 'content-type': 'application/json' } : {}) },
        ...(text ? { body: text } : {}),
      });
      return (await answer.json()) as { id: string; items: { id: string }[] };
    },
    [method, path, body ? JSON.stringify(body) : ''] as const,
  );

describe('mail and notices', () => {
  it('has its server set and tested in the console, with what the server answers', async () => {
    await open('/admin/mail');
    await page.getByText('No mail server is set').waitFor();
    await page.getByLabel('Use a mail server').check({ force: true });
    await button('Save').click();
    await page.getByText('Enter the name or address of the server').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('textbox', { name: /^Server/ }).fill('127.0.0.1');
    await page.getByRole('textbox', { name: /^Port/ }).fill(String((sink.address() as AddressInfo).port));
    await page.getByRole('combobox', { name: 'Security' }).click();
    await page.getByRole('option', { name: 'None' }).click();
    await page.getByRole('textbox', { name: /^Sender/ }).fill('vault@northwind.example');
    await page.getByRole('textbox', { name: 'Address in mails' }).fill('https://vault.northwind.example/');
    await button('Save').click();
    await page.getByText('Mail server saved').first().waitFor();
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('gone@northwind.example');
    await button('Send test mail').click();
    await page.getByText('550 5.1.1 no such user').waitFor();
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('ada@northwind.example');
    await button('Send test mail').click();
    await page.getByText('The server took the mail').waitFor();
    await page.getByText('250 2.0.0 taken').waitFor();
    expect(post.taken.length).toBe(1);
  });

  it('says in a group who is told, tells them, and shows what could not be sent', async () => {
    await open('/resources');
    const resource = await call('POST', '/resources', {
      name: 'lnx-1',
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Passw0rd-of-root-11!' }],
    });
    const group = await call('POST', '/resource-groups', { name: 'Linux', kind: 'static', resourceIds: [resource.id] });
    const account = (await call('GET', `/accounts?resourceId=${resource.id}`)).items[0]?.id ?? '';
    await open(`/resources/groups/${group.id}/notices`);
    await button(/^Password accessed/).click();
    await page.getByLabel('Owner', { exact: true }).check();
    const addresses = page.getByRole('combobox', { name: 'Mail addresses' });
    await addresses.pressSequentially('gone@northwind.example,nobody,');
    expect(await accessibilityFindings(page)).toEqual([]);
    await button('Save').click();
    await page.getByText('nobody is not a mail address').waitFor();
    await addresses.press('Backspace');
    await button('Save').click();
    await page.getByText('Notices saved').first().waitFor();
    await open(`/resources/groups/${group.id}/notices`);
    await button(/^Password accessed.*Owner, 1 address/).waitFor();
    await call('POST', `/accounts/${account}/reveal`, { reason: 'the disk is full' });
    // The page asks every ten seconds: it is opened once there is something to see.
    const told = await post.first((mail) => mail.includes('Subject: Password accessed'));
    await open('/admin/mail/queue');
    const failed = page.getByRole('row', { name: /gone@northwind\.example/ });
    await failed.getByText('Failed').waitFor();
    await failed.getByText('550 5.1.1 no such user').waitFor();
    await page
      .getByRole('row', { name: /ada@northwind\.example/ })
      .getByText('Sent')
      .waitFor();
    expect(told).toContain('Subject: Password accessed: root on lnx-1');
    expect(told).toContain('https://vault.northwind.example/resources/');
    expect(told).not.toContain('Passw0rd-of-root');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('lets an administrator try a failed mail again, and take it out', async () => {
    await open('/admin');
    await page.getByText('1 mail failed').waitFor();
    await page.getByRole('link', { name: 'Show', exact: true }).click();
    await button(/^Try again now: .*gone@/).click();
    await page.getByText('Tried again').first().waitFor();
    await page.getByText('1 mail failed').waitFor();
    await button(/^Delete: .*gone@/).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Mail deleted').first().waitFor();
    await page.getByRole('row', { name: /gone@/ }).waitFor({ state: 'detached' });
    await page.getByText('Mail goes out').waitFor();
    expect(complaints.all).toEqual([]);
  });
});
