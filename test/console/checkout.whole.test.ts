// needs: chromium-headless-shell
import type { AddressInfo, Server } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { mailSink } from './mail-sink.ts';
import { administrator, startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
/** The owner of the resource, who approves; and whoever asks. */
let ada: Page;
let yuki: Page;
const complaints: Complaints[] = [];
let resourceId = '';
let adaId = '';
/** The accounts by their names. */
const accounts: Record<string, string> = {};
let sink: Server;
const chosen = 'quiet-harbour-lantern-42';
/** What is on screen follows within two seconds; a busy machine gets more. */
const soon = { timeout: 15_000 };

/** Makes a call as whoever is signed in there. */
async function call<T>(where: Page, method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, data?: object): Promise<T> {
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

/** Waits for a mail, without asking again and again: it is looked at whenever one comes. */
const mailed = (subject: string): Promise<string> => mailWhere((mail) => mail.includes(`Subject: ${subject}`));
let mailWhere: (is: (mail: string) => boolean) => Promise<string>;
/** Yuki takes an account, with ada's approval, by calls alone. */
async function lend(name: string, reason: string): Promise<void> {
  const path = `/accounts/${accounts[name] ?? ''}`;
  const { id } = await call<{ id: string }>(yuki, 'POST', `${path}/request`, { reason });
  await call(ada, 'POST', `/requests/${id}/approve`, {});
  await call(yuki, 'POST', `${path}/check-out`, {});
}

beforeAll(async () => {
  const post = mailSink();
  mailWhere = post.first;
  [product, browser, sink] = await Promise.all([startProduct({ unattended: true }), launch(), post.listening]);
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
  adaId = (await call<{ user: { id: string } }>(ada, 'GET', '/session')).user.id;
  await call(ada, 'PATCH', '/settings', {
    mail: {
      host: '127.0.0.1',
      port: (sink.address() as AddressInfo).port,
      security: 'none',
      from: 'strongroom@northwind.example',
    },
  });
  const resource = await call<{ id: string }>(ada, 'POST', '/resources', {
    name: 'fra-db-1',
    type: 'Linux',
    // Nothing listens there: every reset of it fails.
    dnsName: '127.0.0.1',
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
  await call(ada, 'PUT', `/resources/${resourceId}/reset`, {
    reset: { settings: { port: 1 }, adminAccountId: null, elevationAccountId: null },
  });
  const { items } = await call<{ items: { id: string; username: string }[] }>(
    ada,
    'GET',
    `/accounts?resourceId=${resourceId}`,
  );
  for (const { id, username } of items) accounts[username] = id;
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  sink?.close();
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
    // As it is: it does not settle before the password is hidden again.
    expect(await accessibilityFindings(yuki)).toEqual([]);
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
    await drawer.getByText('The ledger is up again.').waitFor();
    await drawer.getByText('Was right: the ledger was down.').waitFor();
    await clean(ada);
    await ada.keyboard.press('Escape');
  });

  it('case 5: are seen by administrators while somebody has them out where the setting says so', async () => {
    await lend('root', 'Once more.');
    await ada.goto(`/resources/${resourceId}`);
    await row(ada, 'root').getByText('In use by yuki').waitFor();
    await call(ada, 'PATCH', '/settings', { administratorsSeeCheckedOut: true });
    await ada.reload();
    await button(ada, 'Show password of root on fra-db-1').waitFor();
    await call(ada, 'PATCH', '/settings', { administratorsSeeCheckedOut: false });
    await call(yuki, 'POST', `/accounts/${accounts['root'] ?? ''}/check-in`, {});
  });

  it('case 7: are passed over by a schedule while somebody has them out, and the trail says so', async () => {
    const deploy = accounts['deploy'] ?? '';
    await call(ada, 'PUT', `/accounts/${deploy}/access-control`, {
      control: { approverIds: [adaId], resetAfter: true },
    });
    await lend('deploy', 'Rolls out the hot fix.');
    const group = await call<{ id: string }>(ada, 'POST', '/resource-groups', {
      name: 'Ledger',
      resourceIds: [resourceId],
    });
    const schedule = `/resource-groups/${group.id}/schedule`;
    await call(ada, 'PUT', schedule, { when: { is: 'never' }, timeZone: 'UTC', passwords: 'unique' });
    await call(ada, 'POST', `${schedule}/run`, {});
    const events = `/audit?action=schedule.run&objectId=${deploy}`;
    const { items } = await call<{ items: { id: string; trail: string }[] }>(ada, 'GET', events);
    await ada.goto(`/audit/resources?event=${items[0]?.id ?? ''}`);
    await ada.getByText('Somebody has it checked out. It is reset once it is back.').first().waitFor();
    await button(yuki, 'Show password of deploy on fra-db-1').waitFor(soon);
  });

  it('case 6: alarm the approver who agreed where the reset after check-in fails, and say so', async () => {
    // A target that cannot be reached is asked for minutes before its reset counts as failed; one that nobody can log in to, not at all.
    await call(ada, 'PUT', `/resources/${resourceId}/reset`, { reset: null });
    await button(yuki, 'Check in deploy on fra-db-1').press('Enter');
    expect(await mailed('Not reset after check-in: deploy on fra-db-1')).toContain('To: ada@northwind.example');
    await ada.goto(`/resources/${resourceId}`);
    await row(ada, 'deploy').getByText('Reset failed').waitFor(soon);
    // It is tried again half a minute later, so that there may be more than one.
    const events = '/audit?trail=task&action=lease.reset-failed';
    const { items } = await call<{ items: object[] }>(ada, 'GET', events);
    expect(items.length).toBeGreaterThan(0);
  });

  it('case 8: are free again once the control is deactivated', async () => {
    await ada.getByRole('button', { name: 'More actions for fra-db-1' }).click();
    await ada.getByRole('menuitem', { name: 'Access control…' }).click();
    await button(ada, 'Deactivate').click();
    await ada.getByText('Deactivate access control of fra-db-1?').waitFor();
    await clean(ada);
    await ada.getByRole('dialog').last().getByRole('button', { name: 'Deactivate', exact: true }).click();
    await button(ada, 'Show password of root on fra-db-1').waitFor(soon);
    await button(yuki, 'Show password of root on fra-db-1').waitFor(soon);
  });

  it('are approved by the link in the mail: for its reader alone, behind the sign-in, and once', async () => {
    await call(yuki, 'POST', `/accounts/${accounts['deploy'] ?? ''}/request`, { reason: 'From the road.' });
    const mail = await mailWhere((one) => one.includes('From the road.'));
    const token = /approve#([A-Za-z0-9_-]{43})/.exec(mail)?.[1] ?? '';
    const way = `/requests/approve#${token}`;
    // Of no use to anybody else, whoever signed in.
    await yuki.goto(way);
    await yuki.getByText('This link does not work').waitFor();
    const visited = await visit(browser, product.origin, { size: 'phone', reducedMotion: true });
    const { context, page } = visited;
    complaints.push(visited.complaints);
    await page.goto(way);
    await page.getByLabel('User name').fill(administrator.username);
    await page.getByLabel('Password', { exact: true }).fill(administrator.password);
    await button(page, 'Sign in').click();
    await page.getByText('From the road.').first().waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/requests/approve');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await clean(page);
    await button(page, 'Approve').click();
    await page.getByText('Your decision is saved.').waitFor();
    await page.goto('/home');
    await page.goto(way);
    await page.getByText('This link does not work').waitFor();
    await clean(page);
    await page.getByRole('link', { name: 'See what waits for you' }).click();
    await page.getByText('Nothing to approve').waitFor();
    await context.close();
    await yuki.goto('/home?view=all');
    await button(yuki, 'Check out deploy on fra-db-1').waitFor(soon);
  });

  it('are decided by a deputy, who is named by keyboard alone and sees whose deputy they are', async () => {
    const made = { username: 'marcus', password: 'chosen by somebody else' };
    const { user } = await call<{ user: { id: string } }>(ada, 'POST', '/users', {
      ...made,
      fullName: 'Marcus Lindqvist',
      email: 'marcus@northwind.example',
      role: 'password-administrator',
    });
    // Marcus is heard of by calls alone: he is away.
    const { context, page: marcus } = await visit(browser, product.origin, {});
    await marcus.request.post('/api/v1/session', { data: made });
    await call(marcus, 'POST', '/me/password', { current: made.password, next: chosen });
    const [beginsAt, endsAt] = [0, 86_400_000].map((ms) => new Date(Date.now() + ms).toISOString());
    await call(marcus, 'PUT', '/me/deputy', { deputyId: adaId, beginsAt, endsAt, note: 'Back tomorrow.' });
    await context.close();
    const root = `/accounts/${accounts['root'] ?? ''}`;
    await call(ada, 'PUT', `${root}/access-control`, { control: { approverIds: [user.id] } });
    await call(yuki, 'POST', `${root}/request`, { reason: 'While Marcus is away.' });

    await ada.goto('/requests');
    const card = ada.getByRole('region', { name: 'While you are away' });
    await card.getByText(/^You decide beside marcus until.*Back tomorrow\./).waitFor();
    await ada.getByText('You decide as deputy of marcus.').waitFor();
    await button(ada, 'Name a deputy').press('Enter');
    const dialog = ada.getByRole('dialog', { name: 'Who decides while you are away?' });
    await dialog.getByLabel('Note to your deputy').press('Tab');
    await button(ada, 'Save').press('Enter');
    await dialog.getByText('Choose who decides for you.').waitFor();
    await clean(ada);
    const deputy = dialog.getByLabel(/^Deputy/).first();
    await deputy.fill('marcus');
    await ada.getByRole('option', { name: /Marcus Lindqvist/ }).waitFor();
    await deputy.press('ArrowDown');
    await deputy.press('Enter');
    await dialog.getByLabel(/^Until/).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await card.getByText(/^Marcus Lindqvist decides beside you until/).waitFor();
    const { width, height } = ada.viewportSize() ?? { width: 0, height: 0 };
    await ada.setViewportSize({ width: 390, height: 844 });
    await clean(ada);
    expect(await ada.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await button(ada, 'End now').press('Enter');
    await button(ada, 'Name a deputy').waitFor();
    await ada.setViewportSize({ width, height });

    await ada.getByRole('heading', { name: 'Requests', level: 1 }).focus();
    await ada.keyboard.press('a');
    await ada.getByText('Nothing to approve').waitFor();
    await clean(ada);
    await ada.goto('/requests?view=in-use');
    await ada.getByRole('grid').getByText('root', { exact: true }).click();
    await ada.getByRole('dialog').getByText('ada approved as deputy of marcus').waitFor();
  });

  it('made no page complain', () => {
    expect(complaints.flatMap((one) => one.all)).toEqual([]);
  });
});
