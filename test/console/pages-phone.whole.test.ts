// needs: chromium-headless-shell
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from './browser.ts';
import { findingsOfEveryPage, furnish, type Made } from './pages.ts';
import { startProduct, type Product } from './product.ts';

let product: Product;
let browser: Browser;
let made: Made;
beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
  made = await furnish(browser, product);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

// On a desktop (pages.whole.test.ts) each page is loaded from nothing and looked at in both themes; here one goes from page to page, in light and dark by turns.
it('no page has an accessibility finding, breaks the content policy or scrolls sideways: each reached from another on a phone, in light and dark by turns', async () => {
  const ways = { size: 'phone', first: 'dark', reached: 'by going', inBoth: false } as const;
  expect(await findingsOfEveryPage(browser, product, made, ways)).toEqual([]);
});
