// needs: chromium-headless-shell
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { request, type APIResponse, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, signIn, tracesOf, visit, type Complaints } from './browser.ts';
import { consoleDist, startProduct, type Product } from './product.ts';

const secret = 'Zx9#planted-Secret_77';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
/** Everything that the page asked for; `document` when it was the page itself. */
const asked: { readonly address: string; readonly document: boolean }[] = [];
/** True for the path of a file of the built console. */
const isFile = (path: string): boolean => existsSync(join(consoleDist, path));

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  page.on('request', (one) => asked.push({ address: one.url(), document: one.isNavigationRequest() }));
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** Presses Tab until the element with the focus has this name, at most `most` times. */
async function tabTo(name: RegExp, most = 40): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const e = document.activeElement;
      const labels =
        e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement
          ? [...(e.labels ?? [])].map((l) => l.textContent).join(' ')
          : '';
      return `${labels} ${e?.getAttribute('aria-label') ?? ''} ${e instanceof HTMLButtonElement || e instanceof HTMLAnchorElement ? e.textContent : ''}`;
    });
    if (name.test(label)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}
/** Makes a call as a program does: with a token and without the browser's cookies. */
async function fetchAs(origin: string, token: string, path: string): Promise<APIResponse> {
  const program = await request.newContext({
    baseURL: origin,
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  const reply = await program.get(path);
  await program.dispose();
  return reply;
}
/** The certificate that the server shows, as PEM. */
const peerCertificate = (origin: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const der = socket.getPeerCertificate().raw.toString('base64');
      socket.end();
      resolve(`-----BEGIN CERTIFICATE-----\n${der.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`);
    });
    socket.once('error', reject);
  });
const shown = () => page.evaluate((text) => document.body.innerText.includes(text), secret);

describe('adding a resource', () => {
  it('works by keyboard alone, in less than a minute', async () => {
    const start = Date.now();
    await page.keyboard.press('n');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Add resource' }).waitFor();
    await page.getByPlaceholder('Find a type').waitFor();
    await page.keyboard.type('linux');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name', { exact: false }).first().waitFor();
    await page.keyboard.type('fra-app-lnx-042');
    await tabTo(/DNS name/);
    await page.keyboard.type('fra-app-lnx-042.example');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Accounts', exact: true }).first().waitFor();
    await page.keyboard.type('root');
    await tabTo(/Password/);
    await page.keyboard.type(secret);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rotation and review' }).waitFor();
    expect(await shown()).toBe(false);
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/resources\/[0-9a-f-]{36}/);
    await page.getByRole('heading', { name: 'fra-app-lnx-042' }).waitFor();
    expect(Date.now() - start).toBeLessThan(60_000);
    expect(await tracesOf(page)).not.toContain(secret);
  });
});

describe('users', () => {
  it('come in by a link that is shown once, and are out the moment they are disabled', async () => {
    await page.goto('/admin/users/new');
    await page.getByLabel('Full name').fill('Tomás Rey');
    await page.getByLabel('Mail address').fill('tomas@northwind.example');
    await page.getByLabel('User name').fill('tomas');
    await page.getByRole('button', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog', { name: /Pass this link on to Tomás Rey/ });
    const link = (await dialog.locator('code').innerText()).trim();
    expect(link).toContain('/link#');
    await dialog.getByLabel('I have passed it on').check();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}/);
    expect(await tracesOf(page)).not.toContain(link.split('#')[1]);

    const theirs = await visit(browser, product.origin);
    const second = theirs.page;
    const address = `${product.origin}/link${new URL(link).hash}`;
    await second.goto(address);
    await second.getByText('Tomás Rey').waitFor();
    expect(second.url()).toBe(`${product.origin}/link`);
    await second.getByLabel('New password').fill('a sentence of his own');
    await second.getByRole('button', { name: 'Set password' }).click();
    await second.getByText('Your password is set').waitFor();
    await signIn(second, { username: 'tomas', password: 'a sentence of his own' });
    await second.getByText('Nothing is shared with you yet').waitFor();
    expect(await second.getByRole('link', { name: 'Admin' }).count()).toBe(0);
    expect(await second.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    expect(theirs.complaints.all).toEqual([]);

    await page.reload();
    await page.getByRole('button', { name: 'More for Tomás Rey' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable user' }).click();
    await page.getByText('Tomás Rey is disabled').waitFor();
    await second.goto('/home');
    await second.waitForURL('**/login**');

    const again = await visit(browser, product.origin);
    await again.page.goto('about:blank');
    await again.page.goto(address);
    await again.page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await again.context.close();
    await theirs.context.close();
  });

  it('that are programs get a token that is shown once', async () => {
    await page.goto('/admin/api-users/new');
    await page.getByLabel('What it is').fill('Deployment pipeline');
    await page.getByLabel('User name').fill('deploy');
    await page.getByRole('button', { name: 'Add API user' }).click();
    const dialog = page.getByRole('dialog', { name: /Deployment pipeline was added/ });
    const token = (await dialog.locator('code').first().innerText()).trim();
    expect(token.length).toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByLabel('I have stored it').check();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}/);
    await page.getByRole('heading', { name: 'Deployment pipeline' }).waitFor();
    expect(await tracesOf(page)).not.toContain(token);
    expect((await fetchAs(product.origin, token, '/api/v1/accounts')).status()).toBe(200);
    expect((await fetchAs(product.origin, `${token}x`, '/api/v1/accounts')).status()).toBe(401);
  });
});

describe('certificates', () => {
  it('show what browsers see, and are added to and taken from those that are trusted', async () => {
    await page.goto('/admin/certificates');
    await page.getByText('Self-signed, made when the server first started').waitFor();
    await page.getByRole('button', { name: 'Replace certificate' }).click();
    const replacing = page.getByRole('dialog', { name: 'Replace the certificate of this server' });
    await replacing
      .locator('input[type=file]')
      .setInputFiles({ name: 'junk.pfx', mimeType: 'application/x-pkcs12', buffer: Buffer.from('no certificate') });
    await replacing.getByRole('button', { name: 'Replace certificate' }).click();
    await replacing.getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
    await replacing.waitFor({ state: 'detached' });

    const certificate = await peerCertificate(product.origin);
    await page.getByRole('button', { name: 'Add certificates' }).click();
    const adding = page.getByRole('dialog', { name: 'Trust more certificates' });
    await adding
      .locator('input[type=file]')
      .setInputFiles({ name: 'own.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(certificate) });
    await adding.getByRole('button', { name: 'Trust these' }).click();
    await page.getByText('1 certificate is trusted now.').waitFor();
    await page.getByRole('button', { name: /^Remove / }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop trusting' }).click();
    await page.getByText('None yet. Add the certificate').waitFor();
  });
});

describe('one’s own account', () => {
  it('asks for another password first when somebody else chose it, and opens nothing else before', async () => {
    await page.goto('/admin/users/new');
    await page.getByLabel('Full name').fill('Priya Raman');
    await page.getByLabel('Mail address').fill('priya@northwind.example');
    await page.getByLabel('User name').fill('priya');
    await page.getByLabel('First password').check();
    await page.getByLabel(/^First password \*/).fill('chosen by somebody else');
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}/);
    const theirs = await visit(browser, product.origin);
    await signIn(theirs.page, { username: 'priya', password: 'chosen by somebody else' });
    await theirs.page.getByText('Choose a new password first').waitFor();
    await theirs.page.goto('/home');
    await theirs.page.waitForURL('**/me/security');
    await theirs.page.getByLabel(/^Current password/).fill('chosen by somebody else');
    await theirs.page.getByLabel(/^New password/).fill('chosen by priya herself');
    await theirs.page.getByRole('button', { name: 'Change password' }).click();
    await theirs.page.getByText('The password does not meet every point').waitFor();
    await theirs.page.getByLabel(/^New password/).fill('chosen by nobody else');
    await theirs.page.getByRole('button', { name: 'Change password' }).click();
    await theirs.page.waitForURL('**/home');
    expect(theirs.complaints.all).toEqual([]);
    await theirs.context.close();
  });

  it('makes a token that works until it is ended', async () => {
    await page.goto('/me/security');
    await page.getByRole('button', { name: 'Create token' }).click();
    const asking = page.getByRole('dialog', { name: 'Create an API token' });
    await asking.getByLabel('Name').fill('Backup script');
    await asking.getByRole('button', { name: 'Create token' }).click();
    const shownOnce = page.getByRole('dialog', { name: 'Copy the token now' });
    const token = (await shownOnce.locator('code').first().innerText()).trim();
    await shownOnce.getByLabel('I have stored it').check();
    await shownOnce.getByRole('button', { name: 'Done' }).click();
    const fetchWithToken = async () => (await fetchAs(product.origin, token, '/api/v1/resources')).status();
    expect(await fetchWithToken()).toBe(200);
    await page.getByRole('button', { name: 'End token Backup script' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End token' }).click();
    await page.getByText('Token Backup script ended.').waitFor();
    expect(await fetchWithToken()).toBe(401);
    expect(await tracesOf(page)).not.toContain(token);
  });
});

describe('the API reference', () => {
  it('finds a call, tells what it takes, and makes those that read [API-03]', async () => {
    await page.goto('/help/api');
    await page.getByPlaceholder('Search calls').fill('resources one may see');
    await page.getByRole('button', { name: /GET.*\/api\/v1\/resources.*Resources one may see/ }).click();
    await page.getByRole('region', { name: 'Input of resource.list' }).getByText('offset').waitFor();
    await page.getByRole('textbox', { name: 'search', exact: true }).fill('lnx-042');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Answered with status 200').waitFor();
    await page.getByText('"name": "fra-app-lnx-042"').waitFor();
    await page.getByPlaceholder('Search calls').fill('no call has these words');
    await page.getByText('No call has these words').waitFor();
  });
});

it('asks the server for nothing but its own files and /api/v1 [API-03]', () => {
  const fetched = asked.filter(({ document }) => !document).map(({ address }) => address);
  const other = fetched.filter((address) => !address.startsWith(product.origin));
  expect(other).toEqual([]);
  const paths = fetched.map((address) => new URL(address).pathname);
  expect(paths.filter((path) => path.startsWith('/api/v1/')).length).toBeGreaterThan(20);
  expect([...new Set(paths.filter((path) => !path.startsWith('/api/v1/') && !isFile(path)))]).toEqual([]);
});

it('breaks no rule of its content policy and throws nothing while doing all this', () => {
  expect(complaints.all).toEqual([]);
});
