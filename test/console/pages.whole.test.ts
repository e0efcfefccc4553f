// needs: chromium-headless-shell
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Size } from './browser.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let made: {
  resource: string;
  account: string;
  user: string;
  apiUser: string;
  userGroup: string;
  event: string;
  webhook: string;
};

/** Makes a call of the console's API as the signed-in administrator. */
async function ask<T>(page: Page, method: 'GET' | 'POST', path: string, data?: object): Promise<T> {
  const session = await page.request.get('/api/v1/session');
  const { csrfToken } = (await session.json()) as { csrfToken: string };
  const reply = await page.request.fetch(`/api/v1${path}`, {
    method,
    headers: { 'x-csrf-token': csrfToken },
    ...(data ? { data } : {}),
  });
  if (!reply.ok()) throw new Error(`${method} ${path}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as T;
}

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  const { context, page } = await visit(browser, product.origin);
  await signIn(page);
  const resource = await ask<{ id: string }>(page, 'POST', '/resources', {
    name: 'fra-app-lnx-042',
    type: 'Linux',
    dnsName: 'fra-app-lnx-042.example',
    description: 'Ledger, Frankfurt',
    accounts: [
      { username: 'root' },
      { username: 'deploy' },
      { username: 'a-log-in-name-that-is-so-long-that-it-does-not-fit-anywhere' },
    ],
  });
  const accounts = await ask<{ items: { id: string }[] }>(page, 'GET', '/accounts');
  const person = { username: 'tomas', fullName: 'Tomás Rey', email: 'tomas@northwind.example', role: 'password-user' };
  const { user } = await ask<{ user: { id: string } }>(page, 'POST', '/users', person);
  const api = await ask<{ user: { id: string } }>(page, 'POST', '/api-users', {
    username: 'deploy',
    fullName: 'Deployment pipeline',
    role: 'password-user',
    expiresAt: null,
  });
  const group = await ask<{ id: string }>(page, 'POST', '/user-groups', {
    name: 'Linux operators',
    ticketExempt: true,
  });
  await ask(page, 'POST', `/user-groups/${group.id}/members`, { add: [user.id] });
  await ask(page, 'POST', '/roles', { name: 'Help desk', basedOn: 'password-user' });
  const told = await ask<{ webhook: { id: string } }>(page, 'POST', '/webhooks', {
    name: 'Security operations',
    url: 'https://127.0.0.1:9/a-path-that-is-so-long-that-it-does-not-fit-anywhere/events',
    events: ['account.*', 'user.*', 'identity.sign-in'],
    privateNetwork: true,
  });
  const events = await ask<{ items: { id: string }[] }>(page, 'GET', '/audit?trail=resource');
  made = {
    resource: resource.id,
    account: accounts.items[0]?.id ?? '',
    user: user.id,
    apiUser: api.user.id,
    userGroup: group.id,
    event: events.items[0]?.id ?? '',
    webhook: told.webhook.id,
  };
  await context.close();
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** Kilobytes, as packed on the wire, of the scripts this page load has asked for, from the network or the cache. */
const scriptsLoaded = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const loaded = performance
      .getEntriesByType('resource')
      .filter((entry) => new URL(entry.name).pathname.endsWith('.js'));
    return (
      loaded.reduce((sum, entry) => sum + ('encodedBodySize' in entry ? Number(entry.encodedBodySize) : 0), 0) / 1000
    );
  });

/** Shows the page in dark for as long as `look` takes: it follows the system at once. */
async function inDark(page: Page, look: () => Promise<unknown>): Promise<void> {
  const scheme = (theme: string) => page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await scheme('dark');
  await settled(page);
  await look();
  await page.emulateMedia({ colorScheme: 'light' });
  await scheme('light');
}

/** Every page of the console, and those of its overlays that have an address. */
const addresses = (): Readonly<Record<string, string>> => ({
  Home: '/home',
  'Home without a match': '/home?search=nothing-like-it',
  'an account': `/home?account=${made.account}`,
  Resources: '/resources',
  'Add resource': '/resources/new',
  'a resource': `/resources/${made.resource}`,
  'how a resource is rotated': `/resources/${made.resource}/rotation`,
  'the history of a resource': `/resources/${made.resource}/history`,
  'Edit resource': `/resources/${made.resource}/edit`,
  'Resource groups': '/resources/groups',
  'SSH keys': '/resources/keys',
  Schedules: '/resources/schedules',
  Requests: '/requests',
  'all requests': '/requests?view=all',
  'a link in a mail that has ended': '/requests/approve',
  Resets: '/runs',
  'the resource trail': '/audit/resources',
  'an audit event': `/audit/resources?event=${made.event}`,
  'the user trail': '/audit/users',
  'the task trail': '/audit/tasks',
  Admin: '/admin',
  Users: '/admin/users',
  'Add user': '/admin/users/new',
  'a user': `/admin/users/${made.user}`,
  'the groups of a user': `/admin/users/${made.user}/groups`,
  'what a user owns': `/admin/users/${made.user}/owns`,
  'User groups': '/admin/user-groups',
  'a user group': `/admin/user-groups/${made.userGroup}`,
  'the settings of a user group': `/admin/user-groups/${made.userGroup}/settings`,
  'Super administrators': '/admin/super-administrators',
  Roles: '/admin/roles',
  'API users': '/admin/api-users',
  'Add API user': '/admin/api-users/new',
  'an API user': `/admin/users/${made.apiUser}`,
  Settings: '/admin/settings',
  'Password policies': '/admin/policies',
  Fields: '/admin/fields',
  Tags: '/admin/tags',
  'Resource types': '/admin/resource-types',
  'Rotation templates': '/admin/rotation-templates',
  'Reset listeners': '/admin/reset-listeners',
  Approvals: '/admin/approvals',
  Ticketing: '/admin/ticketing',
  'the ticketing module': '/admin/ticketing/module',
  Programs: '/admin/api',
  'a webhook': `/admin/api?webhook=${made.webhook}`,
  'what webhooks were sent': '/admin/api/deliveries',
  'the SSH command line': '/admin/api/ssh',
  'XML-RPC': '/admin/api/xml-rpc',
  Mail: '/admin/mail',
  'the mail that waits': '/admin/mail/queue',
  Certificates: '/admin/certificates',
  Profile: '/me/profile',
  Security: '/me/security',
  Preferences: '/me/preferences',
  'the API reference': '/help/api#account.reveal',
  'an address that leads nowhere': '/nowhere/at/all',
});
const outside = {
  'Sign in': '/login',
  'Set-up without its link': '/setup',
  'a one-time link that has ended': `/link#${'x'.repeat(43)}`,
};

describe.each(['desktop', 'phone'] as const)('every page, %s, in light and dark', (size: Size) => {
  it(
    'has no accessibility finding, breaks no content policy, keeps to its weight, and does not scroll sideways',
    { timeout: 240_000 },
    async () => {
      const { context, page, complaints } = await visit(browser, product.origin, { size, reducedMotion: true });
      const findings: string[] = [];
      const look = async (name: string, address?: string) => {
        await settled(page);
        findings.push(...(await accessibilityFindings(page)).map((finding) => `${name}: ${finding}`));
        if (size === 'desktop' && address) {
          const kilobytes = await scriptsLoaded(page);
          // A drawer over a list brings what it shows, which the list need not wait for.
          const budget = (address.startsWith('/home') ? 270 : 240) + (/account=|webhook=/.test(address) ? 25 : 0);
          if (kilobytes > budget)
            findings.push(`${name}: loads ${Math.round(kilobytes)} kB of scripts, more than ${budget}`);
        }
        const over = await page.evaluate(() => {
          const boxes = [document.documentElement, ...document.querySelectorAll('main, [role=dialog]')];
          return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
        });
        if (over > 0) findings.push(`${name}: scrolls sideways by ${over} px`);
        await inDark(page, async () =>
          findings.push(...(await accessibilityFindings(page, true)).map((finding) => `${name}, dark: ${finding}`)),
        );
      };
      for (const [name, address] of Object.entries(outside)) {
        await page.goto(address);
        await look(name, address);
      }
      await signIn(page);
      for (const [name, address] of Object.entries(addresses())) {
        await page.goto(address);
        await look(name, address);
      }
      await page.goto('/audit/resources');
      await page.getByRole('button', { name: 'How to verify' }).click();
      await page.getByRole('dialog').waitFor();
      await look('How to verify');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('ro');
      await page.getByRole('option').first().waitFor();
      await look('the palette');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await look('the shortcuts');
      expect(findings).toEqual([]);
      expect(complaints.all).toEqual([]);
      await context.close();
    },
  );
});
