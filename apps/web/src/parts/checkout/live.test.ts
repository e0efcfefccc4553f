import { expect, it } from 'vitest';
import { paceOf } from './live.ts';

const account = (state?: string) => ({ id: 'a', access: state === undefined ? null : { state } });

it.each([
  ['nothing yet', undefined, null],
  ['accounts without control', { items: [account(), account()] }, null],
  ['one that has to be asked for', { items: [account(), account('request')] }, 'slow'],
  ['one that is waited for, among others', { items: [account('request'), account('waiting')] }, 'fast'],
  ['pages one after the other', { pages: [{ items: [account()] }, { items: [account('mine')] }] }, 'medium'],
  ['somebody’s use, and what is waited for', { items: [account('in-use'), account('approved')] }, 'fast'],
  ['one account', account('resetting'), 'fast'],
  ['one account that is somebody else’s business', account('rejected'), 'slow'],
])('follows %s', (_, data, pace) => {
  expect(paceOf(data)).toBe(pace);
});
