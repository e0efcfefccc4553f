import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { certificateOfRun } from '../lib/product.ts';
import { administrator } from './product.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The two sizes every page is looked at in. */
const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
export type Size = keyof typeof sizes;

/** What Chromium knows a certificate by that it is told to trust: SHA-256 of its public key. */
const pinOf = (pem: string): string =>
  createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

/**
 * Debian's Chromium as a shell without a window, with everything off that would talk to the network by itself. It draws
 * and judges as the browser does, for a quarter less processor time of a whole test file. The run's certificate is
 * trusted: of a server that merely is not refused, it keeps nothing that it loaded.
 */
export async function launch(): Promise<Browser> {
  const certificate = await certificateOfRun();
  return chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(certificate === undefined ? [] : [`--ignore-certificate-errors-spki-list=${pinOf(certificate)}`]),
    ],
  });
}

/** What a page complained about: refused by the content policy, thrown, or written to the console as an error. */
export interface Complaints {
  readonly all: string[];
}

/** A fresh browser profile on the product, in one size and one theme, whose complaints are collected. */
export async function visit(
  browser: Browser,
  origin: string,
  options: { size?: Size; theme?: 'light' | 'dark'; reducedMotion?: boolean } = {},
): Promise<{ context: BrowserContext; page: Page; complaints: Complaints }> {
  const { size = 'desktop', theme = 'light', reducedMotion = false } = options;
  const context = await browser.newContext({
    baseURL: origin,
    ignoreHTTPSErrors: true,
    viewport: sizes[size],
    colorScheme: theme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Long enough for a machine that does something else as well; nothing waits that long where all is well.
  context.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  // A violation is also printed by the browser, but only the event names the directive in every version.
  await context.exposeBinding('reportViolation', (_source, text: string) => void complaints.push(text));
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    window.reportViolation('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));`);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // A refused call is an answer the page shows, not a fault of the page; Chromium prints it all the same.
    // What a page fetched ahead and a navigation cut off is no fault either: a page that needs it says it is broken.
    if (message.type() === 'error' && !/^Failed to load resource|^Error: Unable to preload CSS/.test(message.text())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  return { context, page, complaints: { all: complaints } };
}

/** Signs in on the sign-in page and waits for the first page behind it. */
export async function signIn(page: Page, who: { username: string; password: string } = administrator): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('User name').fill(who.username);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

/**
 * Waits until the page has its heading, its fonts and its data, in `theme` where that is said: nothing on it says that it
 * still loads. It is asked each frame within the page; a locator that waits is asked after half a second at last.
 */
export async function settled(page: Page, theme?: 'light' | 'dark'): Promise<void> {
  await page.waitForFunction(
    (scheme) =>
      (document.querySelector('h1')?.getClientRects().length ?? 0) > 0 &&
      (scheme === undefined || document.documentElement.getAttribute('data-mantine-color-scheme') === scheme) &&
      !document.querySelector('[aria-busy="true"], [role="status"][aria-label="Loading"]') &&
      document.getAnimations().every((a) => a.playState !== 'running'),
    theme,
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/**
 * Asks axe-core about the page: WCAG 2.0 to 2.2 A and AA and its best practices. One line for each finding.
 * `region` is left out: menus and dialogs are drawn in portals outside the landmarks, where it cannot be met.
 * With `coloursOnly` it asks only what a theme can change, for a page that was asked everything in the other theme.
 */
export async function accessibilityFindings(page: Page, coloursOnly = false): Promise<string[]> {
  // It stays until the next page is loaded.
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe')))) await page.evaluate(axeSource);
  return page.evaluate(async (only) => {
    interface Found {
      violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
    }
    const axe = Reflect.get(globalThis, 'axe') as { run: (root: Document, options: object) => Promise<Found> };
    const result = await axe.run(
      document,
      only
        ? { resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }
        : {
            // Of what passes it then does not work out where it is, which takes longer than the rules.
            resultTypes: ['violations'],
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            rules: { region: { enabled: false } },
          },
    );
    return result.violations.map(
      (found) =>
        `${found.id} (${found.impact}): ${found.nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(' ')} ${node.failureSummary.replaceAll('\n', ' ').slice(0, 160)}`)
          .join(' | ')}`,
    );
  }, coloursOnly);
}

/** Every place a page could leave a secret outside its own memory, as text: address, history length, storage, cookies a script sees. */
export function tracesOf(page: Page): Promise<string> {
  return page.evaluate(() =>
    JSON.stringify({
      address: location.href,
      state: history.state,
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookies: document.cookie,
      title: document.title,
      body: document.documentElement.outerHTML,
    }),
  );
}
