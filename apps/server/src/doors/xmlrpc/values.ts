/** What a call may carry: XML-RPC's scalars of text, number and truth, and structs of them. */
export type Value = string | number | boolean | null | Struct;
export interface Struct {
  readonly [name: string]: Value;
}

/** A call as it was read. */
export interface MethodCall {
  readonly name: string;
  readonly params: readonly Value[];
}

/** Codes of faults that every XML-RPC server shares. Source: Specification for Fault Code Interoperability, version 20010516. */
export const faults = {
  notWellFormed: -32700,
  unsupportedEncoding: -32701,
  invalidCharacter: -32702,
  notXmlRpc: -32600,
  noSuchMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Of ours: who asks is not let in. */
  notSignedIn: 401,
  wrongHost: 403,
  tooMany: 429,
} as const;

/** What goes back as a fault in place of a result. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: number;
  constructor(code: (typeof faults)[keyof typeof faults], message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether a text can stand in XML 1.0 at all; no escape makes a control character or half a surrogate pair fit. Source: XML 1.0 section 2.2. */
export const isXmlText = (text: string): boolean =>
  !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed();

// A carriage return that is written plainly is read as a line feed.
const escape = (text: string): string =>
  text.replace(/[&<>\r]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' })[c] ?? c);

function valueXml(value: Value): string {
  if (typeof value === 'string') return `<value><string>${escape(value)}</string></value>`;
  if (typeof value === 'number') return `<value><int>${value}</int></value>`;
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (value === null) return '<value><string></string></value>';
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escape(name)}</name>${valueXml(member)}</member>`,
  );
  return `<value><struct>${members.join('')}</struct></value>`;
}

const head = '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>';

/** The reply to a call. Every text in it must pass `isXmlText`. */
export const replyXml = (result: Struct): string =>
  `${head}<params><param>${valueXml(result)}</param></params></methodResponse>`;

/** The reply in place of a result. */
export const faultXml = ({ code, message }: Fault): string =>
  `${head}<fault>${valueXml({ faultCode: code, faultString: message })}</fault></methodResponse>`;
