/** What a ticket says: texts by the names of fields. */
export type Fields = ReadonlyMap<string, string>;

const mostFields = 500;
const longest = 2000;
const deepest = 6;

/**
 * A JSON value as fields: `status.name` for what lies inside of something, and what a list holds in one text, parted by commas. Nulls and
 * empty texts are no fields. Bounded, whatever is sent.
 */
export function flatten(value: unknown, into = new Map<string, string>(), path = '', depth = 0): Map<string, string> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const text = String(value).slice(0, longest);
    const before = into.get(path);
    if (path !== '' && text !== '' && (before !== undefined || into.size < mostFields))
      into.set(path, before === undefined ? text : `${before}, ${text}`.slice(0, longest));
    return into;
  }
  if (typeof value !== 'object' || value === null || depth >= deepest) return into;
  if (Array.isArray(value)) {
    for (const one of value.slice(0, mostFields)) flatten(one, into, path, depth + 1);
    return into;
  }
  for (const [name, inside] of Object.entries(value))
    flatten(inside, into, path === '' ? name : `${path}.${name}`, depth + 1);
  return into;
}

/** What lies at a path of a JSON value; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** A text at a path; undefined where there is none. Numbers count. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}
