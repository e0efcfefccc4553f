import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, makePlace } from '../lib/product.ts';

export { administrator } from '../lib/product.ts';

/** The built console that the server hands out. */
export const consoleDist = join(checkout, 'apps/web/dist');

/** A running product with its own state directory. */
export interface Product {
  /** `https://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  /** The one-time set-up address it printed; null when it was set up unattended. */
  readonly setupLink: string | null;
  /** Everything it has written to its standard output and error so far. */
  output(): string;
  /** Stops it gracefully and removes its state directory. */
  stop(): Promise<void>;
}

/**
 * Starts the product as its users start it, on a state directory of its own and free ports.
 * With `unattended` the first administrator is `administrator`; without, the product waits behind its set-up link.
 */
export async function startProduct({ unattended }: { unattended: boolean }): Promise<Product> {
  if (!existsSync(join(consoleDist, 'index.html'))) {
    throw new Error('The console is not built. Run: npm run build --workspace @strongroom/web');
  }
  const from = unattended ? 'set-up' : 'nothing';
  const place = await makePlace({ STRONGROOM_HOST: '127.0.0.1' }, { from, leads: false });
  try {
    const running = await place.start();
    return {
      origin: running.url,
      setupLink: running.setupToken === undefined ? null : `${running.url}/setup#${running.setupToken}`,
      output: () => [...running.stdout, ...running.stderr].join('\n'),
      stop: () => place.remove(),
    };
  } catch (error) {
    await place.remove();
    throw error;
  }
}
