import { calls, downloadAccountFile, fileCalls, Health, revealAccount } from '@strongroom/contract';
import * as contract from '@strongroom/contract';
import { expect, it } from 'vitest';
import { contractPlugin, forBrowser } from '../../vite.contract-plugin.ts';

it('gives the browser of a call its name, method and path, and nothing of its shapes', () => {
  expect(forBrowser(revealAccount)).toEqual({
    name: 'account.reveal',
    method: 'POST',
    path: '/accounts/:accountId/reveal',
  });
  expect(forBrowser(downloadAccountFile)).toEqual({
    name: 'account.download-file',
    method: 'POST',
    path: '/accounts/:accountId/file',
  });
  expect(forBrowser(Health)).toEqual({ options: Health.options });
  expect(forBrowser({ a: ['b', 1] })).toEqual({ a: ['b', 1] });
  expect(forBrowser(contract.Account)).toBeUndefined();
  expect(forBrowser(fileCalls)).toBeUndefined();
});

it('serves every call of the contract, and no validator', async () => {
  const { load } = contractPlugin();
  if (typeof load !== 'function') throw new Error('the plugin has no load');
  const served = String(await Reflect.apply(load, null, ['\0strongroom-contract']));
  for (const call of [...calls, ...fileCalls]) expect(served).toContain(`"${call.name}"`);
  expect(served).not.toContain('zod');
  // What a call costs, of which a page loads its own alone.
  expect(served.length).toBeLessThan(200 * (calls.length + fileCalls.length));
});
