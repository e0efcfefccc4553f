import { Fault, faults, isXmlText, type MethodCall, type Struct, type Value } from './values.ts';

/** Deepest nesting of values, most values and longest method name of a call. Calls of programs come nowhere near. */
const deepest = 4;
const mostValues = 100;
const longestName = 100;

type Token =
  { readonly is: 'open' | 'close' | 'empty'; readonly name: string } | { readonly is: 'text'; readonly text: string };

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const malformed = (why: string): Fault => new Fault(faults.notWellFormed, `The request is not well-formed: ${why}.`);

/** The text of a body, which must be UTF-8 and say nothing else of itself. Throws Fault. */
function decode(body: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Fault(faults.unsupportedEncoding, 'The request is not UTF-8 text.');
  }
  if (!isXmlText(text))
    throw new Fault(faults.invalidCharacter, 'The request holds a character that XML does not allow.');
  // XML 1.0 section 2.11.
  return text.replace(/\r\n?/g, '\n');
}

const declaration =
  /^<\?xml\s+version\s*=\s*(?:"1\.[01]"|'1\.[01]')(?:\s+encoding\s*=\s*(?:"([A-Za-z0-9._-]+)"|'([A-Za-z0-9._-]+)'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/;

/** Takes the XML declaration away. Throws Fault for an encoding that is not UTF-8 or its part, ASCII. */
function undeclared(text: string): string {
  const found = declaration.exec(text);
  if (!found) return text;
  const encoding = found[1] ?? found[2] ?? 'UTF-8';
  if (!/^(utf-?8|us-ascii|ascii)$/i.test(encoding))
    throw new Fault(faults.unsupportedEncoding, 'Only UTF-8 is understood: write the request in it.');
  return text.slice(found[0].length);
}

/** Character and entity references made plain. There are five entities, and no way to declare more. Throws Fault. */
function plain(text: string): string {
  return text.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, end: string) => {
    const known = end === ';' ? entities[name] : undefined;
    if (known !== undefined && Object.hasOwn(entities, name)) return known;
    const number = end === ';' ? /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) : null;
    const code = number ? (number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16)) : -1;
    const character = code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (character === undefined || !isXmlText(character) || character === '\0')
      throw malformed('a reference names no character, and entities beyond the five of XML are not taken');
    return character;
  });
}

/** Markup and text, one after the other. No document type, no processing instruction, comment, CDATA section or attribute gets past here. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const next = /<(\/?)([A-Za-z][A-Za-z0-9.]{0,30})\s*(\/?)>|([^<]+)/gy;
  while (next.lastIndex < text.length) {
    const at = next.lastIndex;
    const found = next.exec(text);
    if (!found)
      throw text.startsWith('<!', at) || text.startsWith('<?', at)
        ? malformed('document types, comments, CDATA sections and processing instructions are not taken')
        : malformed('a tag cannot be read; attributes and namespaces are not taken');
    const [, close, name, empty, characters] = found;
    if (characters !== undefined) tokens.push({ is: 'text', text: plain(characters) });
    else if (close && empty) throw malformed('a tag is both an end and empty');
    else tokens.push({ is: close ? 'close' : empty ? 'empty' : 'open', name: name ?? '' });
    if (tokens.length > mostValues * 12) throw new Fault(faults.notXmlRpc, 'The call carries too much.');
  }
  return tokens;
}

const isSpace = (token: Token | undefined): boolean => token?.is === 'text' && token.text.trim() === '';

/** Walks the tokens. Every method throws Fault where something else comes than what is expected. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #values = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  #skip(): Token | undefined {
    while (isSpace(this.#tokens[this.#at])) this.#at++;
    return this.#tokens[this.#at];
  }
  /** True when the next thing is this tag, which is taken then. */
  #takes(is: 'open' | 'close' | 'empty', name: string): boolean {
    const token = this.#skip();
    if (token?.is !== is || token.name !== name) return false;
    this.#at++;
    return true;
  }
  #must(is: 'open' | 'close', name: string): void {
    if (!this.#takes(is, name))
      throw new Fault(
        faults.notXmlRpc,
        `The request is no XML-RPC call: <${is === 'close' ? '/' : ''}${name}> is missing.`,
      );
  }
  /** The characters up to the next tag, spaces and all. */
  #characters(): string {
    const token = this.#tokens[this.#at];
    if (token?.is !== 'text') return '';
    this.#at++;
    return token.text;
  }

  call(): MethodCall {
    this.#must('open', 'methodCall');
    this.#must('open', 'methodName');
    const name = this.#characters().trim();
    if (name.length > longestName || !/^[A-Za-z0-9_.:/]+$/.test(name))
      throw new Fault(faults.notXmlRpc, 'The request is no XML-RPC call: the name of its method cannot be read.');
    this.#must('close', 'methodName');
    const params: Value[] = [];
    if (!this.#takes('empty', 'params') && this.#takes('open', 'params')) {
      while (this.#takes('open', 'param')) {
        params.push(this.#value(1));
        this.#must('close', 'param');
      }
      this.#must('close', 'params');
    }
    this.#must('close', 'methodCall');
    if (this.#skip() !== undefined) throw malformed('something follows the call');
    return { name, params };
  }

  #value(depth: number): Value {
    if (depth > deepest || ++this.#values > mostValues)
      throw new Fault(faults.notXmlRpc, 'The call carries too much, or nests it too deeply.');
    if (this.#takes('empty', 'value')) return '';
    this.#must('open', 'value');
    // Without a type a value is text, spaces and all.
    const bare = this.#characters();
    const token = this.#tokens[this.#at];
    if (token?.is === 'close') {
      this.#must('close', 'value');
      return bare;
    }
    if (token === undefined || token.is === 'text' || bare.trim() !== '') throw malformed('a value is not closed');
    const value = this.#typed(token.name, depth);
    this.#must('close', 'value');
    return value;
  }

  #typed(type: string, depth: number): Value {
    if (this.#takes('empty', type)) {
      if (type === 'string') return '';
      if (type === 'nil') return null;
      if (type === 'struct') return {};
      throw unreadable(type);
    }
    this.#must('open', type);
    if (type === 'struct') return this.#struct(depth);
    const text = this.#characters();
    this.#must('close', type);
    const read = scalars[type];
    if (!read) throw new Fault(faults.invalidParams, `Values of the kind ${type} are not taken.`);
    return read(text);
  }

  #struct(depth: number): Struct {
    const members = new Map<string, Value>();
    while (this.#takes('open', 'member')) {
      this.#must('open', 'name');
      const name = this.#characters();
      this.#must('close', 'name');
      if (members.has(name)) throw new Fault(faults.invalidParams, 'A struct names a member twice.');
      members.set(name, this.#value(depth + 1));
      this.#must('close', 'member');
    }
    this.#must('close', 'struct');
    return Object.fromEntries(members);
  }
}

const unreadable = (type: string): Fault =>
  new Fault(faults.invalidParams, `A value of the kind ${type} cannot be read.`);

function whole(type: string): (text: string) => number {
  return (text) => {
    // Four bytes with a sign, as the specification has it.
    if (!/^\s*[+-]?\d{1,10}\s*$/.test(text) || Number(text) !== (Number(text) | 0)) throw unreadable(type);
    return Number(text);
  };
}

const scalars: Readonly<Partial<Record<string, (text: string) => Value>>> = {
  string: (text) => text,
  int: whole('int'),
  i4: whole('i4'),
  boolean(text) {
    const said = text.trim();
    if (said !== '0' && said !== '1') throw unreadable('boolean');
    return said === '1';
  },
  nil(text) {
    if (text !== '') throw unreadable('nil');
    return null;
  },
};

/**
 * Reads an XML-RPC call: the part of XML that calls are made of and nothing beyond, so that there is nothing to expand, to fetch or to bring to life. Takes string, int, i4,
 * boolean, nil and structs of them. Throws Fault, which never repeats what was sent. Source: XML-RPC specification (xmlrpc.com/spec.md), XML 1.0.
 */
export function readCall(body: Uint8Array): MethodCall {
  return new Reader(tokensOf(undeclared(decode(body)).trim())).call();
}
