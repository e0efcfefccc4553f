import { expect, it } from 'vitest';
import { heardText } from './heard.ts';

it.each([
  ['\u001b[24;1H\u001b[2Ksw# \u001b[?25h', 'sw# '],
  ['one\u001bEtwo\u001bDthree', 'one\ntwo\nthree'],
  ['--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bnext\r\n', 'next\n'],
  ['pasz\b \bs\u0000\u0007', 'pass'],
  ['\b\bat the left', 'at the left'],
])('reads %j as %j', (raw, read) => {
  expect(heardText(raw, false)).toBe(read);
});

it('leaves out the echo of what was typed, and waits for its end', () => {
  expect(heardText('username ana secret 0 ab#', true)).toBeUndefined();
  expect(heardText('username ana secret 0 ab#cd\r\nsw1(config)#', true)).toBe('\nsw1(config)#');
});
