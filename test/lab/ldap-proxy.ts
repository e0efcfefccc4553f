/**
 * Stands between a client and an LDAPS server. Passes on what it gets, byte for byte, so that client and server speak
 * TLS with each other; only while it is to cut does it end the client's TLS itself, to see when a change was answered.
 */
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';

/** The server behind, and the certificate that both it and the proxy show. */
export interface LdapProxyOptions {
  /** Where the proxy listens; any free port. */
  readonly host: string;
  readonly server: { readonly host: string; readonly port: number };
  readonly cert: string;
  readonly key: string;
  readonly authority: string;
}

export interface LdapProxy {
  readonly port: number;
  /** Ends the line to a client once its change was answered by the server, before the answer gets through. */
  cutAfterSetting(on: boolean): void;
  stop(): Promise<void>;
}

export async function startLdapProxy(options: LdapProxyOptions): Promise<LdapProxy> {
  let cutting = false;
  const open = new Set<Socket>();
  const keep = <T extends Socket>(socket: T): T => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const secureContext = createSecureContext({ cert: options.cert, key: options.key });

  const server = createServer((client) => {
    keep(client);
    if (!cutting) {
      const behind = keep(connect(options.server));
      join(client, behind);
      client.pipe(behind);
      behind.pipe(client);
      return;
    }
    const spoken = keep(new TLSSocket(client, { isServer: true, secureContext }));
    const behind = keep(connectTls({ ...options.server, ca: options.authority }));
    join(spoken, behind);
    spoken.pipe(behind);
    let answered = Buffer.alloc(0);
    behind.on('data', (chunk: Buffer) => {
      answered = Buffer.concat([answered, chunk]);
      for (let message = take(answered); message !== undefined; message = take(answered)) {
        answered = answered.subarray(message.length);
        // Modify response, extended response. Source: RFC 4511 section 4.2 onwards.
        if ([0x67, 0x78].includes(operationOf(message))) {
          client.resetAndDestroy();
          return;
        }
        spoken.write(message);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cutAfterSetting(on) {
      cutting = on;
    },
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}

function join(one: Socket, other: Socket): void {
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
}

/** The header of a BER element: how long it and its content are. */
function header(buffer: Buffer, at: number): { start: number; length: number } | undefined {
  const first = buffer[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, length: first };
  const count = first & 0x7f;
  if (buffer.length < at + 2 + count) return undefined;
  return { start: at + 2 + count, length: buffer.readUIntBE(at + 2, count) };
}

/** The first whole message of a stream. */
function take(buffer: Buffer): Buffer | undefined {
  const head = header(buffer, 0);
  return head === undefined || buffer.length < head.start + head.length
    ? undefined
    : buffer.subarray(0, head.start + head.length);
}

/** The tag of what a message says, behind its number. */
function operationOf(message: Buffer): number {
  const start = header(message, 0)?.start ?? 0;
  const id = header(message, start);
  return message[(id?.start ?? 0) + (id?.length ?? 0)] ?? 0;
}
