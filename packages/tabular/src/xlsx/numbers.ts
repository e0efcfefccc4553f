// What a number in a sheet means: ECMA-376 part 1, 18.8.30 (numFmt: built-in formats and format codes), 18.17.4 (dates).

/** How a number is to be read: as it is, as a point in time, or with zeros before it up to so many digits. */
export type NumberKind = 'plain' | 'date' | 'time' | 'datetime' | { readonly digits: number };

/** The kind of a built-in number format. Those of 27 to 36 and 50 to 58 are dates in East Asian Excel, unused elsewhere. */
export function builtInKind(id: number): NumberKind {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'date';
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)) return 'time';
  return id === 22 ? 'datetime' : 'plain';
}

/** The kind of a format code, by its section for positive numbers. Codes are in English whatever Excel speaks. */
export function kindOfCode(code: string): NumberKind {
  const bare = code
    .replace(/"[^"]*"?|\\.|[_*]./g, '')
    .replace(/\[(h+|m+|s+)\]/gi, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .split(';', 1)[0]!
    .toLowerCase();
  if (/^0{2,}$/.test(bare)) return { digits: bare.length };
  if (bare.includes('general')) return 'plain';
  const clock = /[hs]/.test(bare);
  // An m beside hours or seconds means minutes.
  const day = /[yd]/.test(bare) || (!clock && bare.includes('m'));
  if (day) return clock ? 'datetime' : 'date';
  return clock ? 'time' : 'plain';
}

const secondsOfDay = 86_400;
/** 9999-12-31, the last day that Excel knows. */
const lastSerial = 2_958_465;

/**
 * A number as text. Dates are ISO 8601 without a zone (`2026-11-26`, `2026-11-26T18:30:00`), to the second; times of day
 * `18:30:00`, and spans from a day on `36:00:00`. Other numbers have the 15 digits that spreadsheets show.
 */
export function numberText(value: number, kind: NumberKind, date1904: boolean): string {
  if (typeof kind === 'object') {
    return Number.isSafeInteger(value) && value >= 0 ? String(value).padStart(kind.digits, '0') : plainText(value);
  }
  if (kind === 'plain' || value < 0 || value >= lastSerial + 1) return plainText(value);
  const seconds = Math.round(value * secondsOfDay);
  if (kind === 'time') return clockText(seconds);
  const day = Math.floor(seconds / secondsOfDay);
  // Day 60 of the 1900 system is 29 February 1900, which never was; the days before it are one later than they count.
  if (!date1904 && day === 60) return plainText(value);
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30);
  const date = new Date(epoch + day * secondsOfDay * 1000).toISOString().slice(0, 10);
  return kind === 'date' ? date : `${date}T${clockText(seconds % secondsOfDay)}`;
}

const plainText = (value: number): string =>
  String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(15)));

const two = (value: number): string => String(value).padStart(2, '0');

const clockText = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
