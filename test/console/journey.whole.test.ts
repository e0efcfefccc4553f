// needs: chromium-headless-shell
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, visit, type Complaints } from './browser.ts';
import { administrator, startProduct, type Product } from './product.ts';

const secret = 'Zx9#planted-Secret_77';
const vera = { username: 'vera', password: 'Second-Word-Of-Mine-52' };

let product: Product;
let browser: Browser;
let owner: Page;
let other: Page;
let complaints: readonly Complaints[];

/** Makes calls as somebody from within a page that nobody is signed in on, and signs out again: what stands before the journey. */
function prepare(on: Page, who: { username: string; password: string }, calls: readonly [string, object][]) {
  return on.evaluate(
    async ([credentials, wanted]) => {
      const send = (path: string, body: object, token = ''): Promise<Response> =>
        fetch(`/api/v1${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(token ? { 'x-csrf-token': token } : {}) },
          body: JSON.stringify(body),
        });
      const signedIn = await send('/session', credentials);
      if (!signedIn.ok) throw new Error(await signedIn.text());
      const me = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      for (const [path, body] of wanted) {
        const reply = await send(path, body, me.csrfToken);
        if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
      }
      await fetch('/api/v1/session', { method: 'DELETE', headers: { 'x-csrf-token': me.csrfToken } });
    },
    [who, calls] as const,
  );
}

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  const first = await visit(browser, product.origin, { reducedMotion: true });
  const second = await visit(browser, product.origin, { reducedMotion: true });
  owner = first.page;
  other = second.page;
  complaints = [first.complaints, second.complaints];
  await Promise.all([owner.goto('/login'), other.goto('/login')]);
  await prepare(owner, administrator, [
    ...(
      [
        ['fra-db-1', 'Frankfurt'],
        ['fra-db-2', 'Frankfurt'],
        ['lon-app-1', 'London'],
      ] as const
    ).map(([name, location]): [string, object] => [
      '/resources',
      { name, location, type: 'Linux', accounts: [{ username: 'root', password: secret }] },
    ]),
    [
      '/users',
      {
        username: vera.username,
        fullName: 'Vera Lind',
        email: 'vera@northwind.example',
        role: 'password-user',
        password: 'First-Word-Of-Mine-51',
      },
    ],
  ]);
  await prepare(other, { ...vera, password: 'First-Word-Of-Mine-51' }, [
    ['/me/password', { current: 'First-Word-Of-Mine-51', next: vera.password }],
  ]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** What has the focus, in words, and whether a person who looks sees that it has. */
const focus = (on: Page) =>
  on.evaluate(async () => {
    // Two frames: styles change by transitions, however short they are with reduced motion.
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { what: 'nothing', seen: false };
    const drawn = (one: Element): boolean => {
      const box = one.getBoundingClientRect();
      return (
        box.width > 1 &&
        box.height > 1 &&
        box.bottom > 0 &&
        box.top < innerHeight &&
        box.right > 0 &&
        box.left < innerWidth
      );
    };
    const ringed = (one: Element): boolean => {
      const style = getComputedStyle(one);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    };
    // A field shows its caret and the colour of its edge, an edge that can be moved is painted; everything else draws a
    // ring: a hidden choice on its label, a tree on its line.
    const field = element.matches('input:not([type=radio]):not([type=checkbox]), textarea');
    const painted =
      element.matches('[role=separator]') && getComputedStyle(element).backgroundColor !== 'rgba(0, 0, 0, 0)';
    const line = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
    const shown = [
      element,
      ...(element instanceof HTMLInputElement ? (element.labels ?? []) : []),
      ...(line ? [line] : []),
    ];
    return {
      what: `${element.tagName} ${element.getAttribute('role') ?? ''} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 60) ?? ''}`,
      seen: element.matches(':focus-visible') && shown.some((one) => drawn(one) && (field || painted || ringed(one))),
    };
  });

/** Presses Tab, or Shift and Tab, until what is wanted has the focus. Each stop on the way must be seen. */
async function tabTo(on: Page, role: Parameters<Page['getByRole']>[0], name: RegExp, key = 'Tab'): Promise<void> {
  await on.getByRole(role, { name }).first().waitFor();
  const wanted = on.getByRole(role, { name }).and(on.locator(':focus'));
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    if ((await wanted.count()) > 0) return;
    await on.keyboard.press(key);
    const { what, seen } = await focus(on);
    passed.push(what);
    expect(seen, `The focus is not seen on: ${what}, after ${passed.slice(0, -1).join(', ')}`).toBe(true);
  }
  throw new Error(`No ${role} ${String(name)} by ${key}:\n${passed.join('\n')}`);
}
const heading = (on: Page, name: string) => on.getByRole('heading', { name, level: 1 }).waitFor();
/** Waits for a page of this heading, and for the focus, which a change of page moves there. */
const arrive = (on: Page, name: string) =>
  on.getByRole('heading', { name, level: 1 }).and(on.locator(':focus')).waitFor();

/** Takes what was typed for from the open list of a field: the one line that is left of it. */
async function choose(on: Page, name: RegExp): Promise<void> {
  await expect.poll(() => on.getByRole('option').allInnerTexts()).toEqual([expect.stringMatching(name)]);
  await on.keyboard.press('ArrowDown');
  await on.keyboard.press('Enter');
}

/** Goes down the lines of the tree that has the focus. */
async function downTo(on: Page, name: string): Promise<void> {
  const active = () =>
    on.evaluate(() => {
      const id = document.activeElement?.getAttribute('aria-activedescendant');
      return id ? document.getElementById(id)?.querySelector('bdi')?.textContent : undefined;
    });
  for (let down = 0; (await active()) !== name; down++) {
    expect(down, `No line ${name}`).toBeLessThan(6);
    await on.keyboard.press('ArrowDown');
  }
}

async function signIn(on: Page, who: { username: string; password: string }): Promise<void> {
  await on.goto('/login');
  await tabTo(on, 'textbox', /User name/);
  await on.keyboard.type(who.username);
  await tabTo(on, 'textbox', /^Password/);
  await on.keyboard.type(who.password);
  await on.keyboard.press('Enter');
  await arrive(on, 'All passwords');
}

/** Opens the search with Ctrl K, and types into it. */
async function search(on: Page, text: string): Promise<void> {
  await on.keyboard.press('Control+k');
  await on
    .getByRole('combobox', { name: /^Search accounts/ })
    .and(on.locator(':focus'))
    .waitFor();
  await on.keyboard.type(text);
}
/** Searches, goes down to the result and opens it with Enter. */
async function find(on: Page, text: string, result: RegExp): Promise<void> {
  await search(on, text);
  await on.getByRole('option', { name: result }).first().waitFor();
  for (let down = 0; (await on.getByRole('option', { name: result, selected: true }).count()) === 0; down++) {
    expect(down, `${text} does not lead to ${String(result)}`).toBeLessThan(12);
    await on.keyboard.press('ArrowDown');
  }
  await on.keyboard.press('Enter');
}

it('lets an administrator make a group by rules and share it, another find it and open a password, and the administrator take it back, by keyboard alone', async () => {
  await signIn(owner, administrator);

  // A group by rules, with what they match while they are written.
  await find(owner, 'new resource group', /New resource group/);
  await arrive(owner, 'New resource group');
  await tabTo(owner, 'radio', /./);
  await owner.keyboard.press('ArrowDown');
  await owner.getByLabel('Find resources').waitFor();
  await owner.keyboard.press('ArrowUp');
  await owner.getByLabel('Text of rule 1').waitFor();
  await tabTo(owner, 'textbox', /^Name/);
  await owner.keyboard.type('Frankfurt');
  await tabTo(owner, 'combobox', /Attribute of rule 1/);
  await owner.keyboard.press('Control+a');
  await owner.keyboard.type('Location');
  await choose(owner, /^Location$/);
  await tabTo(owner, 'textbox', /Text of rule 1/);
  await owner.keyboard.type('frank');
  await owner.getByText('Matches 2 resources').waitFor();
  await owner.keyboard.press('Enter');
  await arrive(owner, 'Frankfurt');

  // Shared with another, to look.
  await tabTo(owner, 'tab', /./);
  await owner.keyboard.press('ArrowRight');
  await tabTo(owner, 'combobox', /Share with/);
  await owner.keyboard.type('vera');
  await choose(owner, /Vera Lind/);
  await owner.getByRole('list', { name: 'Shared with' }).getByText('Vera Lind').waitFor();
  await owner.keyboard.press('Control+s');
  await owner
    .getByRole('region', { name: 'Notices' })
    .getByText(/Frankfurt.*1 added/)
    .waitFor();

  // The other finds it in the tree and by search, and opens a password.
  await signIn(other, vera);
  await tabTo(other, 'tree', /./, 'Shift+Tab');
  await downTo(other, 'ada’s Group');
  await other.keyboard.press('ArrowRight');
  await other.getByRole('treeitem', { name: /^Frankfurt/ }).waitFor();
  await downTo(other, 'Frankfurt');
  await other.keyboard.press('Enter');
  await heading(other, 'Frankfurt');
  await other.getByText('2 accounts in this group').waitFor();
  await find(other, 'frankf', /^Frankfurt/);
  await other.waitForURL('**/resources/groups/*');
  await arrive(other, 'Frankfurt');
  await other.keyboard.press('g');
  await other.keyboard.press('h');
  await arrive(other, 'All passwords');
  await tabTo(other, 'row', /fra-db-1/);
  await other.keyboard.press('e');
  await other.getByText(secret).waitFor();
  await other.keyboard.press('Escape');
  await other.getByText(secret).waitFor({ state: 'detached' });

  // Taken back: at once, and with nothing left of it.
  await tabTo(owner, 'button', /^Remove Vera Lind/);
  await owner.keyboard.press('Enter');
  await owner.getByText('Ends when you save').waitFor();
  await owner.keyboard.press('Control+s');
  await owner.getByText('No shares here yet').waitFor();
  const refused = other.waitForResponse((reply) => reply.url().endsWith('/reveal'));
  await other.keyboard.press('e');
  expect((await refused).status()).toBe(404);
  await other.getByRole('region', { name: 'Notices' }).getByRole('alert').first().waitFor();
  expect(await other.getByText(secret).count()).toBe(0);
  await other.reload();
  await heading(other, 'All passwords');
  await other.getByText('Nothing is shared with you').first().waitFor();
  expect(await other.getByRole('treeitem', { name: /^Frankfurt/ }).count()).toBe(0);
  await find(other, 'resource groups', /Resource groups/);
  await other.waitForURL('**/resources/groups');
  await arrive(other, 'Resource groups');
  await other.getByText('No groups yet').waitFor();
  await search(other, 'frankf');
  await other.getByText('Nothing matches “frankf”').waitFor();
});

it('does so without any pointer, and without putting the focus anywhere itself', () => {
  const source = readFileSync(fileURLToPath(import.meta.url), 'utf8');
  const doings = source.match(
    /\.(click|dblclick|tap|hover|check|uncheck|fill|focus|selectOption|dragTo|mouse|dispatchEvent)\b(?=[(.])/g,
  );
  expect(doings).toBeNull();
});

it('breaks no rule of its content policy and throws nothing while doing all this', () => {
  expect(complaints.flatMap(({ all }) => all)).toEqual([]);
});
