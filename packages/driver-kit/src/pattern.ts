/**
 * Regular expressions that people write, matched in time that grows with the text and never explodes: a set of states goes through
 * the text once (Thompson, "Regular Expression Search Algorithm", CACM 11:6, 1968). What cannot be had so, backreferences and
 * looking around, is refused.
 */

/** What prompts are recognised by. Every RegExp is one. */
export interface Matcher {
  /** Whether it is anywhere in the text. */
  test(text: string): boolean;
}

/** A pattern that cannot be used, with the reason for a person. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault';
}

/** One position of the program: what it takes of the text, or where it goes without taking anything. */
type Instruction =
  | { readonly is: 'take'; readonly fits: (character: string) => boolean }
  | { readonly is: 'fork'; to: number[] }
  | { readonly is: 'begin' | 'end' | 'match' };

const mostInstructions = 2000;
const mostRepeats = 100;

const digit = (c: string): boolean => c >= '0' && c <= '9';
const word = (c: string): boolean => /^\w$/.test(c);
const blank = (c: string): boolean => /^\s$/.test(c);
const classes: Readonly<Record<string, (c: string) => boolean>> = {
  d: digit,
  D: (c) => !digit(c),
  w: word,
  W: (c) => !word(c),
  s: blank,
  S: (c) => !blank(c),
};
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

type Node =
  | { readonly is: 'take'; readonly fits: (c: string) => boolean }
  | { readonly is: 'begin' | 'end' }
  | { readonly is: 'seq' | 'alt'; readonly of: readonly Node[] }
  | { readonly is: 'repeat'; readonly of: Node; readonly least: number; readonly most: number };

/** Reads the pattern. Letters are compared small. */
class Parser {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  whole(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#text.length) throw new PatternFault('has a ) too many');
    return node;
  }
  #peek(): string {
    return this.#text.charAt(this.#at);
  }
  #next(): string {
    const c = this.#peek();
    if (c === '') throw new PatternFault('ends too early');
    this.#at += 1;
    return c;
  }
  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
  #alternatives(): Node {
    const of = [this.#sequence()];
    while (this.#takes('|')) of.push(this.#sequence());
    return of.length === 1 && of[0] ? of[0] : { is: 'alt', of };
  }
  #sequence(): Node {
    const of: Node[] = [];
    while (this.#peek() !== '' && this.#peek() !== '|' && this.#peek() !== ')') of.push(this.#repeated());
    return { is: 'seq', of };
  }
  #repeated(): Node {
    let node = this.#atom();
    for (;;) {
      const range = this.#range();
      if (range === undefined) return node;
      if (node.is === 'begin' || node.is === 'end') throw new PatternFault('repeats what has no length');
      if (node.is === 'repeat') throw new PatternFault('repeats a repetition: put it in parentheses');
      // Lazy or not makes no difference to whether it is there.
      this.#takes('?');
      node = { is: 'repeat', of: node, least: range[0], most: range[1] };
    }
  }
  #range(): [number, number] | undefined {
    if (this.#takes('*')) return [0, Infinity];
    if (this.#takes('+')) return [1, Infinity];
    if (this.#takes('?')) return [0, 1];
    const counted = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(this.#text.slice(this.#at));
    if (!counted) return undefined;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === undefined ? Infinity : Number(counted[3]);
    if (least > mostRepeats || (most !== Infinity && (most > mostRepeats || most < least)))
      throw new PatternFault(`repeats more than ${mostRepeats} times, or less than it must`);
    return [least, most];
  }
  #atom(): Node {
    const c = this.#next();
    switch (c) {
      case '(': {
        if (this.#peek() === '?' && !this.#takes('?:')) throw new PatternFault('looks around or names a group');
        const inside = this.#alternatives();
        if (!this.#takes(')')) throw new PatternFault('lacks a )');
        // In a sequence of its own, so that what stands behind it repeats the whole.
        return { is: 'seq', of: [inside] };
      }
      case '[':
        return { is: 'take', fits: this.#set() };
      case '.':
        return { is: 'take', fits: (x) => x !== '\n' };
      case '^':
        return { is: 'begin' };
      case '$':
        return { is: 'end' };
      case '*':
      case '+':
      case '?':
        throw new PatternFault(`has a ${c} with nothing before it`);
      case '\\':
        return { is: 'take', fits: this.#escaped() };
      default: {
        const small = c.toLowerCase();
        return { is: 'take', fits: (x) => x === small };
      }
    }
  }
  #escaped(): (c: string) => boolean {
    const c = this.#next();
    const one = classes[c];
    if (one) return one;
    const meant = escapes[c] ?? c;
    if (escapes[c] === undefined && /[A-Za-z0-9]/.test(c))
      throw new PatternFault(`has \\${c}, which is not known here`);
    return (x) => x === meant;
  }
  #set(): (c: string) => boolean {
    const not = this.#takes('^');
    const parts: ((c: string) => boolean)[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const c = this.#next();
      if (c === '\\') {
        parts.push(this.#escaped());
        continue;
      }
      if (this.#peek() === '-' && this.#text.charAt(this.#at + 1) !== ']') {
        this.#next();
        const last = this.#next();
        if (last === '\\' || last < c) throw new PatternFault('has a range from a later to an earlier character');
        const [from, to] = [c.toLowerCase(), last.toLowerCase()];
        parts.push((x) => x >= from && x <= to);
        continue;
      }
      const small = c.toLowerCase();
      parts.push((x) => x === small);
    }
    this.#next();
    return (c) => parts.some((part) => part(c)) !== not;
  }
}

function compile(node: Node): Instruction[] {
  const program: Instruction[] = [];
  const add = (instruction: Instruction): number => {
    if (program.length >= mostInstructions) throw new PatternFault('is too large');
    return program.push(instruction) - 1;
  };
  const emit = (one: Node): void => {
    switch (one.is) {
      case 'take':
      case 'begin':
      case 'end':
        add(one);
        return;
      case 'seq':
        for (const part of one.of) emit(part);
        return;
      case 'alt': {
        const fork = { is: 'fork' as const, to: [] as number[] };
        add(fork);
        const leave: { to: number[] }[] = [];
        for (const part of one.of) {
          fork.to.push(program.length);
          emit(part);
          const out = { is: 'fork' as const, to: [] as number[] };
          add(out);
          leave.push(out);
        }
        for (const out of leave) out.to.push(program.length);
        return;
      }
      case 'repeat': {
        for (let n = 0; n < one.least; n += 1) emit(one.of);
        if (one.most === Infinity) {
          const fork = { is: 'fork' as const, to: [program.length + 1] };
          const at = add(fork);
          emit(one.of);
          add({ is: 'fork', to: [at] });
          fork.to.push(program.length);
          return;
        }
        const out: { to: number[] }[] = [];
        for (let n = one.least; n < one.most; n += 1) {
          const fork = { is: 'fork' as const, to: [program.length + 1] };
          add(fork);
          out.push(fork);
          emit(one.of);
        }
        for (const fork of out) fork.to.push(program.length);
      }
    }
  };
  emit(node);
  add({ is: 'match' });
  return program;
}

/**
 * A matcher for a regular expression without its dangers: characters, `.`, `[…]`, `\d \w \s`, `( )`, `|`, `* + ? {m,n}`; `^` is the
 * beginning of a line, `$` the end of what was written so far. In any case. Throws PatternFault for the rest.
 */
export function safePattern(text: string): Matcher {
  const program = compile(new Parser(text).whole());
  return {
    test(raw) {
      const held = raw.toLowerCase();
      let now: number[] = [];
      let seen = new Uint8Array(program.length);
      let matched = false;
      /** Follows everything that takes no text; each position is visited once, so loops end. */
      const reach = (start: number, at: number, into: number[]): void => {
        const todo = [start];
        for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
          if (seen[index] === 1) continue;
          seen[index] = 1;
          const one = program[index];
          if (one === undefined) continue;
          if (one.is === 'take') into.push(index);
          else if (one.is === 'fork') todo.push(...one.to);
          else if (one.is === 'match') matched = true;
          else if (one.is === 'begin' ? at === 0 || held[at - 1] === '\n' : at === held.length) todo.push(index + 1);
        }
      };
      for (let at = 0; at <= held.length; at += 1) {
        reach(0, at, now);
        if (matched) return true;
        const character = held[at];
        if (character === undefined) return false;
        const next: number[] = [];
        seen = new Uint8Array(program.length);
        for (const index of now) {
          const one = program[index];
          if (one?.is === 'take' && one.fits(character)) reach(index + 1, at + 1, next);
        }
        if (matched) return true;
        now = next;
      }
      return false;
    },
  };
}

/** A matcher for a text as it stands, in any case. */
export function plainPattern(text: string): Matcher {
  const small = text.toLowerCase();
  return { test: (held) => held.toLowerCase().includes(small) };
}
