// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { administrator, startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
const made: Record<string, string> = {};

/** Makes a call from within a signed-in page, as the console does. Throws with the server's answer when it is refused. */
function call<T = Record<string, unknown>>(on: Page, method: string, path: string, body?: object): Promise<T> {
  return on.evaluate(
    async ([verb, where, text]) => {
      const me = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const reply = await fetch(`/api/v1${where ?? ''}`, {
        method: verb ?? 'GET',
        headers: { 'x-csrf-token': me.csrfToken, ...(text ? { 'content-type': 'application/json' } : {}) },
        ...(text ? { body: text } : {}),
      });
      if (!reply.ok) throw new Error(await reply.text());
      return (await reply.json()) as T;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}
const line = (on: Page, name: string) => on.getByRole('treeitem', { name: new RegExp(`^${name}`) });
/** The lines of the tree as they stand, each with its level. */
const drawn = (on: Page): Promise<string[]> =>
  on
    .getByRole('treeitem')
    .evaluateAll((all) =>
      all.map((one) => `${one.getAttribute('aria-level') ?? ''} ${one.querySelector('bdi')?.textContent ?? ''}`),
    );

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  for (const [name, location] of [
    ['fra-db-1', 'Frankfurt'],
    ['fra-db-2', 'Frankfurt'],
    ['lon-app-1', 'London'],
  ])
    made[name ?? ''] = (
      await call<{ id: string }>(page, 'POST', '/resources', {
        name,
        location,
        type: 'Linux',
        accounts: [{ username: 'root' }],
      })
    ).id;
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe('a new group', () => {
  it('says what its rules match while they are written, and holds just that', async () => {
    await page.goto('/resources/groups');
    await page.getByText('No groups yet').waitFor();
    await page.getByRole('link', { name: 'New group' }).first().click();
    await page.getByLabel('Name', { exact: false }).first().fill('Frankfurt');
    await page.getByRole('combobox', { name: 'Attribute of rule 1' }).click();
    await page.getByRole('option', { name: 'Location' }).click();
    await page.getByLabel('Text of rule 1').fill('frank');
    await page.getByText('Matches 2 resources').waitFor();
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByLabel('Text of rule 2').fill('lon-');
    await page.getByText('Matches no resource').waitFor();
    await page.getByText('one of the rules', { exact: true }).click();
    await page.getByText('Matches 3 resources').waitFor();
    await page.getByRole('button', { name: 'Remove rule 2' }).click();
    await page.getByText('Matches 2 resources').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Frankfurt' }).waitFor();
    await page.getByRole('row', { name: /fra-db-1/ }).waitFor();
    expect(await page.getByRole('row', { name: /lon-app/ }).count()).toBe(0);
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    made['Frankfurt'] = /groups\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  });

  it('takes resources by hand, and lets them go again with a way back', async () => {
    await page.goto('/resources/groups/new');
    await page.getByText('By hand').click();
    await page.getByLabel('Name', { exact: false }).first().fill('Chosen');
    await page.getByLabel('Find resources').fill('app');
    await page.getByLabel(/lon-app-1/).check();
    await page.getByText('1 chosen').waitFor();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Chosen' }).waitFor();
    await page.getByRole('button', { name: 'Add resources' }).click();
    await page.getByLabel(/lon-app-1.*in the group/).waitFor();
    await page.getByLabel(/fra-db-2/).check();
    await page.getByRole('button', { name: 'Add 1 resource' }).click();
    await page.getByRole('row', { name: /fra-db-2/ }).waitFor();
    await page.getByRole('button', { name: 'Take fra-db-2 out of the group' }).click();
    await page.getByRole('row', { name: /fra-db-2/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /fra-db-2/ }).waitFor();
    made['Chosen'] = /groups\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  });
});

describe('the password explorer', () => {
  it('has all, recent and favourite passwords and the tree, by pointer and keys; making static groups is offered by setting [GRP-04]', async () => {
    await page.goto('/home');
    for (const view of ['Favourites', 'Recent', 'All passwords']) {
      await page.getByRole('button', { name: new RegExp(`^${view}`) }).click();
      await page.getByRole('heading', { name: view, level: 1 }).waitFor();
    }
    await line(page, 'Frankfurt').click();
    await page.getByRole('heading', { name: 'Frankfurt', level: 1 }).waitFor();
    expect(new URL(page.url()).searchParams.get('node')).toBe(made['Frankfurt']);
    await page.getByText('2 accounts in this group').waitFor();
    expect(await page.getByRole('row', { name: /lon-app-1/ }).count()).toBe(0);
    // The same by keys: Home, the line after the root, Enter.
    await page.getByRole('tree').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Chosen', level: 1 }).waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await line(page, 'Chosen').waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await line(page, 'Chosen').waitFor();
    // A link to a group opens it, with the tree open down to it.
    await page.goto(`/home?node=${made['Frankfurt'] ?? ''}`);
    await page.getByRole('treeitem', { name: /^Frankfurt/, selected: true }).waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    // Wider by the keys, and remembered.
    await page.getByRole('separator', { name: 'Width of the explorer' }).focus();
    await page.keyboard.press('End');
    await page.reload();
    await page.getByRole('tree').waitFor();
    expect(
      await page.getByRole('complementary', { name: 'Password explorer' }).evaluate((e) => e.clientWidth),
    ).toBeGreaterThan(400);

    await page.goto('/resources/groups/new');
    await page.getByText('By hand').waitFor();
    await call(page, 'PATCH', '/settings', { staticGroupsOffered: false });
    await page.reload();
    await page.getByLabel('Text of rule 1').waitFor();
    await page.getByText('By hand').waitFor({ state: 'detached' });
    await call(page, 'PATCH', '/settings', { staticGroupsOffered: true });
  });
});

describe('one’s own tree', () => {
  it('is arranged by keys, by menu and by dragging alike, each with a way back', async () => {
    await page.goto('/resources/groups/tree');
    await line(page, 'Frankfurt').click();
    expect(await drawn(page)).toEqual(['1 ada’s Group', '2 Chosen', '2 Frankfurt']);
    const becomes = (lines: string[]) => expect.poll(() => drawn(page)).toEqual(lines);
    const under = ['1 ada’s Group', '2 Chosen', '3 Frankfurt'];
    const apart = ['1 ada’s Group', '2 Chosen', '2 Frankfurt'];
    await page.keyboard.press('Alt+ArrowRight');
    await becomes(under);
    await page.keyboard.press('Alt+ArrowLeft');
    await becomes(apart);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Move to…' }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Below' }).click();
    await page.getByRole('option', { name: 'Chosen' }).click();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await becomes(under);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(apart);
    await line(page, 'Frankfurt').dragTo(line(page, 'Chosen'));
    await becomes(under);
    await line(page, 'ada’s Group').getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Rename the root' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Data centre');
    await page.getByRole('button', { name: 'Rename' }).click();
    await becomes(['1 Data centre', '2 Chosen', '3 Frankfurt']);
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});

describe('one tree for everybody', () => {
  it('is made, renamed, dragged, undone, brought back and trimmed by administrators, and resources stay; users see empty nodes [GRP-03]', async () => {
    await call(page, 'PATCH', '/settings', { globalExplorerTree: true });
    await page.goto('/resources/groups/tree');
    const becomes = (lines: string[]) => expect.poll(() => drawn(page)).toEqual(lines);
    const make = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'New node' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill(name);
      await page.getByRole('button', { name: 'Make node' }).click();
      await line(page, name).waitFor();
    };
    await make('Sites');
    await make('Europe');
    await page.getByRole('button', { name: 'Place groups' }).click();
    await page.getByLabel(/Frankfurt/).check();
    await page.getByLabel(/Chosen/).check();
    await page.getByRole('button', { name: 'Place 2 groups' }).click();
    const root = `1 ${administrator.organisation}`;
    await becomes([root, '2 Sites', '2 Europe', '2 Frankfurt', '2 Chosen']);
    // Into a node, and between two.
    await line(page, 'Frankfurt').dragTo(line(page, 'Europe'));
    await becomes([root, '2 Sites', '2 Europe', '3 Frankfurt', '2 Chosen']);
    await line(page, 'Chosen').dragTo(line(page, 'Sites'), { targetPosition: { x: 80, y: 2 } });
    await becomes([root, '2 Chosen', '2 Sites', '2 Europe', '3 Frankfurt']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes([root, '2 Sites', '2 Europe', '3 Frankfurt', '2 Chosen']);
    await line(page, 'Sites').getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Places');
    await page.getByRole('button', { name: 'Rename' }).click();
    await becomes([root, '2 Places', '2 Europe', '3 Frankfurt', '2 Chosen']);
    await line(page, 'Europe').getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Remove from the tree' }).click();
    await page.getByText('Groups and resources stay').waitFor();
    await page.getByRole('button', { name: 'Remove from the tree' }).click();
    await becomes([root, '2 Places', '2 Chosen']);
    const kept = await call<{ total: number }>(page, 'GET', `/resource-groups/${made['Frankfurt'] ?? ''}/members`);
    expect(kept.total).toBe(2);

    // Nothing of the tree is lost: each former state is in the history.
    await page.getByRole('button', { name: 'History of changes' }).click();
    await page.getByText('removed ‘Europe’ and 1 below it').waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Restore version 7' }).click();
    await page.getByText('brought back version 7').waitFor();
    await page.keyboard.press('Escape');
    await becomes([root, '2 Places', '2 Europe', '3 Frankfurt', '2 Chosen']);

    const first = 'First-Word-Of-Mine-51';
    const { user } = await call<{ user: { id: string } }>(page, 'POST', '/users', {
      username: 'vera',
      fullName: 'Vera Lind',
      email: 'vera@northwind.example',
      role: 'password-user',
      password: first,
    });
    await call(page, 'POST', `/resource-groups/${made['Frankfurt'] ?? ''}/shares`, {
      set: [{ to: { kind: 'user', id: user.id }, permission: 'view' }],
    });
    const theirs = await visit(browser, product.origin, { reducedMotion: true, theme: 'dark' });
    await signIn(theirs.page, { username: 'vera', password: first });
    await call(theirs.page, 'POST', '/me/password', { current: first, next: 'Second-Word-Of-Mine-52' });
    await theirs.page.goto('/home');
    await line(theirs.page, 'Europe').waitFor();
    await theirs.page.getByRole('tree').focus();
    await theirs.page.keyboard.press('ArrowDown');
    await theirs.page.keyboard.press('ArrowDown');
    await theirs.page.keyboard.press('ArrowRight');
    expect(await drawn(theirs.page)).toEqual([root, '2 Places', '2 Europe', '3 Frankfurt', '2 Chosen']);
    await line(theirs.page, 'Chosen').getByText('Nothing here is shared with you').waitFor({ state: 'attached' });
    expect(await line(theirs.page, 'Frankfurt').getByText('Nothing here is shared with you').count()).toBe(0);
    await line(theirs.page, 'Frankfurt').click();
    await theirs.page.getByText('2 accounts in this group').waitFor();
    await settled(theirs.page);
    expect(await accessibilityFindings(theirs.page)).toEqual([]);
    // Whoever may not arrange is not offered to.
    expect(await theirs.page.getByRole('link', { name: 'Arrange tree' }).count()).toBe(0);
    expect(theirs.complaints.all).toEqual([]);
    await theirs.context.close();
  });
});

it('no page complained', () => {
  expect(complaints.all).toEqual([]);
});
