// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
const groups: Record<string, string> = {};

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

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  for (const name of ['Databases', 'Web']) {
    const resource = await call<{ id: string }>(page, 'POST', '/resources', {
      name: `${name.toLowerCase()}-1`,
      type: 'Linux',
      accounts: [{ username: 'root' }],
    });
    groups[name] = (
      await call<{ id: string }>(page, 'POST', '/resource-groups', { name, resourceIds: [resource.id] })
    ).id;
  }
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const step = (name: string) => page.getByRole('heading', { name, level: 3 }).waitFor();
const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();

describe('the rotation of a group', () => {
  it('is set in steps, each checked as one goes on, and kept as a template', async () => {
    await page.goto(`/resources/groups/${groups['Databases'] ?? ''}/rotation`);
    await page.getByRole('button', { name: 'Set up a schedule' }).click();
    await step('Tell people before');
    await page.getByRole('switch', { name: 'Tell people before a run' }).press('Space');
    await page.getByLabel('Days').fill('0');
    await next();
    await page.getByText('From one minute to seven days.').waitFor();
    await page.getByLabel('Days').fill('2');
    await page.getByRole('combobox', { name: 'Mail addresses' }).fill('ops@example.org');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await next();
    await step('New passwords');
    await page.getByLabel('One given password for all').check();
    await next();
    await page.getByText('Give the password.').waitFor();
    await page.getByLabel('One random password for all, new with each run').check();
    await next();
    await step('Schedule');
    await page.getByLabel('Cron', { exact: true }).check();
    await page.getByLabel('Cron pattern').fill('* * * * *');
    await page.getByText('is due more often than once an hour').waitFor();
    await page.getByLabel('Cron pattern').fill('30 2 * * 1');
    await expect.poll(() => page.getByRole('list').filter({ hasText: '02:30' }).getByRole('listitem').count()).toBe(5);
    expect(await accessibilityFindings(page)).toEqual([]);
    await next();
    await step('Tell people after');
    await next();
    await step('Review');
    await page.getByText('2 days before: Whoever has access, ops@example.org').waitFor();
    await page.getByLabel('Also save as a template').check();
    await page.getByLabel('Name of the template').fill('Mondays');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save schedule' }).click();
    await page.getByRole('heading', { name: 'Cron 30 2 * * 1' }).waitFor();
    await page.getByText('It has not run yet.').waitFor();
  });

  it('begins with a template', async () => {
    await page.goto(`/resources/groups/${groups['Web'] ?? ''}/rotation?edit=1`);
    await page.getByRole('combobox', { name: 'Begin with a template' }).click();
    await page.getByRole('option', { name: 'Mondays' }).click();
    for (const title of ['New passwords', 'Schedule', 'Tell people after', 'Review']) {
      await next();
      await step(title);
    }
    await page.getByText('2 days before: Whoever has access, ops@example.org').waitFor();
    await page.getByText('Cron 30 2 * * 1 (UTC)').waitFor();
    await page.getByRole('button', { name: 'Save schedule' }).click();
    await page.getByRole('heading', { name: 'Cron 30 2 * * 1' }).waitFor();
    await page.goto('/admin/rotation-templates');
    await page.getByRole('button', { name: 'Delete the template Mondays' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No templates yet').waitFor();
  });
});

describe('the page of all schedules', () => {
  it('shows each with next run and last result, pauses it, resumes it and runs it now [SCH-02]', async () => {
    await page.goto('/resources/groups');
    await page.getByRole('link', { name: 'Schedules' }).click();
    const row = page.getByRole('row', { name: /Databases/ });
    await row.getByText(/02:30/).waitFor();
    await row.getByText('Not yet run').waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause the schedule of Databases' }).click();
    await row.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Resume the schedule of Databases' }).click();
    await row.getByText('Active').waitFor();
    await page.getByRole('button', { name: 'Run the schedule of Databases now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
    // Its account is not set up for resets: the run ends at once, and says so.
    await row.getByText('Nothing was reset').waitFor();
    await row.getByText('1 left out').waitFor();
    await page.getByPlaceholder('Find by group').fill('web');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Web/ }).waitFor();
    await page.goto(`/resources/groups/${groups['Databases'] ?? ''}/rotation`);
    await page.getByRole('button', { name: /^Report of/ }).click();
    const report = page.getByRole('dialog');
    await report.getByText('not set up', { exact: false }).waitFor();
    await report.getByText('Left out', { exact: true }).waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('has a calendar of what comes that works by keys alone', async () => {
    await page.goto('/resources/schedules?as=calendar');
    const today = page.locator('[data-day][tabindex="0"]');
    await today.focus();
    const first = (await today.getAttribute('data-day')) ?? '';
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const moved = (await page.locator('[data-day]:focus').getAttribute('data-day')) ?? '';
    expect(Date.parse(moved) - Date.parse(first)).toBe(8 * 86_400_000);
    // To the Monday before that, on which both run.
    for (let day = new Date(moved).getUTCDay(); day !== 1; day = (day + 6) % 7) await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: /^Monday .*: 2 runs$/, pressed: true }).waitFor();
    await page.getByRole('link', { name: 'Databases' }).waitFor();
    await page.getByRole('link', { name: 'Web' }).waitFor();
    await page.keyboard.press('PageDown');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});

describe('what uses an account', () => {
  it('is declared in its drawer, and warns before its password is changed', async () => {
    const { items } = await call<{ items: { id: string; username: string }[] }>(
      page,
      'GET',
      '/accounts?search=databases',
    );
    await page.goto(`/home?view=all&account=${items[0]?.id ?? ''}&tab=used`);
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Nothing is declared to use it').waitFor();
    await drawer.getByRole('button', { name: 'Add a program' }).click();
    const form = page.getByRole('dialog', { name: 'What uses this account?' });
    await form.getByLabel('Name').fill('Billing');
    await form.getByLabel('Health address').fill('javascript:alert(1)');
    await form.getByRole('button', { name: 'Add a program' }).click();
    await form.getByText('must begin with http').waitFor();
    await form.getByLabel('Health address').fill('https://billing.example/health');
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Add a program' }).click();
    await drawer.getByRole('link', { name: 'https://billing.example/health' }).waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await drawer.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('1 program uses this password: Billing.').waitFor();
    expect(complaints.all).toEqual([]);
  });
});
