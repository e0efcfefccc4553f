// needs: chromium-headless-shell
import { readFile } from 'node:fs/promises';
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

const button = (name: string | RegExp) => page.getByRole('button', { name });
const heading = (name: string) => page.getByRole('heading', { name });
const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
async function open(address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}

describe('an import', () => {
  it('goes from a file over its columns and a check to a report, whose skipped lines come back as a file', async () => {
    const hosts = Array.from({ length: 12 }, (_, i) => `lnx-${String(i)};root;Passw0rd-${String(i)};Linux`);
    await open('/resources');
    await page.getByRole('link', { name: 'Import' }).first().click();
    await page
      .locator('input[type=file]')
      .setInputFiles(file('hosts.csv', `Resource;Account;Password;Type\n${hosts.join('\n')}\nbad;root;x;Abacus\n`));
    await heading('Which column is which?').waitFor();
    expect(await page.getByText('Passw0rd-0').count()).toBe(0);
    expect(await page.getByText('••••').count()).toBeGreaterThan(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    await button('Check the file').click();
    await heading('This is what the import will do').waitFor();
    await button('Import 12 lines').click();
    await heading('Imported').waitFor();
    await page.getByText('The type is not a resource type.').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), button('Download skipped lines').click()]);
    const skipped = await readFile(await download.path(), 'utf8');
    expect(skipped.replace('\ufeff', '').split('\r\n')).toEqual([
      'Resource,Account,Password,Type,Why it was skipped',
      'bad,root,x,Abacus,The type is not a resource type.',
      '',
    ]);
  });

  it('is taken back, and says so', async () => {
    await button('Undo import').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo import' }).click();
    await heading('The import was taken back').waitFor();
    await open('/resources');
    await page.getByText('No resources yet').first().waitFor();
  });

  it('says what to do about a file that is no table, and lets it go', async () => {
    await open('/resources/import');
    await page.locator('input[type=file]').setInputFiles(file('empty.csv', ''));
    await page.getByRole('alert').filter({ hasText: 'empty' }).waitFor();
    await button('Import another file').click();
    await page.getByText('Drop a file here, or choose one').waitFor();
    await page.getByRole('link', { name: /hosts\.csv/ }).waitFor();
  });
});

describe('work for many things', () => {
  beforeAll(async () => {
    const bodies = Array.from({ length: 8 }, (_, i) =>
      JSON.stringify({ name: `bulk-${String(i)}`, type: i < 6 ? 'Linux' : 'Mac', accounts: [{ username: 'root' }] }),
    );
    await page.evaluate(async (all) => {
      const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
      for (const body of all) await fetch('/api/v1/resources', { method: 'POST', headers, body });
    }, bodies);
  });
  const select = async (from: number, to: number): Promise<void> => {
    await page.getByRole('checkbox', { name: `Select bulk-${String(from)}`, exact: true }).click();
    await page
      .getByRole('checkbox', { name: `Select bulk-${String(to)}`, exact: true })
      .click({ modifiers: ['Shift'] });
  };

  /** Has the server say, so many times, what it would have said of a task or its lines a moment before they were done. */
  const saysBefore = (of: (url: URL) => boolean, state: 'running' | 'waiting', times: number) =>
    page.route(
      of,
      async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replaceAll('"state":"done"', `"state":"${state}"`);
        await route.fulfill({ response, body });
      },
      { times },
    );

  it('changes what is selected, shows how far it is, and keeps a result for each', async () => {
    await open('/resources');
    await select(0, 3);
    await button('Change details').click();
    const dialog = page.getByRole('dialog', { name: 'Change 4 resources' });
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByText('Fill in at least one field.').waitFor();
    await dialog.getByLabel('Department').fill('Finance');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('4 of 4').waitFor();
    await button('Details').click();
    await heading('Change 4 resources').waitFor();
    await page
      .getByRole('row', { name: /bulk-2/ })
      .getByText('Done')
      .waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByRole('row', { name: /Change 4 resources/ }).waitFor();
  });

  it('shows how each ended where the page was opened while it was at work', async () => {
    const { items } = await page.evaluate(
      async () => (await (await fetch('/api/v1/tasks?limit=1')).json()) as { items: { id: string }[] },
    );
    const address = `/tasks/${items[0]?.id ?? ''}`;
    await saysBefore((url) => url.pathname === `/api/v1${address}`, 'running', 1);
    await saysBefore((url) => url.pathname === `/api/v1${address}/items`, 'waiting', 1);
    await open(address);
    await page
      .getByRole('row', { name: /bulk-2/ })
      .getByText('Waiting')
      .waitFor();
    await page
      .getByRole('row', { name: /bulk-2/ })
      .getByText('Done')
      .waitFor();
  });

  it('offers reset settings only for one type, and asks for the count before it deletes', async () => {
    await open('/resources');
    await select(5, 6);
    await button('More actions').first().click();
    await page.getByText('Select resources of one type only: filter by type first.').waitFor();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 2 resources?' });
    const go = dialog.getByRole('button', { name: 'Delete', exact: true });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('delete 2');
    await go.click();
    await page.getByText('2 of 2').waitFor();
    await page.getByText('6 resources').waitFor();
  });

  it('shows of a long list, far down, how it goes on while it is at work', async () => {
    const id = await page.evaluate(async () => {
      const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const post = async (path: string, body: object) => {
        const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
        const reply = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
        return (await reply.json()) as { id: string };
      };
      const made = await Promise.all(
        Array.from({ length: 120 }, (_, i) => post('/resources', { name: `long-${String(i + 100)}`, type: 'Linux' })),
      );
      const selection = { ids: made.map((one) => one.id) };
      return (await post('/tasks', { call: 'resource.update', selection, input: { location: 'Ulm' } })).id;
    });
    await open(`/tasks/${id}`);
    await page.getByText('120 of 120').first().waitFor();
    // As if it went on for ever, and the last lines had waited a moment longer.
    await saysBefore((url) => url.pathname === `/api/v1/tasks/${id}`, 'running', 1000);
    await saysBefore(
      (url) => url.pathname.endsWith('/items') && url.searchParams.get('offset') === '100',
      'waiting',
      1,
    );
    await open(`/tasks/${id}`);
    await page.getByRole('row', { name: /long-/ }).first().click();
    await page.keyboard.press('End');
    const last = page.getByRole('row', { name: /long-219/ });
    await last.getByText('Waiting').waitFor();
    await last.getByText('Done').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('leaves nothing to complain about, in dark and on a phone', async () => {
    expect(complaints.all).toEqual([]);
    const phone = await visit(browser, product.origin, { size: 'phone', theme: 'dark', reducedMotion: true });
    await signIn(phone.page);
    for (const address of ['/tasks', '/resources/import', '/admin/users/import']) {
      await phone.page.goto(address);
      await settled(phone.page);
      expect([address, await accessibilityFindings(phone.page)]).toEqual([address, []]);
      const width = await phone.page.evaluate(() => document.documentElement.scrollWidth);
      expect([address, width]).toEqual([address, 390]);
    }
    expect(phone.complaints.all).toEqual([]);
    await phone.context.close();
  });
});
