/** Where a request went: what stands below the door, each part decoded, and the raw query. */
export interface Address {
  readonly segments: readonly string[];
  readonly query: string;
}

/**
 * Takes a request's target apart. Doubled and trailing slashes do not count; a slash inside a name must come as `%2F` and then belongs to the name.
 * Node gives the target as Latin-1; clients that write letters unencoded mean UTF-8.
 */
export function readAddress(target: string, prefix: string): Address {
  const text = utf8OfLatin1(target);
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  const depth = split(prefix).length;
  return { segments: split(path).slice(depth).map(decode), query: mark < 0 ? '' : text.slice(mark + 1) };
}

const split = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function utf8OfLatin1(text: string): string {
  if (!/[\u0080-\u00FF]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

/** Decodes `%XX`; what cannot be decoded stays as it came, and will simply name nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The parameters of a query, by name in upper case; the last of a name counts. Empty pairs, as in `?&A=1`, are passed over. */
export function readParams(query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) found.set(pair.slice(0, at).trim().toUpperCase(), decode(pair.slice(at + 1).replaceAll('+', ' ')));
  }
  return found;
}
