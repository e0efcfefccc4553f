// needs: chromium-headless-shell
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;

/** Adds a person with a first password, and gives them their own as they would. Returns with what they sign in. */
async function addPerson(
  fullName: string,
  username: string,
  role: string,
): Promise<{ username: string; password: string }> {
  await page.goto('/admin/users/new');
  await page.getByLabel('Full name').fill(fullName);
  await page.getByLabel('Mail address').fill(`${username}@northwind.example`);
  await page.getByLabel('User name').fill(username);
  await page.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: role, exact: true }).click();
  await page.getByLabel('First password').check();
  await page.getByLabel(/^First password \*/).fill('chosen by somebody else');
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}/);
  const theirs = await visit(browser, product.origin);
  const password = 'a sentence of their own';
  await signIn(theirs.page, { username, password: 'chosen by somebody else' });
  await theirs.page.getByLabel(/^Current password/).fill('chosen by somebody else');
  await theirs.page.getByLabel(/^New password/).fill(password);
  await theirs.page.getByRole('button', { name: 'Change password' }).click();
  await theirs.page.waitForURL('**/home');
  await theirs.context.close();
  return { username, password };
}

/** Makes a call as whoever is signed in there. */
async function post<T>(where: Page, path: string, data: object): Promise<T> {
  const { csrfToken } = (await (await where.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await where.request.post(`/api/v1${path}`, { headers: { 'x-csrf-token': csrfToken }, data });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}

/** Waits until a field has the focus, which a dialog gives it once it is open. */
const focused = (field: Locator) => field.and(page.locator(':focus')).waitFor();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin));
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe('people', () => {
  it('get a role of one’s own, work with what it leaves them, and reach nobody above it', async () => {
    await page.goto('/admin/roles');
    await page.getByRole('button', { name: 'Add role' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a role' });
    await dialog.getByLabel(/^Name/).fill('Help desk');
    await dialog.getByLabel('add, change, lock and delete users and user groups').check();
    await dialog.getByRole('button', { name: 'Add role' }).click();
    await page.getByRole('columnheader', { name: /Help desk/ }).waitFor();

    const priya = await addPerson('Priya Raman', 'priya', 'Help desk');
    const desk = await visit(browser, product.origin);
    await signIn(desk.page, priya);
    await desk.page.goto('/admin');
    await settled(desk.page);
    expect(await desk.page.getByRole('link', { name: /^Settings/ }).count()).toBe(0);
    await desk.page.goto('/admin/users');
    await desk.page.getByRole('row', { name: /ada/ }).click();
    await desk.page.getByText('This user’s role may more than yours').waitFor();
    expect(await desk.page.getByRole('button', { name: 'New one-time link' }).count()).toBe(0);
    expect(await desk.page.getByLabel('Mail address').isDisabled()).toBe(true);
    // What a role may more than theirs cannot be chosen.
    await desk.page.goto('/admin/users/new');
    await desk.page.getByRole('combobox', { name: 'Role' }).click();
    expect(
      await desk.page
        .getByRole('option', { name: /^Administrator \(may more than you\)/ })
        .getAttribute('data-combobox-disabled'),
    ).not.toBeNull();
    expect(desk.complaints.all).toEqual([]);
    await desk.context.close();
  });

  it('are gathered in a user group with the keyboard alone, and feel its settings', async () => {
    await page.goto('/admin/user-groups');
    await page.getByRole('button', { name: 'Add user group' }).first().focus();
    await page.keyboard.press('Enter');
    await focused(page.getByRole('dialog', { name: 'Add a user group' }).getByLabel('Name'));
    await page.keyboard.type('Linux operators');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Linux operators' }).waitFor();
    await page.getByRole('button', { name: 'Add members' }).first().focus();
    await page.keyboard.press('Enter');
    const adding = page.getByRole('dialog', { name: 'Add members to Linux operators' });
    await focused(adding.getByLabel('Search users'));
    await page.keyboard.type('priya');
    await adding.getByText('ada@northwind.example').waitFor({ state: 'detached' });
    await adding.getByLabel('Priya Raman').waitFor();
    await page.keyboard.press('Tab');
    await focused(adding.getByLabel('Priya Raman'));
    await page.keyboard.press('Space');
    await adding.getByText('1 chosen').waitFor();
    await adding.getByRole('button', { name: 'Add 1 user' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Priya Raman/ }).waitFor();

    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByLabel('Exports carry passwords').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.goto('/admin/user-groups');
    await page.getByText('No passwords in exports').waitFor();

    await page.getByRole('row', { name: /Linux operators/ }).click();
    await page.getByRole('button', { name: 'Remove Priya Raman from Linux operators' }).click();
    await page.getByText('Priya Raman is no longer in Linux operators.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /Priya Raman/ }).waitFor();
  });

  it('are locked out at once and let in again, and leave once what they own has a new owner [USR-05]', async () => {
    const first = 'chosen by somebody else';
    const tomas = { username: 'tomas', password: 'a sentence of his own' };
    const { user } = await post<{ user: { id: string } }>(page, '/users', {
      username: tomas.username,
      fullName: 'Tomás Rey',
      email: 'tomas@northwind.example',
      role: 'password-administrator',
      password: first,
    });
    const address = `/admin/users/${user.id}`;
    const theirs = await visit(browser, product.origin);
    await signIn(theirs.page, { ...tomas, password: first });
    await post(theirs.page, '/me/password', { current: first, next: tomas.password });
    await post(theirs.page, '/resources', { name: 'fra-app-lnx-042', type: 'Linux', accounts: [{ username: 'root' }] });
    await post(page, '/users', {
      username: 'yuki',
      fullName: 'Yuki Tanaka',
      email: 'yuki@northwind.example',
      role: 'password-administrator',
      password: first,
    });

    await page.goto(address);
    await page.getByRole('button', { name: 'More for Tomás Rey' }).click();
    await page.getByRole('menuitem', { name: 'Lock' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lock user' }).click();
    await page.getByText('Tomás Rey is locked.').waitFor();
    await theirs.page.goto('/home');
    await theirs.page.waitForURL('**/login**');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('Tomás Rey can sign in again.').waitFor();
    await signIn(theirs.page, tomas);
    await theirs.context.close();

    await page.getByRole('button', { name: 'More for Tomás Rey' }).click();
    await page.getByRole('menuitem', { name: 'Delete user' }).click();
    const owning = page.getByRole('dialog', { name: 'Tomás Rey still owns something' });
    await owning.getByText('1 resource and no resource group').waitFor();
    await owning.getByRole('button', { name: 'Transfer everything' }).click();
    const transfer = page.getByRole('dialog', { name: 'Transfer what Tomás Rey owns?' });
    await transfer.getByRole('combobox', { name: 'New owner' }).fill('yuki');
    await page.getByRole('option', { name: /Yuki Tanaka/ }).click();
    await transfer.getByText('fra-app-lnx-042').waitFor();
    await transfer.getByRole('button', { name: 'Transfer', exact: true }).click();
    await page.getByText('Yuki Tanaka now owns what Tomás Rey owned.').waitFor();

    await page.getByRole('button', { name: 'More for Tomás Rey' }).click();
    await page.getByRole('menuitem', { name: 'Delete user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Tomás Rey?' });
    await dialog.getByLabel(/Type tomas to confirm/).fill('tomas');
    await dialog.getByRole('button', { name: 'Delete user' }).click();
    await page.waitForURL('**/admin/users');
    await page.getByText('Tomás Rey is deleted.').waitFor();
    // Of the user nothing is left, of what they did everything.
    expect((await page.request.get(`/api/v1/users/${user.id}`)).status()).toBe(404);
    const everybody = await (await page.request.get('/api/v1/users?limit=500')).text();
    expect(everybody).toContain('Yuki Tanaka');
    expect(everybody).not.toContain('tomas');
    await page.goto(`/audit/resources?actor=${user.id}`);
    await page.getByText('fra-app-lnx-042').first().waitFor();
    // Nobody deletes themselves: it is not even offered.
    await page.goto('/admin/users');
    await page.getByRole('row', { name: /ada/ }).click();
    await page.getByRole('button', { name: 'More for ada' }).click();
    await page.getByRole('menuitem', { name: 'Sign out everywhere' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Delete user' }).count()).toBe(0);
    expect(complaints.all).toEqual([]);
  });
});
