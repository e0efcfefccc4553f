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

it('no page has an accessibility finding, breaks the content policy, weighs too much or scrolls sideways: each loaded from nothing on a desktop, in light and dark', async () => {
  const ways = { size: 'desktop', first: 'light', reached: 'by loading', inBoth: true } as const;
  expect(await findingsOfEveryPage(browser, product, made, ways)).toEqual([]);
});
