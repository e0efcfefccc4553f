import { describe, expect, it } from 'vitest';
import { base64Of, linesOfText, textOf, unmasked } from './file-text.ts';

describe('the file of a listener', () => {
  it('is text where it is, and otherwise a program', () => {
    expect(textOf(base64Of('#!/bin/sh\necho ü\n'))).toBe('#!/bin/sh\necho ü\n');
    expect(textOf(base64Of(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0)))).toBeNull();
    expect(textOf(base64Of(Uint8Array.of(0xff, 0xfe)))).toBeNull();
    expect(textOf(base64Of('x'.repeat(100_000)))).toHaveLength(100_000);
  });
  it('has the lines that one counts', () => {
    expect(linesOfText('a\nb\n')).toEqual(['a', 'b']);
    expect(linesOfText('a\n\n')).toEqual(['a', '']);
    expect(linesOfText('')).toEqual([]);
  });
  it('hides nothing: what turns or hides text is shown by its number', () => {
    expect(unmasked('ok\u202e} \u200bx\r\u001b[2K\tend')).toBe('ok‹U+202E›} ‹U+200B›x‹U+000D›‹U+001B›[2K\tend');
    expect(unmasked('grüße 日本')).toBe('grüße 日本');
  });
});
