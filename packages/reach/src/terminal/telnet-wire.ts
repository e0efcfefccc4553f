import { connect as dial, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { Unreachable } from '@strongroom/driver-kit';
import type { Reach } from '../connect.ts';
import { TelnetCodec } from './telnet-codec.ts';
import type { Wire } from './wire.ts';

/** Connects to a Telnet server. `eightBits` asks for them at once. Throws Unreachable. */
export async function openTelnet(reach: Reach, eightBits: boolean): Promise<Wire> {
  const socket = await open(reach);
  const codec = new TelnetCodec();
  const decoder = new StringDecoder('utf8');
  let heard: (text: string) => void = () => undefined;
  // Kept until somebody listens.
  let early = '';
  heard = (text) => {
    early += text;
  };
  let gone: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    const { data, reply } = codec.receive(bytes);
    if (reply.length > 0) socket.write(reply);
    if (data.length > 0) heard(decoder.write(data));
  });
  socket.on('close', () => {
    gone();
  });
  if (eightBits) socket.write(codec.askEightBits());
  return {
    send: (text, bare = false) => void socket.write(codec.encode(text, bare)),
    carries: (text) => codec.eightBits || /^[\x20-\x7e]*$/.test(text),
    onText(listener) {
      heard = listener;
      if (early !== '') listener(early);
      early = '';
    },
    onClose(listener) {
      gone = listener;
      if (socket.destroyed) listener();
    },
    close: () => void socket.destroy(),
  };
}

function open({ host, port, timeoutMs, signal }: Reach): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial({ host, port, noDelay: true });
    const fail = (why: string): void => {
      done();
      socket.destroy();
      reject(new Unreachable(why));
    };
    const abort = (): void => {
      fail('given up');
    };
    const timer = setTimeout(() => {
      fail(`no answer in ${String(timeoutMs)} ms`);
    }, timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    signal?.addEventListener('abort', abort, { once: true });
    // Later faults are told by `close`.
    socket.on('error', (error: Error & { code?: unknown }) => {
      fail(`no connection (${typeof error.code === 'string' ? error.code : 'broken'})`);
    });
    socket.once('connect', () => {
      done();
      resolve(socket);
    });
    if (signal?.aborted === true) abort();
  });
}
