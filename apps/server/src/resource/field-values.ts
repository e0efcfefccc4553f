import type { FieldKind } from '@strongroom/contract';

const longest = 1000;

/**
 * A value as it is stored: text on one line; a number without needless zeros, of up to thirty digits before the point and
 * fifteen behind; an instant in UTC as ISO 8601. Or what is wrong with it, to be said after the field's name.
 */
export function canonical(
  field: { readonly kind: FieldKind; readonly options: readonly string[] },
  value: string | number,
): { text: string } | { fault: string } {
  const text = String(value).trim();
  switch (field.kind) {
    case 'text':
      if (text === '' || text.length > longest || /\p{Cc}/u.test(text))
        return { fault: `must be one line of at most ${longest} characters` };
      if (field.options.length > 0 && !field.options.includes(text))
        return { fault: `must be one of: ${field.options.slice(0, 20).join(', ')}` };
      return { text };
    case 'number':
      return numberText(text);
    case 'date-time':
      return instantText(text);
    case 'file':
      return { fault: 'is a file: it is uploaded and removed by itself' };
    case 'password':
      throw new Error('a password is sealed, never kept as text');
  }
}

function numberText(text: string): { text: string } | { fault: string } {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)(\d{1,30})(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  if (whole === '') return { fault: 'must be a number such as 42 or -0.5' };
  const shortWhole = whole.replace(/^0+(?=\d)/, '');
  const shortPart = part.replace(/0+$/, '');
  const size = shortPart === '' ? shortWhole : `${shortWhole}.${shortPart}`;
  return { text: sign === '-' && size !== '0' ? `-${size}` : size };
}

function instantText(text: string): { text: string } | { fault: string } {
  const fault = { fault: 'must be a date and time such as 2026-05-31T14:30:00Z' };
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  if (!parts) return fault;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = parts;
  const plain = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}.000`;
  // Date rolls 31 April over into May: what comes back must be what went in.
  const asUtc = new Date(`${plain}Z`);
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${plain}Z`) return fault;
  const at = new Date(`${plain}${zone.toUpperCase()}`);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-/.test(at.toISOString())) return fault;
  return { text: at.toISOString().replace('.000Z', 'Z') };
}
