// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
const many = 120;
const nameOf = (i: number): string => `fra-app-lnx-${String(i).padStart(4, '0')}`;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  const bodies = Array.from({ length: many }, (_, i) =>
    JSON.stringify({ name: nameOf(i), type: i % 2 ? 'Linux' : 'Windows', dnsName: `${nameOf(i)}.northwind.example` }),
  );
  const statuses = await page.evaluate(async (all) => {
    const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
    const seen = new Set<number>();
    const waiting = [...all];
    const work = async (): Promise<void> => {
      for (let body = waiting.pop(); body !== undefined; body = waiting.pop())
        seen.add((await fetch('/api/v1/resources', { method: 'POST', headers, body })).status);
    };
    await Promise.all([work(), work(), work(), work()]);
    return [...seen];
  }, bodies);
  expect(statuses).toEqual([200]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const box = (name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
const headBox = () => page.getByRole('checkbox', { name: 'Select the rows on this page' });
const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
const footer = () => page.getByRole('contentinfo').or(page.locator('footer')).last();
/** Waits until the list says that this many are selected; none when it says nothing. */
const selected = (count: number) =>
  count === 0
    ? footer().filter({ hasNotText: 'selected' }).waitFor()
    : footer()
        .filter({ hasText: `${count} selected` })
        .waitFor();
const heads = () =>
  page.locator('[role=columnheader][data-column]').evaluateAll((all) => all.map((e) => e.textContent));
const widthOf = async (title: string): Promise<number> =>
  (await page.getByRole('columnheader', { name: title, exact: true }).boundingBox())?.width ?? 0;
async function open(address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}

describe('selecting rows', () => {
  it('takes a row, a range and the loaded rows with the pointer, and everything that matches', async () => {
    await open('/resources');
    await box(nameOf(2)).click();
    await selected(1);
    await page.getByText('1 selected', { exact: true }).first().waitFor();
    await box(nameOf(6)).click({ modifiers: ['Shift'] });
    await selected(5);
    expect(await row(nameOf(4)).getAttribute('aria-selected')).toBe('true');
    expect(await row(nameOf(7)).getAttribute('aria-selected')).toBe('false');
    expect(await headBox().evaluate((e) => (e as HTMLInputElement).indeterminate)).toBe(true);
    // A shorter range from the same row lets go of the rest.
    await box(nameOf(4)).click({ modifiers: ['Shift'] });
    await selected(3);
    await row(nameOf(9)).click({ modifiers: ['Control'], position: { x: 300, y: 10 } });
    await selected(4);
    await headBox().click();
    await selected(100);
    // The bar stands in for the filters, and nothing moves for it.
    const bar = page.getByRole('toolbar', { name: 'Actions on what is selected' });
    await bar.getByRole('button', { name: `Select all ${many} that match` }).click();
    await selected(many);
    expect(await page.getByRole('search').count()).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    // Esc closes the menu alone; the next one clears.
    await bar.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await selected(many);
    await page.keyboard.press('Escape');
    await selected(0);
    expect(page.url()).toMatch(/\/resources$/);
  });

  it('does the same by keyboard: X, Shift and arrows, Ctrl A once and twice, Space, Esc', async () => {
    await row(nameOf(0)).focus();
    await page.keyboard.press('x');
    await selected(1);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown');
    await selected(4);
    await page.keyboard.press('Shift+ArrowUp');
    await selected(3);
    await page.waitForFunction(() => document.getElementById('announcer')?.textContent === '3 selected');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await selected(4);
    await page.keyboard.press('Control+a');
    await selected(100);
    await page.keyboard.press('Control+a');
    await selected(many);
    // All but one: the row that was left out is not counted, wherever one scrolls to.
    await page.keyboard.press('End');
    await row(nameOf(many - 1)).waitFor();
    await page.waitForFunction((i) => document.activeElement?.getAttribute('data-i') === String(i), many - 1);
    await page.keyboard.press('Control+Space');
    await selected(many - 1);
    expect(await box(nameOf(many - 1)).isChecked()).toBe(false);
    expect(await box(nameOf(many - 2)).isChecked()).toBe(true);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await selected(0);
  });

  it('takes a range over rows that were never on screen', async () => {
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-i') === '0');
    await page.keyboard.press('Shift+End');
    await selected(many);
  });

  it('forgets the selection when the filters change, and keeps it when the order does', async () => {
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await page.waitForURL(/sort=name/);
    await selected(many);
    await page.goto('/resources?type=Linux');
    await settled(page);
    await box(nameOf(1)).click();
    await selected(1);
    await page.goBack();
    await settled(page);
    await selected(0);
  });

  it('draws again the rows that change, and no other', async () => {
    await open('/resources');
    await page.evaluate(() => {
      const changed = new Set<string>();
      Reflect.set(globalThis, 'changedRows', changed);
      new MutationObserver((all) => {
        for (const { target } of all) {
          const place = (target as Element).closest?.('[data-i]')?.getAttribute('data-i');
          if (place) changed.add(place);
        }
      }).observe(document.querySelector('[role=grid]') as Element, {
        subtree: true,
        attributes: true,
        childList: true,
        attributeFilter: ['aria-selected', 'class', 'style', 'aria-label'],
      });
    });
    await box(nameOf(3)).click();
    await selected(1);
    expect(await page.evaluate(() => [...(Reflect.get(globalThis, 'changedRows') as Set<string>)])).toEqual(['3']);
  });
});

describe('the columns of a list', () => {
  it('are hidden, moved and made wider by keyboard, kept for the person, and reset', async () => {
    await open('/resources');
    const first = await heads();
    expect(first.slice(0, 3)).toEqual(['Name', 'Type', 'Address']);
    await page.getByRole('button', { name: 'Columns' }).click();
    const menu = page.getByRole('group', { name: 'Columns' });
    await menu.waitFor();
    expect(await menu.getByRole('checkbox', { name: /^Name/ }).isDisabled()).toBe(true);
    await menu.getByRole('checkbox', { name: 'Type' }).uncheck();
    await menu.getByRole('checkbox', { name: 'Address' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Alt+ArrowUp');
    await page.waitForFunction(() =>
      document.getElementById('announcer')?.textContent?.startsWith('Address is column 1'),
    );
    expect((await heads()).slice(0, 2)).toEqual(['Address', 'Name']);
    expect(await heads()).not.toContain('Type');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });

    const before = await widthOf('Address');
    await page.getByRole('columnheader', { name: 'Address', exact: true }).getByRole('button').focus();
    await page.keyboard.press('Alt+ArrowRight');
    expect(Math.round((await widthOf('Address')) - before)).toBe(16);
    expect(page.url()).toMatch(/\/resources$/);

    await page.reload();
    await settled(page);
    expect((await heads()).slice(0, 2)).toEqual(['Address', 'Name']);
    expect(Math.round((await widthOf('Address')) - before)).toBe(16);

    await page.getByRole('button', { name: 'Columns' }).click();
    await menu.getByRole('button', { name: 'Reset columns' }).click();
    await page.keyboard.press('Escape');
    expect(await heads()).toEqual(first);
  });

  it('are made wider by dragging an edge, and a wide list scrolls its header along', async () => {
    const cell = await page.getByRole('columnheader', { name: 'Name', exact: true }).boundingBox();
    if (!cell) throw new Error('The header is not drawn');
    const edge = { x: cell.x + cell.width + 5, y: cell.y + cell.height / 2 };
    await page.mouse.move(edge.x, edge.y);
    await page.mouse.down();
    await page.mouse.move(edge.x + 300, edge.y, { steps: 4 });
    await page.mouse.move(edge.x + 700, edge.y, { steps: 4 });
    await page.mouse.up();
    expect(await widthOf('Name')).toBe(800);
    await page
      .locator('[role=grid] > [role=rowgroup]')
      .last()
      .evaluate((body) => body.scrollTo({ left: 400 }));
    await page.waitForFunction(() => document.querySelector('[role=grid] > [role=rowgroup]')?.scrollLeft === 400);
    expect(complaints.all).toEqual([]);
  });
});

describe('a list of which the server does not count the end', () => {
  it('says so, and goes on by cursor beyond the ten thousandth row', async () => {
    // Ten thousand rows are made up from one of the server's own; what is looked at is what the list does with them.
    const sample = (await (await page.request.get('/api/v1/resources?limit=1')).json()) as {
      items: Record<string, unknown>[];
    };
    const end = 10_130;
    const asked: string[] = [];
    await page.route('**/api/v1/resources?*', async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const cursor = query.get('cursor');
      const offset = cursor ? Number(cursor) : Number(query.get('offset') ?? 0);
      asked.push(cursor ? `cursor ${cursor}` : `offset ${offset}`);
      const rows = Array.from({ length: Math.max(0, Math.min(100, end - offset)) }, (_, i) => ({
        ...sample.items[0],
        id: `00000000-0000-4000-8000-${String(offset + i).padStart(12, '0')}`,
        name: `row ${offset + i}`,
      }));
      const next = offset + rows.length;
      await route.fulfill({
        json: { items: rows, total: 10_000, totalIs: 'at-least', nextCursor: next < end ? String(next) : null },
      });
    });
    await open('/resources');
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('-1');
    await footer().filter({ hasText: 'of more than 10,000' }).waitFor();
    await page.getByRole('row', { name: /row 0/ }).focus();
    await page.keyboard.press('End');
    await page.getByText('row 9999', { exact: true }).waitFor();
    // Each End goes to the end of what is known by then.
    for (let last = 9_999; last < end - 1;) {
      await page.keyboard.press('End');
      await page.waitForFunction((i) => Number(document.activeElement?.getAttribute('data-i')) > i, last);
      await page.waitForFunction(() => /row \d/.test(document.activeElement?.textContent ?? ''));
      last = await page.evaluate(() => Number(document.activeElement?.getAttribute('data-i')));
    }
    await page.getByText(`row ${end - 1}`, { exact: true }).waitFor();
    await footer().filter({ hasText: 'of 10,130' }).waitFor();
    expect(asked.filter((one) => one.startsWith('cursor'))).toEqual(['cursor 10100']);
    expect(asked.some((one) => /^offset 10[1-9]/.test(one))).toBe(false);
    await page.keyboard.press('Control+a');
    await selected(30);
    // More than one piece of work can be done for: said, and what was selected stays.
    await page.keyboard.press('Control+a');
    await page
      .getByRole('region', { name: 'Notices' })
      .getByText('More than 10,000 match. Narrow the filters to select them all.')
      .waitFor();
    await selected(30);
    await page.unroute('**/api/v1/resources?*');
  });
});
