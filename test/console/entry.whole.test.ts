// needs: chromium-headless-shell
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, tracesOf, visit, type Complaints } from './browser.ts';
import { startProduct, type Product } from './product.ts';

const person = {
  fullName: 'Ada Lindqvist',
  username: 'ada',
  password: 'a sentence only she knows',
  organisation: 'Northwind IT',
};

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: Complaints;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: false }), launch()]);
  ({ context, page, complaints } = await visit(browser, product.origin));
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** Tries to sign in and gives what the page says about it. */
async function refusalOf(username: string, password: string): Promise<string> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  const [reply] = await Promise.all([
    page.waitForResponse(
      (response) => response.url().endsWith('/api/v1/session') && response.request().method() === 'POST',
    ),
    page.getByRole('button', { name: 'Sign in' }).click(),
  ]);
  expect(reply.ok()).toBe(false);
  return (await page.getByRole('alert').innerText()).trim();
}

describe('the first set-up', () => {
  it('is closed to whoever comes without the link', async () => {
    await page.goto('/setup');
    await page.getByRole('heading', { name: 'The set-up link is missing' }).waitFor();
    await page.goto('/login');
    await page.getByText('This installation has no administrator yet').waitFor();
    await page.goto(`/setup#${'x'.repeat(43)}`);
    await page.getByRole('heading', { name: 'This link does not open a set-up' }).waitFor();
  });

  it('takes the token out of the address bar at once', async () => {
    const token = new URL(product.setupLink ?? '').hash.slice(1);
    expect(token.length).toBeGreaterThan(20);
    await page.goto('about:blank');
    await page.goto(product.setupLink ?? '');
    await page.getByRole('heading', { name: 'Set up Strongroom' }).waitFor();
    expect(page.url()).toBe(`${product.origin}/setup`);
    const traces = await tracesOf(page);
    expect(traces).not.toContain(token);
  });

  it('leads through four steps, holds the key step until a copy is confirmed, and signs the administrator in', async () => {
    await page.getByLabel('Organisation').fill(person.organisation);
    await page.getByLabel('Full name').fill(person.fullName);
    await page.getByLabel('Mail address').fill('ada@northwind.example');
    await page.getByLabel('User name').fill(person.username);
    await page.getByLabel(/^Password/).fill('short');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The password does not meet every point').waitFor();
    await page.getByLabel(/^Password/).fill(person.password);
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Where the encryption key lies' }).waitFor();
    await expect(page.getByRole('textbox', { name: 'Key file' }).inputValue()).resolves.toMatch(/\/key\/master\.key$/);
    await page.getByText('Losing this file means losing everything').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Make a copy of the file, then tick this box').waitFor();
    await page.getByLabel('I have a copy of the key file').check();
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Mail server' }).waitFor();
    await page.getByLabel('Use a mail server').uncheck({ force: true });
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Check, then finish' }).waitFor();
    await page.getByText(person.organisation).waitFor();
    await page.getByRole('button', { name: 'Finish set-up' }).click();
    await page.waitForURL('**/home');
    await page.getByText(person.organisation).first().waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  it('works once', async () => {
    await page.goto('about:blank');
    await page.goto(product.setupLink ?? '');
    await page.getByRole('heading', { name: 'This link does not open a set-up' }).waitFor();
  });
});

describe('sign-in', () => {
  it('ends with sign-out, and sends a stranger to the sign-in page and back to where they wanted to go', async () => {
    await page.goto('/home');
    await page.getByRole('button', { name: /Ada Lindqvist/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/login');
    await page.goto('/audit/users');
    await page.waitForURL('**/login?next=**');
    await page.getByLabel('User name').fill(person.username);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/audit/users');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
  });

  it('never follows an address of another site', async () => {
    await context.clearCookies();
    await page.goto(`/login?next=${encodeURIComponent('https://elsewhere.example/')}`);
    await page.getByLabel('User name').fill(person.username);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${product.origin}/home`);
  });

  it('says the same for an unknown name and a wrong password, then how long it is locked', async () => {
    // A page that notices that its session is gone goes to the sign-in page by itself.
    await page.goto('about:blank');
    await context.clearCookies();
    await page.goto('/login');
    const unknown = await refusalOf('nobody-of-that-name', 'wrong password 1');
    const wrong = await refusalOf(person.username, 'wrong password 1');
    expect(wrong).toBe(unknown);
    expect(wrong.toLowerCase()).toContain('wrong');
    let said = wrong;
    for (let i = 2; i < 9 && said === wrong; i++) said = await refusalOf(person.username, `wrong password ${i}`);
    expect(said).toMatch(/opens again in \d+ (seconds?|minutes?)/);
  });
});

it('breaks no rule of its content policy and throws nothing while doing all this', () => {
  expect(complaints.all).toEqual([]);
});
