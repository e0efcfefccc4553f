import { cloneElement, createElement, Fragment, isValidElement, type ReactNode } from 'react';

/** What a message may be filled with. Numbers are written as the language writes them. */
export type Value = string | number;

let locale = globalThis.document?.documentElement.lang || 'en';
/** Catalogues of the language in use, by area: what is missing there is said in English. */
const translated: Record<string, Readonly<Record<string, string>>> = {};

/** The language in use, as a BCP 47 tag, for the other formatters. */
export function language(): string {
  return locale;
}

/** Puts a whole language in place, before the first render. English is what remains where it says nothing. */
export function useLanguage(tag: string, catalogues: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
  locale = tag;
  document.documentElement.lang = tag;
  Object.assign(translated, catalogues);
}

type Part = string | { name: string; cases: Record<string, Part[]> | null };

/**
 * Reads the part of the ICU message syntax we use: `{name}`, and `{n, plural, one {# day} other {# days}}` with exact
 * cases such as `=0`. Throws on a brace without its partner: a broken catalogue must not reach a screen.
 */
export function parse(text: string): Part[] {
  let at = 0;
  const until = (stop: string): Part[] => {
    const parts: Part[] = [];
    let plain = '';
    while (at < text.length && !stop.includes(text[at] ?? '')) {
      if (text[at] === '{') {
        if (plain) parts.push(plain);
        plain = '';
        parts.push(placeholder());
      } else plain += text[at++];
    }
    if (plain) parts.push(plain);
    return parts;
  };
  const word = () => {
    const found = /^[^\s,{}]+/.exec(text.slice(at).trimStart());
    if (!found) throw new Error(`Message is broken near ${at}: ${text}`);
    at = text.indexOf(found[0], at) + found[0].length;
    while (text[at] === ' ') at++;
    return found[0];
  };
  const take = (char: string) => {
    while (text[at] === ' ') at++;
    if (text[at] !== char) throw new Error(`Message lacks ${char} at ${at}: ${text}`);
    at++;
  };
  const placeholder = (): Part => {
    take('{');
    const name = word();
    if (text[at] === '}') {
      at++;
      return { name, cases: null };
    }
    take(',');
    word();
    take(',');
    const cases: Record<string, Part[]> = {};
    while (text.slice(at).trimStart()[0] !== '}') {
      const which = word();
      take('{');
      cases[which] = until('}');
      take('}');
    }
    take('}');
    return { name, cases };
  };
  return until('');
}

const parsed = new Map<string, Part[]>();
function partsOf(text: string): Part[] {
  const known = parsed.get(text);
  if (known) return known;
  const parts = parse(text);
  parsed.set(text, parts);
  return parts;
}

function fill<V>(
  parts: Part[],
  values: Readonly<Record<string, V>>,
  write: (value: V) => ReactNode,
  hash = '',
): ReactNode[] {
  return parts.flatMap((part): ReactNode[] => {
    if (typeof part === 'string') return [part.replaceAll('#', hash || '#')];
    const value = values[part.name];
    if (!part.cases) return value === undefined ? [`{${part.name}}`] : [write(value)];
    const count = Number(value);
    const chosen =
      part.cases[`=${count}`] ?? part.cases[new Intl.PluralRules(locale).select(count)] ?? part.cases['other'] ?? [];
    return fill(chosen, values, write, number(count));
  });
}

/** A number as the language writes it: `100,248`. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

const plain = (value: Value): string => (typeof value === 'number' ? number(value) : value);

/** A catalogue's voice: `t('key', values)` for text, `t.rich('key', values)` where values may be elements. */
export interface Translate<K extends string> {
  (key: K, values?: Readonly<Record<string, Value>>): string;
  rich(key: K, values: Readonly<Record<string, ReactNode>>): ReactNode;
  /** True when the catalogue has this key: for words the server sends, such as codes and states. */
  has(key: string): key is K;
}

/**
 * Makes the voice of one area of the console. Each area keeps its own catalogue, so a page loads its own words alone.
 * Keys are checked by the compiler; a translation that lacks one falls back to English.
 */
export function catalogue<const M extends Readonly<Record<string, string>>>(
  area: string,
  english: M,
): Translate<keyof M & string> {
  const textOf = (key: string): string => translated[area]?.[key] ?? english[key] ?? key;
  const say = (key: keyof M & string, values: Readonly<Record<string, Value>> = {}): string =>
    fill(partsOf(textOf(key)), values, plain).join('');
  const rich = (key: keyof M & string, values: Readonly<Record<string, ReactNode>>): ReactNode =>
    createElement(
      Fragment,
      null,
      ...fill(partsOf(textOf(key)), values, (value) => (typeof value === 'number' ? number(value) : value)).map(
        (node, index) => (isValidElement(node) ? cloneElement(node, { key: index }) : node),
      ),
    );
  return Object.assign(say, { rich, has: (key: string): key is keyof M & string => Object.hasOwn(english, key) });
}
