import { Problem } from '../../platform/problem.ts';

/**
 * A value as a lenient client wrote it. Numbers and bare words stay the text they were, true and false are `true` and `false`, so that nothing about a
 * password such as 007 or 1e5 is guessed. Objects have no prototype: every key is the client's.
 */
export type Lenient = string | null | readonly Lenient[] | LenientObject;
export interface LenientObject {
  readonly [key: string]: Lenient;
}

const deepest = 32;
const constants = new Map<string, string | null>([
  ['null', null],
  ['None', null],
  ['true', 'true'],
  ['True', 'true'],
  ['false', 'false'],
  ['False', 'false'],
]);
const escapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
]);
/** How many hexadecimal digits follow: `\u` of JSON, `\x` and `\U` of a Python repr. */
const hexEscapes = new Map([
  ['u', 4],
  ['x', 2],
  ['U', 8],
]);

/** Never repeats the text: a password may stand in it. */
const fault = (detail: string): Problem => new Problem('input-invalid', { detail: `INPUT_DATA ${detail}` });

/**
 * Reads one JSON object the way the field's clients write it. Beyond RFC 8259: single quotes and the other escapes of a Python repr (`None`, `True`, `u'…'`); names and values
 * without quotes, as a shell leaves them that ate the quotes; `=` for `:`; a comma missing before a quoted name; commas to spare; `\{` for `{`; line breaks in texts; whatever follows the object.
 * What would change a value silently is not guessed at but refused: unknown escapes, an end that does not come, brackets left over after unquoted values.
 * Throws `input-invalid`.
 */
export function parseLenient(text: string): LenientObject {
  const reader = new Reader(text);
  return reader.whole();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #unquoted = false;
  constructor(text: string) {
    this.#text = text;
  }

  whole(): LenientObject {
    this.#skip();
    if (this.#here() !== '{') throw fault('must be a JSON object.');
    const value = this.#object(0);
    this.#skip();
    // An unquoted password with a bracket in it ends too early; the bracket that is left over tells.
    if (this.#unquoted && /[}\]]/.test(this.#here()))
      throw fault('has more closing brackets than opening ones. Put values in quotes.');
    return value;
  }

  #here(): string {
    return this.#text.charAt(this.#at);
  }

  /** Passes white space, and a backslash that only protects a bracket from a shell or from curl. */
  #skip(): void {
    const space = /(?:[\s\0\uFEFF]|\\(?=[{}[\]]))*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }

  #value(depth: number): Lenient {
    this.#skip();
    if (depth > deepest) throw fault('is nested too deeply.');
    const c = this.#here();
    if (c === '{') return this.#object(depth);
    if (c === '[') return this.#array(depth);
    if (this.#atQuote()) return this.#string();
    return this.#bare();
  }

  #object(depth: number): LenientObject {
    const found: Record<string, Lenient> = Object.create(null) as Record<string, Lenient>;
    this.#at++;
    for (;;) {
      this.#skip();
      const c = this.#here();
      if (c === '') throw fault('ends before its last bracket.');
      if (c === '}') {
        this.#at++;
        return found;
      }
      if (c === ',' || c === ';') {
        this.#at++;
        continue;
      }
      const name = this.#atQuote() ? this.#string() : this.#bareName();
      this.#skip();
      if (!/[:=]/.test(this.#here())) throw fault('has a name without a colon after it.');
      this.#at += this.#text.startsWith('=>', this.#at) ? 2 : 1;
      found[name] = this.#value(depth + 1);
      this.#skip();
      // A comma may be missing where the next name shows by its quote; anything else here means that the value was cut.
      if (!/[,;}]/.test(this.#here()) && !this.#atQuote() && this.#here() !== '')
        throw fault('has something other than a comma after a value.');
    }
  }

  #array(depth: number): Lenient[] {
    const found: Lenient[] = [];
    this.#at++;
    for (;;) {
      this.#skip();
      const c = this.#here();
      if (c === '') throw fault('ends before its last bracket.');
      if (c === ']') {
        this.#at++;
        return found;
      }
      if (c === ',' || c === ';') {
        this.#at++;
        continue;
      }
      found.push(this.#value(depth + 1));
      this.#skip();
      if (!/[,;\]]/.test(this.#here()) && this.#here() !== '')
        throw fault('has something other than a comma after a value.');
    }
  }

  /** True at a quote, or at the `u` that Python 2 puts before one. */
  #atQuote(): boolean {
    const c = this.#here();
    const quote = c === 'u' ? this.#text.charAt(this.#at + 1) : c;
    return quote === '"' || quote === "'";
  }

  #string(): string {
    if (this.#here() === 'u') this.#at++;
    const quote = this.#here();
    const special = quote === '"' ? /["\\]/g : /['\\]/g;
    let made = '';
    this.#at++;
    for (;;) {
      special.lastIndex = this.#at;
      const next = special.exec(this.#text);
      if (!next) throw fault('has a text without its closing quote.');
      made += this.#text.slice(this.#at, next.index);
      this.#at = next.index + 1;
      if (next[0] === quote) return made;
      made += this.#escape();
    }
  }

  #escape(): string {
    const c = this.#here();
    this.#at++;
    const plain = escapes.get(c);
    if (plain !== undefined) return plain;
    const digits = hexEscapes.get(c);
    const hex = digits === undefined ? '' : this.#text.slice(this.#at, this.#at + digits);
    const code = /^[0-9a-f]+$/i.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : -1;
    if (code < 0 || code > 0x10ffff) throw fault('has a backslash that is no JSON escape. Write \\\\ for a backslash.');
    this.#at += hex.length;
    // `\u` gives one half of a surrogate pair at a time, and the other half follows.
    return c === 'u' ? String.fromCharCode(code) : String.fromCodePoint(code);
  }

  #bareName(): string {
    const name = /[^\s:={}[\],;"'\\]*/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#text)?.[0] ?? '';
    if (found === '') throw fault('has a value where a name should be.');
    this.#at += found.length;
    return found;
  }

  #bare(): string | null {
    const word = /[^,{}[\]]*/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    const text = found.trim();
    // Either the word's last sign, or there to protect the bracket after it: nobody can tell.
    if (text.endsWith('\\')) throw fault('has an unquoted value that ends in a backslash. Put values in quotes.');
    const constant = constants.get(text);
    if (constant !== undefined) return constant;
    this.#unquoted = true;
    return text;
  }
}
