import { SaxesParser } from 'saxes';

/* How the simulator of WinRM reads and writes envelopes: with a strict XML parser that knows namespaces, unlike the product. */

const shell = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const wsman = 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd';
const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';

/** An element by namespace and name, with its attributes and text. */
export interface Element {
  readonly uri: string;
  readonly local: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** An envelope, read. */
export interface Envelope {
  readonly elements: readonly Element[];
  readonly action: string;
  readonly shellId: string;
  readonly options: Readonly<Record<string, string>>;
  one(local: string): Element;
}

/** Reads an envelope. Throws for what is no XML, or lacks what MS-WSMV 3.1.4.1 demands of every request. */
export function readEnvelope(text: string, to: string): Envelope {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes).map((one) => [one.local, one.value]);
    const element = {
      uri: tag.uri,
      local: tag.local,
      text: '',
      attributes: Object.fromEntries(attributes) as Record<string, string>,
    };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += part;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  const find = (uri: string, local: string) => elements.filter((one) => one.uri === uri && one.local === local);
  const only = (uri: string, local: string): Element => {
    const [found, more] = find(uri, local);
    if (found === undefined || more !== undefined) throw new Error(`not one ${local}`);
    return found;
  };
  if (only(addressing, 'To').text !== to) throw new Error('another address');
  if (!/^uuid:[0-9A-F-]{36}$/.test(only(addressing, 'MessageID').text)) throw new Error('no message id');
  if (only(wsman, 'ResourceURI').text !== `${shell}/cmd`) throw new Error('another resource');
  if (!/^PT\d+S$/.test(only(wsman, 'OperationTimeout').text)) throw new Error('no time limit');
  const options = find(wsman, 'Option').map((one) => [one.attributes['Name'] ?? '', one.text]);
  return {
    elements,
    action: only(addressing, 'Action').text,
    shellId: find(wsman, 'Selector')[0]?.text ?? '',
    options: Object.fromEntries(options) as Record<string, string>,
    one: (local) => only(shell, local),
  };
}

const prefixes = `xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:w="${wsman}" xmlns:rsp="${shell}" xmlns:a="${addressing}"`;

/** An answer around a body. */
export const answer = (body: string): string =>
  `<s:Envelope xml:lang="en-US" ${prefixes}><s:Header/><s:Body>${body}</s:Body></s:Envelope>`;

/** A fault, as MS-WSMV 2.2.4.43 lays it out. */
export const fault = (value: string, code: number): string =>
  answer(
    `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:${value}</s:Value></s:Subcode></s:Code><s:Detail>` +
      `<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="${String(code)}" Machine="winhost"/></s:Detail></s:Fault>`,
  );
