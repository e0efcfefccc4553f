// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
let priya: Page;
const ids: Record<string, string> = {};

/** Makes a call as whoever is signed in there. */
async function post<T>(where: Page, path: string, data: object): Promise<T> {
  const { csrfToken } = (await (await where.request.get('/api/v1/session')).json()) as { csrfToken: string };
  const reply = await where.request.post(`/api/v1${path}`, { headers: { 'x-csrf-token': csrfToken }, data });
  if (!reply.ok()) throw new Error(`${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}
/** What a choosing field offers, by a part of its name. */
async function choose(field: string, typed: string, option: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('combobox', { name: field }).fill(typed);
  await page.getByRole('option', { name: option }).click();
}
const seen = async (): Promise<number> =>
  ((await (await priya.request.get('/api/v1/resources')).json()) as { total: number }).total;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  for (const [username, fullName, role] of [
    ['priya', 'Priya Raman', 'password-administrator'],
    ['tomas', 'Tomáš Novák', 'password-user'],
    ['lena', 'Lena Fischer', 'password-user'],
  ] as const) {
    const email = `${username}@northwind.example`;
    const { user } = await post<{ user: { id: string } }>(page, '/users', {
      username,
      fullName,
      email,
      role,
      password: 'chosen by somebody else',
    });
    ids[username] = user.id;
  }
  const team = await post<{ id: string }>(page, '/user-groups', { name: 'Database team' });
  await post(page, `/user-groups/${team.id}/members`, { add: [ids['tomas'], ids['lena']] });
  for (const name of ['fra-db-1', 'fra-db-2'])
    ids[name] = (
      await post<{ id: string }>(page, '/resources', { name, type: 'Linux', accounts: [{ username: 'root' }] })
    ).id;
  const group = await post<{ id: string }>(page, '/resource-groups', {
    name: 'Frankfurt',
    resourceIds: [ids['fra-db-1']],
  });
  ids['group'] = group.id;
  const accounts = await page.request.get(`/api/v1/accounts?resourceId=${ids['fra-db-1']}`);
  ids['root'] = ((await accounts.json()) as { items: { id: string }[] }).items[0]?.id ?? '';
  ({ page: priya } = await visit(browser, product.origin));
  await signIn(priya, { username: 'priya', password: 'chosen by somebody else' });
  await priya.getByLabel(/^Current password/).fill('chosen by somebody else');
  await priya.getByLabel(/^New password/).fill('a sentence of their own');
  await priya.getByRole('button', { name: 'Change password' }).click();
  await priya.waitForURL('**/home');
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe('sharing', () => {
  it('picks people and user groups for a group, a resource and an account, and shows whose rights change before anything is saved [SHR-01]', async () => {
    await page.goto(`/resources/groups/${ids['group']}/shares`);
    await choose('Share with', 'data', /^Database team/);
    await page.getByText('The rights of 2 people change.').waitFor();
    await page.getByRole('radiogroup', { name: 'Permission of Database team' }).getByText('Modify').click();
    await page.getByRole('cell', { name: 'Modify', exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Save: 1 added' }).click();
    await page.getByText('Shares of Frankfurt saved: 1 added').waitFor();

    // By the keyboard alone, from the field to Save.
    expect(await seen()).toBe(0);
    await page.goto(`/resources/${ids['fra-db-1']}/shares`);
    await page.getByRole('table').getByText('Database team').waitFor();
    await page.getByRole('combobox', { name: 'Share with' }).focus();
    await page.keyboard.type('priya');
    await page.getByRole('option', { name: /Priya Raman/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('The rights of 1 person change.').waitFor();
    await page.getByRole('radio', { name: 'View' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('cell', { name: 'Manage', exact: true }).waitFor();
    expect(await seen()).toBe(0);
    await page.keyboard.press('Control+s');
    await page.getByText('Shares of fra-db-1 saved: 1 added').waitFor();
    expect(await seen()).toBe(1);

    // An account by itself, with a narrower say than the group's: there is no ‘manage’ to choose.
    await page.goto(`/resources/${ids['fra-db-1']}?account=${ids['root']}&tab=shares`);
    await choose('Share with', 'lena', /^Lena Fischer/);
    expect(await page.getByRole('radiogroup', { name: 'Permission of Lena Fischer' }).getByRole('radio').count()).toBe(
      2,
    );
    await page.getByRole('cell', { name: 'Lena Fischer' }).waitFor();
    await page.getByRole('button', { name: 'Save: 1 added' }).click();
    await page.getByText('Shares of root saved: 1 added').waitFor();
    await choose('Person', 'lena', /^Lena Fischer/);
    await page.getByText('Lena Fischer has ‘View’ on root on fra-db-1.').first().waitFor();
    await page.getByText('Lena Fischer is in the user group Database team.').first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('ends a share with an undo before saving, and says what still reaches the person', async () => {
    await page.goto(`/resources/${ids['fra-db-1']}/shares`);
    await page.getByRole('button', { name: 'Remove Priya Raman' }).click();
    await page.getByRole('cell', { name: 'Nothing' }).waitFor();
    await page.getByRole('button', { name: 'Keep Priya Raman' }).click();
    await page.getByRole('button', { name: /^Save/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^When the share with Priya Raman/ }).click();
    await page.getByLabel('Ends by itself').fill('2020-01-01T10:00');
    await page.getByText('The end must lie ahead.').waitFor();
    await page.getByLabel('Ends by itself').fill('2099-01-01T10:00');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Save: 1 changed' }).click();
    await page.getByText('Shares of fra-db-1 saved: 1 changed').waitFor();
    await page.getByText(/^Until 1 Jan 2099/).waitFor();
  });

  it('gives a resource away, for a reason, to somebody who can look after it', async () => {
    await page.goto(`/resources/${ids['fra-db-2']}`);
    await page.getByRole('button', { name: 'More actions for fra-db-2' }).click();
    await page.getByRole('menuitem', { name: 'Transfer ownership' }).click();
    const dialog = page.getByRole('dialog', { name: 'Transfer fra-db-2' });
    await dialog.getByRole('button', { name: 'Transfer ownership' }).click();
    await dialog.getByText('Choose the new owner.').waitFor();
    await choose('New owner', 'priya', /^Priya Raman/);
    await dialog.getByLabel('Reason').fill('she looks after Frankfurt now');
    await dialog.getByRole('button', { name: 'Transfer ownership' }).click();
    await page.getByText('fra-db-2 now belongs to Priya Raman').waitFor();
    expect(await seen()).toBe(2);
  });
});

describe('the access page', () => {
  it('answers who, what, why and what if, now and for a past moment, in light and dark, at both sizes', async () => {
    await page.goto(`/resources/${ids['fra-db-1']}`);
    await page.getByRole('button', { name: 'More actions for fra-db-1' }).click();
    await page.getByRole('menuitem', { name: 'Who can reach this' }).click();
    await page.getByText('4 people reach fra-db-1.').waitFor();
    await page
      .getByRole('row', { name: /Tomáš Novák/ })
      .getByText('through Database team, Frankfurt')
      .waitFor();
    await page.getByRole('link', { name: 'Why: Priya Raman' }).click();
    await page.getByText('Yes. Priya Raman may see fra-db-1.').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    // Before anything was made nobody could.
    await page.getByLabel('As it stood on').fill('2020-01-01T10:00');
    await page.getByText('No. Priya Raman may not see fra-db-1.').waitFor();

    await page.goto(`/admin/access/suppose?user=${ids['lena']}&kind=account&object=${ids['root']}&do=change`);
    await page.getByRole('button', { name: 'Add a change' }).click();
    await page.getByRole('combobox', { name: 'If', exact: true }).click();
    await page.getByRole('option', { name: 'their own share of it ended' }).click();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('With the changes').waitFor();
    await page.getByText('Lena Fischer has: View').waitFor();
    await page.getByText('Lena Fischer has: Modify').waitFor();
    for (const [size, theme] of [
      ['phone', 'light'],
      ['desktop', 'dark'],
    ] as const) {
      const other = await visit(browser, product.origin, { size, theme, reducedMotion: true });
      await signIn(other.page);
      for (const path of [
        `/admin/access/who?kind=resource&object=${ids['fra-db-1']}`,
        `/admin/access/reach?kind=account&user=${ids['tomas']}`,
        `/resources/${ids['fra-db-1']}/shares`,
      ]) {
        await other.page.goto(path);
        await settled(other.page);
        await other.page
          .getByText(/Lena Fischer|Tomáš Novák|Priya Raman/)
          .first()
          .waitFor();
        expect([path, await accessibilityFindings(other.page, theme === 'dark')]).toEqual([path, []]);
        const wider = await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([path, wider]).toEqual([path, 0]);
      }
      expect(other.complaints.all).toEqual([]);
      await other.context.close();
    }
    expect(complaints.all).toEqual([]);
  });
});
