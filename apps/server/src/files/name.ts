import { Problem } from '../platform/problem.ts';

/** Characters that change the direction of text: with them ‘gpj.exe’ is shown as ‘exe.jpg’. Source: Unicode TR 36 section 2.6. */
const turning = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The name a file is kept under: its last part, whatever folders stand before it, without what shows it as another.
 * Throws `input-invalid` when nothing is left that can name a file.
 */
export function fileName(sent: string): string {
  const name = sent
    .toWellFormed()
    .replace(turning, '')
    .replace(/^.*[\\/]/su, '')
    .trim();
  if (name === '' || name === '.' || name === '..' || /\p{Cc}/u.test(name))
    throw new Problem('input-invalid', { errors: [{ path: 'name', message: 'does not name a file' }] });
  return name;
}

/** What may stand unescaped in an extended parameter. Source: RFC 8187 section 3.2.1, attr-char. */
const escaped = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A Content-Disposition that makes every browser save and none show: the name in full, and one in plain ASCII for clients
 * that know no other. Nothing of the name can end the header or the parameter. Source: RFC 6266 sections 4.3 and D.
 */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\/%]/gu, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${escaped(name)}`;
}
