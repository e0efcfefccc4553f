import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../../tools/lib/letters.ts';
import { attachment, fileName } from './name.ts';

describe('the name of a file', () => {
  it('is its last part, wherever it claims to lie', () => {
    for (const [sent, kept] of [
      ['licence.pdf', 'licence.pdf'],
      ['../../etc/passwd', 'passwd'],
      ['C:\\Windows\\System32\\config.sys', 'config.sys'],
      ['/x/../y\\z.key', 'z.key'],
      ['  two words.txt ', 'two words.txt'],
      ['.profile', '.profile'],
      ['Schlüssel ✓.pem', 'Schlüssel ✓.pem'],
      // Shown as ‘invoiceexe.pdf’ where it turns the text round.
      ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ])
      expect(fileName(sent ?? '')).toBe(kept);
  });

  it('is refused where nothing is left that names a file', () => {
    for (const sent of ['', '  ', '.', '..', '/', 'a/', '../..', '\u202e', 'a\r\nb', 'a\0b', 'x\u0085'])
      expect(() => fileName(sent), JSON.stringify(sent)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('never ends a header or a parameter, and comes back whole to a client of RFC 8187', () => {
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 120 }), (sent) => {
        let name: string;
        try {
          name = fileName(sent);
        } catch {
          return;
        }
        const header = attachment(name);
        // One line of visible ASCII, of this very form: nothing in the name is syntax.
        const form = /^attachment; filename="([ !#-~]*)"; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[0-9A-F]{2})*)$/;
        const [, plain = '', full = ''] = form.exec(header) ?? [];
        expect(header).toMatch(form);
        expect(decodeURIComponent(full)).toBe(name);
        expect(plain).not.toMatch(/["\\/%]/);
      }),
      { numRuns: 2000 },
    );
  });
});
