// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
/** The owner of the resource, who approves; and whoever asks. */
let ada: Page;
let yuki: Page;
const complaints: Complaints[] = [];
let resourceId = '';
const chosen = 'quiet-harbour-lantern-42';
/** What is on screen follows within two seconds; a busy machine gets more. */
const soon = { timeout: 15_000 };

/** Makes a call as whoever is signed in there. */
async function call<T>(where: Page, method: 'GET' | 'POST' | 'PATCH', path: string, data?: object): Promise<T> {
  const { csrfToken } = (await (await where.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await where.request.fetch(`/api/v1${path}`, {
    method,
    headers: { 'x-csrf-token': csrfToken },
    ...(data ? { data } : {}),
  });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}
/** Every finding of axe about a page as it stands. */
async function clean(page: Page): Promise<void> {
  await settled(page);
  expect(await accessibilityFindings(page)).toEqual([]);
}
const main = (page: Page) => page.getByRole('main');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** The row of an account on the page of its resource. */
const row = (page: Page, name: string) =>
  main(page)
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name, exact: true }) });

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  const [first, second] = await Promise.all([
    visit(browser, product.origin, { reducedMotion: true }),
    visit(browser, product.origin, { reducedMotion: true, theme: 'dark' }),
  ]);
  complaints.push(first.complaints, second.complaints);
  [ada, yuki] = [first.page, second.page];
  await signIn(ada);
  const { user } = await call<{ user: { id: string } }>(ada, 'POST', '/users', {
    username: 'yuki',
    fullName: 'Yuki Tanaka',
    email: 'yuki@northwind.example',
    role: 'password-user',
    password: 'chosen by somebody else',
  });
  const resource = await call<{ id: string }>(ada, 'POST', '/resources', {
    name: 'fra-db-1',
    type: 'Linux',
    accounts: [
      { username: 'root', password: 'The-Root-One-71-!!' },
      { username: 'deploy', password: 'The-Depl-One-71-!!' },
    ],
  });
  resourceId = resource.id;
  const set = [{ to: { kind: 'user', id: user.id }, permission: 'view' }];
  await Promise.all([
    call(ada, 'POST', `/resources/${resourceId}/shares`, { set }),
    signIn(yuki, { username: 'yuki', password: 'chosen by somebody else' }),
  ]);
  await call(yuki, 'POST', '/me/password', { current: 'chosen by somebody else', next: chosen });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe('passwords that are asked for first', () => {
  it('are put under control on the page of their resource, in words that say what it means', async () => {
    await ada.goto(`/resources/${resourceId}`);
    await ada.getByRole('button', { name: 'More actions for fra-db-1' }).click();
    await ada.getByRole('menuitem', { name: 'Access control…' }).click();
    const dialog = ada.getByRole('dialog');
    await button(ada, 'Save and activate').click();
    await dialog.getByText('Choose who approves.').waitFor();
    await dialog
      .getByLabel(/^Who approves/)
      .first()
      .fill('ada');
    await ada.getByRole('option', { name: /ada/ }).click();
    await dialog.getByText(/People must ask\. ada must agree within 24 hours\..*alone for 8 hours at most\./).waitFor();
    await clean(ada);
    await button(ada, 'Save and activate').click();
    await dialog.waitFor({ state: 'detached' });
    // The owner has to ask like everybody.
    await button(ada, 'Request access to root on fra-db-1').waitFor(soon);
  });

  it('case 1: are requested by keyboard alone, and wait for approval', async () => {
    await yuki.goto('/home?view=all');
    await button(yuki, 'Request access to root on fra-db-1').waitFor();
    await clean(yuki);
    await button(yuki, 'Request access to root on fra-db-1').press('Enter');
    await yuki.getByRole('dialog', { name: 'Request access to root on fra-db-1?' }).waitFor();
    await yuki.getByRole('textbox', { name: /Reason/ }).press('Control+Enter');
    await yuki.getByText('Say in a few words why you need it.').waitFor();
    await clean(yuki);
    await yuki.getByRole('textbox', { name: /Reason/ }).fill('Failover test of the ledger cluster.');
    await yuki.getByRole('textbox', { name: /Reason/ }).press('Control+Enter');
    await yuki.getByRole('dialog').waitFor({ state: 'detached' });
    await yuki.getByText('Waiting for approval', { exact: true }).waitFor();
    expect(await button(yuki, 'Show password of root on fra-db-1').count()).toBe(0);
  });

  it('case 2: are approved from the inbox with a key, and whoever waits sees it without loading the page', async () => {
    await ada.goto('/home');
    await ada.getByRole('link', { name: /Requests.*1 request waits for you/ }).click();
    await main(ada).getByText('Failover test of the ledger cluster.').first().waitFor();
    await clean(ada);
    await ada.getByRole('button', { name: 'Reject' }).click();
    await ada.getByText('Say why you reject it.').waitFor();
    await ada.getByRole('heading', { name: 'Requests', level: 1 }).focus();
    await ada.keyboard.press('x');
    await ada.keyboard.type('Agreed with the business.');
    await ada.getByRole('heading', { name: 'Requests', level: 1 }).focus();
    await ada.keyboard.press('a');
    await ada.getByText('Nothing to approve').waitFor();
    await button(yuki, 'Check out root on fra-db-1').waitFor(soon);
    await ada.goto('/requests?view=in-use');
    await ada.getByRole('grid').getByText('Yet to use').waitFor();
    await clean(ada);
  });

  it('case 1 and 3: are checked out, seen, in use for everybody else, and checked in', async () => {
    await button(yuki, 'Check out root on fra-db-1').press('Enter');
    await button(yuki, 'Show password of root on fra-db-1').click();
    await yuki.getByText('The-Root-One-71-!!').waitFor();
    await clean(yuki);
    await ada.getByRole('grid').getByText('In use', { exact: true }).waitFor(soon);
    await ada.goto(`/resources/${resourceId}`);
    await row(ada, 'root').getByText('In use by yuki').waitFor();
    expect(await button(ada, 'Show password of root on fra-db-1').count()).toBe(0);
    await button(yuki, 'Check in root on fra-db-1').press('Enter');
    await button(yuki, 'Request access to root on fra-db-1').waitFor(soon);
    expect(await yuki.getByText('The-Root-One-71-!!').count()).toBe(0);
    await button(ada, 'Request access to root on fra-db-1').waitFor(soon);
  });

  it('are opened in an emergency behind a warning, and the emergency waits for its review', async () => {
    await yuki.getByRole('button', { name: 'More actions for deploy on fra-db-1' }).click();
    await yuki.getByRole('menuitem', { name: 'Emergency access…' }).click();
    await yuki.getByText('For emergencies only').waitFor();
    await button(yuki, 'Open it now').click();
    await yuki.getByText('At least 10 characters.').waitFor();
    await clean(yuki);
    await yuki.getByRole('textbox', { name: /What is the emergency/ }).fill('The ledger is down, nobody answers.');
    await yuki.getByRole('checkbox', { name: /I cannot wait for approval/ }).check();
    await button(yuki, 'Open it now').click();
    await button(yuki, 'Check in deploy on fra-db-1').waitFor(soon);
    await ada.goto('/requests?view=emergency');
    await ada.getByText('Yuki Tanaka opened deploy in an emergency').waitFor();
    await clean(ada);
    await ada.getByRole('textbox', { name: 'Your review' }).fill('Was right: the ledger was down.');
    await button(ada, 'Save review').click();
    await ada.getByText('No emergency to review').waitFor();
  });

  it('case 4: are taken back by force, after a question', async () => {
    await ada.goto('/requests?view=in-use');
    await ada.getByRole('button', { name: /^Force check-in of deploy/ }).click();
    await ada.getByText('Take deploy · fra-db-1 back from Yuki Tanaka?').waitFor();
    await clean(ada);
    await ada.getByRole('dialog').getByRole('textbox').fill('The ledger is up again.');
    await ada.getByRole('dialog').getByRole('button', { name: 'Force check-in' }).click();
    await button(yuki, 'Request access to deploy on fra-db-1').waitFor(soon);
    await ada.goto('/requests?view=all');
    await ada.getByRole('grid').getByText('Forced in').click();
    const drawer = ada.getByRole('dialog');
    await drawer.getByText('ada took it back').waitFor();
    await drawer.getByText('Was right: the ledger was down.').waitFor();
    await clean(ada);
    await ada.keyboard.press('Escape');
  });

  it('case 5: are seen by administrators while somebody has them out where the setting says so', async () => {
    const { items } = await call<{ items: { id: string; username: string }[] }>(
      ada,
      'GET',
      `/accounts?resourceId=${resourceId}`,
    );
    const root = items.find(({ username }) => username === 'root')?.id ?? '';
    const request = await call<{ id: string }>(yuki, 'POST', `/accounts/${root}/request`, { reason: 'Once more.' });
    await call(ada, 'POST', `/requests/${request.id}/approve`, {});
    await call(yuki, 'POST', `/accounts/${root}/check-out`, {});
    await ada.goto(`/resources/${resourceId}`);
    await row(ada, 'root').getByText('In use by yuki').waitFor();
    await call(ada, 'PATCH', '/settings', { administratorsSeeCheckedOut: true });
    await button(ada, 'Show password of root on fra-db-1').waitFor(soon);
    await call(ada, 'PATCH', '/settings', { administratorsSeeCheckedOut: false });
    await row(ada, 'root').getByText('In use by yuki').waitFor(soon);
    await call(yuki, 'POST', `/accounts/${root}/check-in`, {});
  });

  it('case 8: are free again once the control is deactivated', async () => {
    await ada.getByRole('button', { name: 'More actions for fra-db-1' }).click();
    await ada.getByRole('menuitem', { name: 'Access control…' }).click();
    await button(ada, 'Deactivate').click();
    await ada.getByText('Deactivate access control of fra-db-1?').waitFor();
    await clean(ada);
    await ada.getByRole('dialog').last().getByRole('button', { name: 'Deactivate', exact: true }).click();
    await button(ada, 'Show password of root on fra-db-1').waitFor(soon);
    await yuki.reload();
    await button(yuki, 'Show password of root on fra-db-1').waitFor();
  });

  it('keep the way of a link in a mail through signing in, and say when it is of no use', async () => {
    const {
      context,
      page,
      complaints: third,
    } = await visit(browser, product.origin, { size: 'phone', reducedMotion: true });
    complaints.push(third);
    await page.goto(`/requests/approve#${'x'.repeat(43)}`);
    await page.getByLabel('User name').fill('yuki');
    await page.getByLabel('Password', { exact: true }).fill(chosen);
    await button(page, 'Sign in').click();
    await page.getByText('This link does not work').waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/requests/approve');
    await clean(page);
    await page.getByRole('link', { name: 'See what waits for you' }).click();
    await page.getByText('Yuki').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await clean(page);
    await context.close();
  });

  it('made no page complain', () => {
    expect(complaints.flatMap((one) => one.all)).toEqual([]);
  });
});
