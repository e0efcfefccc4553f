import { calls, downloadAccountFile, fileCalls, Health, revealAccount } from '@strongroom/contract';
import * as contract from '@strongroom/contract';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';
import { forBrowser, withConstants } from '../../vite.contract-plugin.ts';

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

it('gives the browser every call of the contract, each in a few bytes', () => {
  for (const call of [...calls, ...fileCalls]) {
    const small = JSON.stringify(forBrowser(call));
    expect(small).toContain(`"${call.name}"`);
    expect(small.length).toBeLessThan(200);
  }
});

const written = (code: string) => withConstants(code, (text) => parseAst(text, { lang: 'tsx' }), contract);

it('writes into a module the constants it imports and nothing else of the contract', () => {
  const code = written(`import { useState } from 'react';
import type { Account } from '@strongroom/contract';
import {
  Health as words,
  revealAccount,
  type Resource,
} from '@strongroom/contract';
export const drawn = (account: Account, resource: Resource) => <b>{revealAccount.path}</b>;
`);
  expect(code?.split('\n')).toEqual([
    "import { useState } from 'react';",
    '',
    `const words = /*#__PURE__*/ Object.freeze(${JSON.stringify({ options: Health.options })}); const revealAccount = /*#__PURE__*/ Object.freeze({"name":"account.reveal","method":"POST","path":"/accounts/:accountId/reveal"});`,
    '',
    '',
    '',
    '',
    'export const drawn = (account: Account, resource: Resource) => <b>{revealAccount.path}</b>;',
    '',
  ]);
  expect(written("import { useState } from 'react';\n// as @strongroom/contract says\n")).toBeNull();
});

it('refuses what has nothing for the browser', () => {
  expect(() => written("import { Account } from '@strongroom/contract';")).toThrow('Account of @strongroom/contract');
  expect(() => written("import { nobody } from '@strongroom/contract';")).toThrow('nobody of @strongroom/contract');
  expect(() => written("import * as all from '@strongroom/contract';")).toThrow('by name');
});
