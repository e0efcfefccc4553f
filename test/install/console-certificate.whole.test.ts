// needs: chromium-headless-shell openssl
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { launch, signIn, visit } from '../console/browser.ts';
import { startProduct, type Product } from '../console/product.ts';
import { ask } from '../start/program.ts';

type Upload = { name: string; mimeType: string; buffer: Buffer };
const upload = (name: string, content: string | Buffer): Upload => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

describe('the certificate in the console', () => {
  let product: Product;
  let browser: Browser;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sr-p12-'));
    [product, browser] = await Promise.all([startProduct({ unattended: true }), launch()]);
    ({ page } = await visit(browser, product.origin, { reducedMotion: true }));
    await signIn(page);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function replace(files: Upload[], password = ''): Promise<void> {
    await page.getByRole('button', { name: 'Replace certificate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace the certificate of this server' });
    await dialog.locator('input[type=file]').setInputFiles(files);
    if (password !== '') await dialog.getByLabel('Password of the file').fill(password);
    await dialog.getByRole('button', { name: 'Replace certificate' }).click();
  }
  const shown = async (): Promise<string | undefined> => (await ask(product.origin, 'GET', '/healthz')).fingerprint;

  it('is replaced by PEM in two files, then by PKCS#12, without signing anybody out [INS-03]', async () => {
    await page.goto('/admin/certificates');
    await page.getByText('Self-signed, made when the server first started').waitFor();
    const first = await shown();
    const pem = await makeCertificate({ name: 'pem.example' });
    await replace([upload('cert.pem', pem.cert), upload('key.pem', pem.key)]);
    await page.getByText('Installed by an administrator').waitFor();
    await page.getByText('pem.example', { exact: true }).waitFor();
    const second = await shown();
    expect(second).not.toBe(first);

    const p12 = await makeCertificate({ name: 'p12.example' });
    const at = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    execFileSync('openssl', [
      ...['pkcs12', '-export', '-in', at('c.pem', p12.cert), '-inkey', at('k.pem', p12.key)],
      ...['-passout', `file:${at('pw', 'päss $1')}`, '-out', join(folder, 'c.p12')],
    ]);
    const file = upload('c.p12', readFileSync(join(folder, 'c.p12')));
    await replace([file], 'wrong');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    expect(await shown()).toBe(second);
    await page.keyboard.press('Escape');
    await replace([file], 'päss $1');
    await page.getByText('p12.example', { exact: true }).waitFor();
    expect(await shown()).not.toBe(second);
    // A new connection, under the new certificate, with the same session; and no key on the page.
    await page.reload();
    await page.getByText('p12.example', { exact: true }).waitFor();
    expect(await page.content()).not.toContain('PRIVATE KEY');
  });
});
