import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, settled, signIn, visit, type Size } from './browser.ts';
import type { Product } from './product.ts';

/** What the pages show: ids of what furnish() made. */
export interface Made {
  readonly resource: string;
  readonly account: string;
  readonly user: string;
  readonly apiUser: string;
  readonly userGroup: string;
  readonly event: string;
  readonly webhook: string;
}

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

/** Makes something of each kind that has pages, as the administrator. Throws with the call that was refused. */
export async function furnish(browser: Browser, product: Product): Promise<Made> {
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
  await context.close();
  return {
    resource: resource.id,
    account: accounts.items[0]?.id ?? '',
    user: user.id,
    apiUser: api.user.id,
    userGroup: group.id,
    event: events.items[0]?.id ?? '',
    webhook: told.webhook.id,
  };
}

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

/** Every page of the console, and those of its overlays that have an address. */
const addresses = (made: Made): Readonly<Record<string, string>> => ({
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

/** How a page is reached: loaded from nothing, or from the page before as a link leads there, which loads what it lacks only. */
export type Reached = 'by loading' | 'by going';

/** Goes to a page within the console, as its links do. Settles when the router has drawn it; throws when it is another. */
async function go(page: Page, address: string): Promise<void> {
  const shown = await page.evaluate(async (href) => {
    interface Router {
      navigate(to: { href: string }): Promise<void>;
    }
    // The router's own name for itself, for its developer tools.
    const router = Reflect.get(globalThis, '__TSR_ROUTER__') as Router;
    await router.navigate({ href });
    return location.href;
  }, address);
  if (!shown.endsWith(address)) throw new Error(`asked for ${address}, led to ${shown}`);
}

/**
 * Looks at every page of the console in one size, in light and dark by turns or, `inBoth`, each in both. Gives one line for
 * each finding: of axe-core (everything in one theme and what colours can change in the other), of what scrolls sideways,
 * of pages that are loaded and weigh too much, and of whatever a page complained about. The theme changes after each page
 * and stays for the next, so that either is also the one a page begins in; `first` is that of the first page.
 */
export async function findingsOfEveryPage(
  browser: Browser,
  product: Product,
  made: Made,
  { size, first, reached, inBoth }: { size: Size; first: 'light' | 'dark'; reached: Reached; inBoth: boolean },
): Promise<string[]> {
  const { context, page, complaints } = await visit(browser, product.origin, {
    size,
    theme: first,
    reducedMotion: true,
  });
  const findings: string[] = [];
  let theme = first;
  const look = async (name: string, address?: string): Promise<void> => {
    const note = (text: string) => findings.push(`${name}, ${theme}: ${text}`);
    if (/[?&](account|event|webhook)=/.test(address ?? '')) {
      await page
        .getByRole('dialog', { name: /./ })
        .getByRole('button', { name: 'Close' })
        .and(page.locator(':focus'))
        .waitFor();
    }
    await settled(page, theme);
    (await accessibilityFindings(page)).forEach(note);
    if (reached === 'by loading' && address !== undefined) {
      const kilobytes = await scriptsLoaded(page);
      // A drawer over a list brings what it shows, which the list need not wait for.
      const budget = (address.startsWith('/home') ? 270 : 240) + (/account=|webhook=/.test(address) ? 25 : 0);
      if (kilobytes > budget) note(`loads ${String(Math.round(kilobytes))} kB of scripts, more than ${String(budget)}`);
    }
    const over = await page.evaluate(() => {
      const boxes = [document.documentElement, ...document.querySelectorAll('main, [role=dialog]')];
      return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
    });
    if (over > 0) note(`scrolls sideways by ${String(over)} px`);
    theme = theme === 'light' ? 'dark' : 'light';
    await page.emulateMedia({ colorScheme: theme });
    if (!inBoth) return;
    await settled(page, theme);
    (await accessibilityFindings(page, true)).forEach(note);
  };
  for (const [name, address] of Object.entries(outside)) {
    await page.goto(address);
    await look(name, address);
  }
  await signIn(page);
  for (const [name, address] of Object.entries(addresses(made))) {
    await (reached === 'by loading' ? page.goto(address) : go(page, address));
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
  await context.close();
  return [...findings, ...complaints.all];
}
