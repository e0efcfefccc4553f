// needs: chromium-headless-shell
/** Resets and checks of many accounts in the console, on targets that say nothing or only let in: what runs do on real hosts is shown in test/rotation. */
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, launch, settled, signIn, visit, type Complaints } from './browser.ts';
import { newState, opens, startDevice, type Device } from '../peers/device.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let complaints: Complaints;
/** Takes connections and says nothing, until it hangs up. */
let silent: Server;
const lines = new Set<Socket>();
/** Lets root in by its password. */
let lets: Device;
const doors = newState({ root: 'Right-word-1' });

const button = (name: string | RegExp) => page.getByRole('button', { name });
async function open(address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}
/** A picture for whoever looks at the pages: only where a folder is named. */
async function picture(name: string): Promise<void> {
  const folder = process.env['CONSOLE_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}
/** Looks at the page as it is, in both themes and sizes: nothing is cut off sideways, and in dark every colour can be read. */
async function inEveryShape(name: string): Promise<void> {
  const turn = async (width: number, height: number, colorScheme: 'light' | 'dark'): Promise<void> => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      (theme) => document.documentElement.dataset['mantineColorScheme'] === theme,
      colorScheme,
    );
    await settled(page);
  };
  for (const [size, width, height] of [
    ['phone', 390, 844],
    ['desktop', 1440, 900],
  ] as const)
    for (const theme of ['light', 'dark'] as const) {
      await turn(width, height, theme);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([name, size, wide]).toEqual([name, size, width]);
      await picture(`${name}-${size}-${theme}`);
    }
  expect([name, await accessibilityFindings(page, true)]).toEqual([name, []]);
  await turn(1440, 900, 'light');
}
/** Asks the API as the page does. */
const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
  page.evaluate(
    async ([method, path, body]) => {
      const me = (await (await fetch('/api/v1/session')).json()) as { csrfToken: string };
      const reply = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken },
        ...(body === undefined ? {} : { body }),
      });
      return reply.json() as Promise<unknown>;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );

beforeAll(async () => {
  silent = createServer((line) => lines.add(line.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const answer = {
    signsIn: (name: string, word: string) => opens(doors, name, word),
    session: () => Promise.resolve(),
  };
  [product, browser, lets] = await Promise.all([startProduct({ unattended: true }), launch(), startDevice(answer)]);
  ({ page, complaints } = await visit(browser, product.origin, { reducedMotion: true }));
  await signIn(page);
  page.setDefaultTimeout(12_000);
  for (const n of [1, 2, 3])
    await call('POST', '/resources', {
      name: `web-${String(n)}`,
      type: 'Linux',
      dnsName: '127.0.0.1',
      accounts: [{ username: 'root' }, { username: 'deploy' }],
      reset: n === 3 ? null : { settings: { port, timeoutSeconds: 30 } },
    });
});
/** Lets go of those who wait for an answer. */
function hangUp(): void {
  for (const line of lines) line.destroy();
  silent?.close();
}
afterAll(async () => {
  hangUp();
  await lets?.stop();
  await browser?.close();
  await product?.stop();
});

describe('resets of many accounts', () => {
  it('are started from a selection of resources, after a look at what would be skipped', async () => {
    await open('/resources');
    await page.getByRole('checkbox', { name: 'Select the rows on this page' }).click();
    await button('Reset passwords…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('4 accounts are asked.').waitFor();
    await dialog.getByText('2 are skipped: Its resource is not set up').waitFor();
    await inEveryShape('dialog');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Reset passwords' }).click();
    await page.getByRole('heading', { name: 'Reset 6 accounts' }).waitFor();
    await page.getByText('At work').first().waitFor();
    await picture('run');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('show each account by its outcome, and stop when they are told to', async () => {
    await button('Stop').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: /^Skipped/ }).click();
    await page.getByText('Its resource is not set up for the product to log in to it.').first().waitFor();
    await page.getByText('The run was stopped before its turn.').first().waitFor();
    await picture('stopped');
  });

  it('stand in a list of their own, in the menu', async () => {
    await page.getByRole('link', { name: 'Resets' }).first().click();
    await page.getByRole('row', { name: /Reset 6 accounts/ }).waitFor();
    await inEveryShape('list');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await open('/runs');
    await page.getByText('Reset 6 accounts').first().click();
    await page.getByRole('heading', { name: 'Reset 6 accounts' }).waitFor();
    await settled(page);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('are given their settings together, after a warning, and the log-in to all of them is tested with a result each [RST-09]', async () => {
    // One address is asked by few at a time: nobody is to wait for the resets above.
    hangUp();
    const port = lets.ports.SSH;
    const ids = new Map<string, string>();
    for (const [name, password, other] of [
      ['set-right', 'Right-word-1', 'deploy'],
      ['set-wrong', 'Another-word-1', 'deploy'],
      ['set-none', undefined, 'deploy'],
    ] as const)
      ids.set(
        name,
        (
          (await call('POST', '/resources', {
            name,
            type: 'Linux',
            dnsName: '127.0.0.1',
            accounts: [...(password === undefined ? [] : [{ username: 'root', password }]), { username: other }],
            reset: name === 'set-right' ? { settings: {} } : null,
          })) as { id: string }
        ).id,
      );
    const chooseAll = async (): Promise<void> => {
      await open('/resources?search=set-');
      await page.getByRole('checkbox', { name: 'Select the rows on this page' }).click();
      await button('More actions').first().click();
    };
    await chooseAll();
    await page.getByRole('menuitem', { name: 'Configure reset' }).click();
    const form = page.getByRole('dialog', { name: 'Configure the reset of 3 resources' });
    await form.getByText('Overwrites the present settings of 1 resource of the type Linux.').waitFor();
    await form.getByRole('textbox', { name: 'Port' }).fill('none');
    await form.getByRole('button', { name: 'Save for all' }).click();
    await form.getByText('Enter a whole number from 1 to').waitFor();
    await form.getByRole('textbox', { name: 'Port' }).fill(String(port));
    await form.getByRole('combobox', { name: 'Log in with' }).click();
    await page.getByRole('option', { name: 'Another account' }).click();
    await form.getByRole('textbox', { name: 'Account that logs in' }).fill('root');
    expect(await accessibilityFindings(page)).toEqual([]);
    await inEveryShape('configure');
    await form.getByRole('button', { name: 'Save for all' }).click();
    await button('Details').click();
    await page
      .getByRole('row', { name: /set-right/ })
      .getByText('Done')
      .waitFor();
    // What has no such account is left as it was, and says so.
    await page
      .getByRole('row', { name: /set-none/ })
      .getByText('Failed', { exact: true })
      .waitFor();
    const resetOf = (name: string) => call('GET', `/resources/${ids.get(name) ?? ''}`);
    expect(await resetOf('set-none')).toMatchObject({ reset: null });
    expect(await resetOf('set-right')).toMatchObject({ reset: { settings: { port, loginWith: 'another account' } } });
    await page.getByText('The resource has no account with the log-in name of the one that logs in.').waitFor();
    await picture('configured');
    await chooseAll();
    await page.getByRole('menuitem', { name: 'Test log-in…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Test the log-in to 3 resources' });
    await dialog.getByText('2 accounts are asked.').waitFor();
    await picture('test-dialog');
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    await page
      .getByRole('row', { name: /root on set-right/ })
      .getByText('Proven', { exact: true })
      .waitFor();
    await page
      .getByRole('row', { name: /root on set-wrong/ })
      .getByText('Refused', { exact: true })
      .waitFor();
    await inEveryShape('tested');
    expect(await accessibilityFindings(page)).toEqual([]);
    // Of one resource on its own page.
    await open(`/resources/${ids.get('set-right') ?? ''}/rotation`);
    await button('Test log-in…').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Test', exact: true }).click();
    await page
      .getByRole('row', { name: /root on set-right/ })
      .getByText('Proven', { exact: true })
      .waitFor({ timeout: 40_000 });
  }, 120_000);

  it('have their limits and the nightly check among the settings', async () => {
    await open('/admin/settings');
    await page.getByRole('textbox', { name: 'Time of the nightly check' }).fill('25:00');
    await button('Save').click();
    await page.getByText('Enter a time such as 01:00').waitFor();
    await page.getByRole('textbox', { name: 'Time of the nightly check' }).fill('02:15');
    await page.getByRole('textbox', { name: 'Of them on one resource' }).fill('3');
    await picture('settings');
    await button('Save').click();
    await page.getByText('Settings saved.').waitFor();
    expect(await call('GET', '/settings')).toMatchObject({ nightlyCheckAt: '02:15', resetsPerResource: 3 });
    expect(complaints.all).toEqual([]);
  });
});
