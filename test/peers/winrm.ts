import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { script, type WinrmOrder } from '../../packages/reach/src/windows/winrm-script.ts';
import type { Peer } from './peer.ts';
import { ntlmServer, type NtlmServer } from './winrm-ntlm.ts';
import { answer, fault, readEnvelope, type Envelope } from './winrm-soap.ts';

/** How an account stands, for LogonUser. Source: MS-ERREF section 2.2. */
export type State = 'usable' | 'locked out' | 'disabled' | 'must change';
const states: Readonly<Record<State, number>> = { usable: 0, 'locked out': 1909, disabled: 1331, 'must change': 1907 };

/** What a WinRM simulator offers beside the contract of all peers. */
export interface WinrmPeer extends Peer {
  setState(username: string, state: State): void;
  /** PowerShell that may not call Windows from now on, as under an application control policy. */
  constrain(on: boolean): void;
  /** Every command line that was run. */
  readonly commandLines: readonly string[];
  /** The certificate and key, for whoever wants to sit between. PEM. */
  readonly pair: { readonly cert: string; readonly key: string };
}

interface Account {
  readonly username: string;
  readonly administrator: boolean;
  password: string;
  state: State;
  failures: number;
}
interface Command {
  input: Buffer;
  output: string | undefined;
  asked: number;
}

/**
 * WinRM over HTTPS: the requests of MS-WSMV's remote shell in order, with NTLM (RFC 4559, bound to the TLS connection) or Basic.
 * It runs no PowerShell: it knows the product's one script by its text, and does what that text says. Whether real PowerShell does is not shown here.
 * As WinRM does, it answers 401 to a wrong password and to whoever is no administrator.
 */
export async function startPeer(): Promise<WinrmPeer> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'winhost.example.lan', ip: ['127.0.0.1'], by: authority });
  const raw = new X509Certificate(pair.cert).raw;
  const accounts = new Map<string, Account>();
  const add = (username: string, password: string, administrator = false): void => {
    accounts.set(username.toLowerCase(), { username, password, administrator, state: 'usable', failures: 0 });
  };
  add('Administrator', 'Adm-WinPw-0', true);
  const find = (username: string): Account | undefined => accounts.get(username.toLowerCase());
  const must = (username: string): Account => {
    const account = find(username);
    if (account === undefined) throw new Error(`no account ${username}`);
    return account;
  };

  const shells = new Map<string, Map<string, Command>>();
  const commandLines: string[] = [];
  const talks = new WeakMap<Duplex, { ntlm: NtlmServer; user?: string }>();
  const sockets = new Set<Duplex>();
  let cutting = false;
  let constrained = false;
  let made = 0;

  /** Who asks; undefined when nobody known does, or somebody who may not. */
  const signedIn = (request: IncomingMessage): { user?: string; challenge?: string } => {
    const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
    const allowed = (username: string | undefined) => {
      const account = username === undefined ? undefined : find(username);
      return account?.administrator === true ? { user: account.username } : {};
    };
    if (scheme === 'Basic') {
      const [name = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
      return find(name)?.password === rest.join(':') ? allowed(name) : {};
    }
    const talk = talks.get(request.socket) ?? { ntlm: ntlmServer() };
    talks.set(request.socket, talk);
    if (scheme === '') return talk.user === undefined ? {} : allowed(talk.user);
    const message = Buffer.from(token, 'base64');
    if (message.readUInt32LE(8) === 1) return { challenge: talk.ntlm.challenge(message).toString('base64') };
    const user = talk.ntlm.verify(message, (name) => find(name)?.password, raw);
    if (user !== undefined) talk.user = user;
    return allowed(user);
  };

  /** What the script would do. */
  const obey = (input: Buffer): string => {
    if (constrained) return 'strongroom blocked\r\n';
    const order = JSON.parse(Buffer.from(input.toString('latin1'), 'base64').toString('utf8')) as WinrmOrder;
    if (order.do === 'list')
      return [...accounts.values()]
        .map(({ username, administrator }, at) => {
          const rid = username === 'Administrator' ? 500 : 1001 + at;
          return `strongroom account ${String(rid)} ${administrator ? '1' : '0'} ${Buffer.from(username).toString('base64')}\r\n`;
        })
        .concat('strongroom code 0\r\n')
        .join('');
    const account = find(order.name);
    const code = (number: number) => `strongroom code ${String(number)}\r\n`;
    if (order.do === 'set') {
      if (account === undefined) return code(2221);
      if (order.password.length < 4) return code(2245);
      account.password = order.password;
      return code(0);
    }
    if (account === undefined || account.password !== order.password) {
      if (account !== undefined) account.failures += 1;
      return code(account?.state === 'locked out' ? states['locked out'] : 1326);
    }
    return code(states[account.state]);
  };

  const shellOf = ({ shellId }: Envelope): Map<string, Command> => {
    const shell = shells.get(shellId);
    if (shell === undefined) throw new Error('no such shell');
    return shell;
  };
  const commandOf = (envelope: Envelope, id: string | undefined): Command => {
    const command = shellOf(envelope).get(id ?? '');
    if (command === undefined) throw new Error('no such command');
    return command;
  };

  const actions: Readonly<Record<string, (envelope: Envelope, socket: Duplex) => string | [number, string]>> = {
    Create(envelope) {
      if (envelope.one('InputStreams').text !== 'stdin' || envelope.options['WINRS_CODEPAGE'] !== '65001')
        throw new Error('another shell');
      const id = randomUUID().toUpperCase();
      shells.set(id, new Map());
      return `<a:EndpointReference><w:SelectorSet><w:Selector Name="ShellId">${id}</w:Selector></w:SelectorSet></a:EndpointReference>`;
    },
    Command(envelope) {
      const args = envelope.elements.filter((one) => one.local === 'Arguments').map((one) => one.text);
      commandLines.push([envelope.one('Command').text, ...args].join(' '));
      const encoded = Buffer.from(args[3] ?? '', 'base64').toString('utf16le');
      if (encoded !== script || envelope.options['WINRS_CONSOLEMODE_STDIN'] !== 'FALSE')
        throw new Error('not the script');
      const id = randomUUID().toUpperCase();
      shellOf(envelope).set(id, { input: Buffer.alloc(0), output: undefined, asked: 0 });
      return `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`;
    },
    Send(envelope, socket) {
      const stream = envelope.one('Stream');
      const command = commandOf(envelope, stream.attributes['CommandId']);
      command.input = Buffer.concat([command.input, Buffer.from(stream.text, 'base64')]);
      if (stream.attributes['Name'] !== 'stdin' || stream.attributes['End'] !== 'true')
        throw new Error('input without an end');
      command.output = obey(command.input);
      if (cutting) socket.destroy();
      return '<rsp:SendResponse/>';
    },
    Receive(envelope) {
      const id = envelope.one('DesiredStream').attributes['CommandId'] ?? '';
      const command = commandOf(envelope, id);
      command.asked += 1;
      // At first nothing has come; then half of a line; then the rest and the end.
      if (command.output === undefined || command.asked === 1) return [500, fault('TimedOut', 2150858793)];
      const half = Buffer.from(command.output).subarray(0, 9);
      const part = command.asked === 2 ? half : Buffer.from(command.output).subarray(9);
      const state = command.asked === 2 ? 'Running' : 'Done';
      return (
        `<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="${id}">${part.toString('base64')}</rsp:Stream>` +
        `<rsp:Stream Name="stderr" CommandId="${id}" End="true"></rsp:Stream>` +
        `<rsp:CommandState CommandId="${id}" State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/${state}">` +
        `${state === 'Done' ? '<rsp:ExitCode>0</rsp:ExitCode>' : ''}</rsp:CommandState></rsp:ReceiveResponse>`
      );
    },
    Delete(envelope) {
      shellOf(envelope);
      shells.delete(envelope.shellId);
      return '';
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const part of request as AsyncIterable<Buffer>) text += part.toString('utf8');
    const who = signedIn(request);
    if (who.user === undefined) {
      const scheme =
        who.challenge === undefined ? ['Negotiate', 'Basic realm="WSMAN"'] : [`Negotiate ${who.challenge}`];
      response.writeHead(401, { 'www-authenticate': scheme, 'content-length': 0 }).end();
      return;
    }
    let status = 200;
    let body: string;
    try {
      if (request.url !== '/wsman' || request.method !== 'POST') throw new Error('not a request of WSMan');
      const envelope = readEnvelope(text, `https://${request.headers.host ?? ''}/wsman`);
      const act = actions[/[^/]+$/.exec(envelope.action)?.[0] ?? ''];
      if (act === undefined) throw new Error(`no action ${envelope.action}`);
      const said = act(envelope, request.socket);
      [status, body] = typeof said === 'string' ? [200, answer(said)] : said;
    } catch {
      [status, body] = [500, fault('InvalidParameter', 87)];
    }
    response.writeHead(status, { 'content-type': 'application/soap+xml;charset=UTF-8' }).end(body);
  };
  const server = createServer({ cert: pair.cert, key: pair.key }, (request, response) => void serve(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    host: '127.0.0.1',
    settings: { way: 'WinRM', port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin: { username: 'Administrator', password: 'Adm-WinPw-0' },
    pair,
    commandLines,
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const account = { username: `user${String(made)}`, password: `User-Pw-${String(made)}` };
          add(account.username, account.password);
          return account;
        }),
      ),
    isPassword: (username, password) => Promise.resolve(find(username)?.password === password),
    failures: (username) => Promise.resolve(must(username).failures),
    setState(username, state) {
      must(username).state = state;
    },
    constrain(on) {
      constrained = on;
    },
    cutAfterSetting(on) {
      cutting = on;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
