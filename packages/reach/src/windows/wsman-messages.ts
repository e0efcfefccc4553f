import { randomUUID } from 'node:crypto';

/* What is asked of a remote shell: create, command, send, receive, signal, delete. Source: MS-WSMV sections 2.2.4 and 3.1.4.5 to 3.1.4.14; DMTF DSP0226. */

const names = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  a: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  p: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  rsp: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
} as const;
const resource = `${names.rsp}/cmd`;
const transfer = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';

/** Where, and how long the host may think about it, in seconds. */
export interface WsmanTarget {
  readonly to: string;
  readonly seconds: number;
}

/** Text in XML, between tags and in attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${String(one.charCodeAt(0))};`);
}

interface Asked {
  readonly action: string;
  readonly shellId?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly body: string;
}

function envelope({ to, seconds }: WsmanTarget, { action, shellId, options, body }: Asked): string {
  const declared = Object.entries(names).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  const set = Object.entries(options ?? {}).map(([name, value]) => `<w:Option Name="${name}">${value}</w:Option>`);
  return [
    `<s:Envelope ${declared.join(' ')}><s:Header>`,
    `<a:To>${escapeXml(to)}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${names.a}/role/anonymous</a:Address></a:ReplyTo>`,
    `<a:Action s:mustUnderstand="true">${action}</a:Action>`,
    `<a:MessageID>uuid:${randomUUID().toUpperCase()}</a:MessageID>`,
    `<w:ResourceURI s:mustUnderstand="true">${resource}</w:ResourceURI>`,
    '<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>',
    '<w:Locale s:mustUnderstand="false" xml:lang="en-US"/><p:DataLocale s:mustUnderstand="false" xml:lang="en-US"/>',
    `<w:OperationTimeout>PT${String(seconds)}S</w:OperationTimeout>`,
    ...(shellId === undefined
      ? []
      : [`<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(shellId)}</w:Selector></w:SelectorSet>`]),
    ...(set.length === 0 ? [] : [`<w:OptionSet>${set.join('')}</w:OptionSet>`]),
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join('');
}

/** A shell with an input, an output and an error output. */
export const createShell = (target: WsmanTarget): string =>
  envelope(target, {
    action: `${transfer}/Create`,
    options: { WINRS_NOPROFILE: 'TRUE', WINRS_CODEPAGE: '65001' },
    body: '<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>',
  });

/** Starts a program whose input is a pipe. */
export const startCommand = (target: WsmanTarget, shellId: string, command: string, args: readonly string[]): string =>
  envelope(target, {
    action: `${names.rsp}/Command`,
    shellId,
    options: { WINRS_CONSOLEMODE_STDIN: 'FALSE', WINRS_SKIP_CMD_SHELL: 'FALSE' },
    body: `<rsp:CommandLine><rsp:Command>${escapeXml(command)}</rsp:Command>${args
      .map((one) => `<rsp:Arguments>${escapeXml(one)}</rsp:Arguments>`)
      .join('')}</rsp:CommandLine>`,
  });

/** The whole of the program's input. */
export const sendInput = (target: WsmanTarget, shellId: string, commandId: string, input: Buffer): string =>
  envelope(target, {
    action: `${names.rsp}/Send`,
    shellId,
    body: `<rsp:Send><rsp:Stream Name="stdin" CommandId="${escapeXml(commandId)}" End="true">${input.toString('base64')}</rsp:Stream></rsp:Send>`,
  });

/** What the program wrote since the last time, and whether it has ended. */
export const receiveOutput = (target: WsmanTarget, shellId: string, commandId: string): string =>
  envelope(target, {
    action: `${names.rsp}/Receive`,
    shellId,
    body: `<rsp:Receive><rsp:DesiredStream CommandId="${escapeXml(commandId)}">stdout stderr</rsp:DesiredStream></rsp:Receive>`,
  });

/** Ends the shell, and what runs in it. */
export const deleteShell = (target: WsmanTarget, shellId: string): string =>
  envelope(target, { action: `${transfer}/Delete`, shellId, body: '' });
