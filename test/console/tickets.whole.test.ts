// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signsIn, startTicketing, type Ticket, type TicketingPeer } from '../peers/ticketing/systems.ts';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let peer: TicketingPeer;
/** Who sets up ticketing; who uses passwords; who approves what ada writes. */
let ada: Page;
let yuki: Page;
let priya: Page;
const complaints: Complaints[] = [];

const given = 'chosen by somebody else';
const ticket = (id: string, subject: string, state = 'open'): Ticket => ({
  ...{ id, subject, state, priority: 'high', asset: 'A-7' },
  requester: { name: 'Yuki Tanaka', email: 'yuki@northwind.example' },
});

/** Makes a call as whoever is signed in there. */
async function post<T>(where: Page, path: string, data: object): Promise<T> {
  const { csrfToken } = (await (await where.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await where.request.post(`/api/v1${path}`, { headers: { 'x-csrf-token': csrfToken }, data });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}
/** A page of their own for somebody new, signed in, past the first change of the password. */
async function arrives(username: string, fullName: string, role: string, theme: 'light' | 'dark') {
  const { user } = await post<{ user: { id: string } }>(ada, '/users', {
    ...{ username, fullName, role, password: given, email: `${username}@northwind.example` },
  });
  const { page, complaints: theirs } = await visit(browser, product.origin, { reducedMotion: true, theme });
  complaints.push(theirs);
  await signIn(page, { username, password: given });
  await post(page, '/me/password', { current: given, next: 'quiet-harbour-lantern-42' });
  return { page, id: user.id };
}
/** Every finding of axe about a page as it stands. */
async function clean(page: Page): Promise<void> {
  await settled(page);
  expect(await accessibilityFindings(page)).toEqual([]);
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
async function save(page: Page): Promise<void> {
  await button(page, 'Save').click();
  await page.getByText('Ticketing saved').last().waitFor();
}
/** Turns the checking of tickets on or off in the form. */
const check = (on: boolean) => ada.getByLabel('Check tickets').setChecked(on, { force: true });
async function tryOut(id: string): Promise<void> {
  await ada.getByLabel('Ticket id').fill(id);
  await ada.getByLabel('Ticket id').press('Enter');
  await ada.getByText('The ticket is there and open.').waitFor();
}
const show = () => button(yuki, 'Show password of root on fra-db-1');
/** Gives a ticket to what asks for one, as yuki. */
async function give(id: string): Promise<void> {
  await yuki.getByRole('textbox', { name: /^Ticket/ }).fill(id);
  await yuki.getByRole('textbox', { name: /^Ticket/ }).press('Enter');
}

/** As an administrator might write it: asks, and looks by itself whether the ticket names the resource. */
const module = `export default async ({ ticket, url, username, secret, use }) => {
  const authorization = 'Basic ' + Buffer.from(username + '/token:' + secret).toString('base64');
  const answer = await fetch(url + '/api/v2/tickets/' + encodeURIComponent(ticket) + '.json', { headers: { authorization } });
  if (answer.status === 404) return { exists: false };
  if (!answer.ok) throw new Error('status ' + answer.status);
  const found = (await answer.json()).ticket;
  const fits = use === null || found.subject.includes(use.resource);
  return { exists: true, closed: found.status === 'closed', fields: found, fits, why: 'It is about another machine.' };
};
`;

beforeAll(async () => {
  [product, browser, peer] = await Promise.all([
    startProduct({ unattended: true }),
    launch(),
    startTicketing('zendesk', [
      ticket('11', 'Reboot fra-db-1'),
      ticket('12', 'Reboot fra-db-1', 'closed'),
      ticket('13', 'Reboot fra-db-2'),
    ]),
  ]);
  const first = await visit(browser, product.origin, { reducedMotion: true });
  complaints.push(first.complaints);
  ada = first.page;
  await signIn(ada);
  const [one, two, resource] = await Promise.all([
    arrives('yuki', 'Yuki Tanaka', 'password-user', 'dark'),
    arrives('priya', 'Priya Raman', 'administrator', 'dark'),
    post<{ id: string }>(ada, '/resources', {
      ...{ name: 'fra-db-1', type: 'Linux', accounts: [{ username: 'root', password: 'The-Root-One-71-!!' }] },
    }),
  ]);
  [yuki, priya] = [one.page, two.page];
  const set = [{ to: { kind: 'user', id: one.id }, permission: 'view' }];
  await post(ada, `/resources/${resource.id}/shares`, { set });
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([product?.stop(), peer?.stop()]);
});

describe('a ticketing system', () => {
  it('is connected, tested with a real ticket, and its fields are mapped, all on one page', async () => {
    await ada.goto('/admin/certificates');
    await button(ada, 'Add certificates').click();
    const adding = ada.getByRole('dialog', { name: 'Trust more certificates' });
    const buffer = Buffer.from(peer.authority);
    await adding.locator('input[type=file]').setInputFiles({ name: 'desk.pem', mimeType: 'text/plain', buffer });
    await adding.getByRole('button', { name: 'Trust these' }).click();
    await ada.getByText('1 certificate is trusted now.').waitFor();

    await ada.goto('/admin/ticketing');
    await choose(ada, 'Ticketing system', 'Zendesk');
    await button(ada, 'Save').click();
    await ada.getByText('Give an address that begins with https://').waitFor();
    await ada.getByText('Give what signs in to the system.').waitFor();
    expect(await ada.getByLabel(/^Address/).evaluate((field) => field === document.activeElement)).toBe(true);
    await clean(ada);
    await ada.getByLabel(/^Address/).fill(peer.address);
    await ada.getByLabel('E-mail address of the agent').fill(signsIn.username);
    await ada.getByLabel('API token').fill(signsIn.password);
    await check(false);
    await save(ada);

    await tryOut('11');
    await region(ada, 'Fields of the ticket').getByText('Reboot fra-db-1').waitFor();
    await button(ada, 'Add a row').first().click();
    await ada.getByRole('combobox', { name: 'Field of C1' }).fill('subj');
    await ada.getByRole('option', { name: 'subject', exact: true }).click();
    await choose(ada, 'Comparison of C1', 'contains');
    await choose(ada, 'Column of C1', 'Resource');
    await check(true);
    await clean(ada);
    await save(ada);
  });

  it('is asked before somebody sees a password: a bad ticket is refused with the reason, a good one opens it', async () => {
    await yuki.goto('/home?view=all');
    await show().click();
    await button(yuki, 'Continue').click();
    await yuki.getByText('Enter the ticket number.').waitFor();
    await clean(yuki);
    await give('99');
    await yuki.getByText('There is no such ticket.').waitFor();
    await give('12');
    await yuki.getByText('It is closed.').waitFor();
    await give('13');
    await yuki.getByText('It is not for you, or not for this.').waitFor();
    await clean(yuki);
    await give('11');
    await yuki.getByText('The-Root-One-71-!!').waitFor();
  });
});

describe('a ticketing system of one’s own', () => {
  it('gets a module, by keyboard alone, which waits and cannot be chosen before it is approved', async () => {
    const system = ada.getByRole('combobox', { name: 'Ticketing system' });
    const pointedAt = (name: string) =>
      ada.locator('[role=option][data-combobox-selected]').getByText(name, { exact: true }).waitFor();
    await system.press('ArrowDown');
    await pointedAt('Zendesk');
    await system.press('ArrowDown');
    await pointedAt('Other, by a module of your own');
    await system.press('Enter');
    await ada.getByText('A module of your own asks for tickets. Add it first').waitFor();
    await clean(ada);
    await button(ada, 'Save').press('Enter');
    await ada.getByText('No module is approved yet.').first().waitFor();
    await ada.getByRole('link', { name: 'Ticketing module' }).press('Enter');
    await ada.getByText('There is no module').waitFor();
    await clean(ada);
    await button(ada, 'Add a module').press('Enter');
    const text = ada.getByLabel('File: Text');
    await text.press('ControlOrMeta+A');
    await ada.keyboard.press('Delete');
    await button(ada, 'Save for approval').press('Enter');
    await ada.getByText('Choose a file, or write it here.').waitFor();
    await clean(ada);
    await text.focus();
    await ada.keyboard.insertText(module);
    await button(ada, 'Save for approval').press('Enter');
    await ada.getByText('Waits for another administrator: you made or edited it.').waitFor();
    await ada.getByText('Waits for approval', { exact: true }).waitFor();
    await ada.getByText('encodeURIComponent(ticket)').waitFor();
    await clean(ada);
    expect(await ada.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  });

  it('is found by another administrator under Approvals, read, and approved', async () => {
    await priya.goto('/home');
    await priya.getByRole('link', { name: /Admin.*1 thing waits for your approval/ }).click();
    await priya.getByRole('link', { name: 'Approvals', exact: true }).first().click();
    await priya.getByRole('heading', { name: 'For you to decide' }).waitFor();
    await clean(priya);
    await priya.getByRole('link', { name: 'Review: ticketing.mjs' }).click();
    await priya.getByText('encodeURIComponent(ticket)').waitFor();
    await priya.setViewportSize({ width: 390, height: 844 });
    await clean(priya);
    expect(await priya.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await button(priya, 'Approve version 1').click();
    await priya.getByText('Approved: version 1 runs from now on.').first().waitFor();
    await priya.getByText('Approved by priya').waitFor();
    await priya.goto('/admin/approvals');
    await priya.getByText('Nothing waits').waitFor();
  });

  it('is asked by the approved module from then on', async () => {
    await ada.goto('/admin/ticketing');
    await choose(ada, 'Ticketing system', 'Other, by a module of your own');
    await ada.getByText('Version 1 of your module asks for tickets.').waitFor();
    await ada.getByLabel('User name').fill(signsIn.username);
    await ada.getByLabel('Password, key or token').fill(signsIn.password);
    await button(ada, 'Remove C1').click();
    await save(ada);
    await tryOut('13');
    await clean(ada);
    await yuki.reload();
    await show().click();
    await give('13');
    await yuki.getByText('It is about another machine.').waitFor();
    await give('11');
    await yuki.getByText('The-Root-One-71-!!').waitFor();
    expect(peer.asked.map(({ path }) => path)).toContain('/api/v2/tickets/13.json');
  });

  it('made no page complain', () => {
    expect(complaints.flatMap((one) => one.all)).toEqual([]);
  });
});
