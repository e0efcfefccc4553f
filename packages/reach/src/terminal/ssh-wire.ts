import type { ClientChannel } from 'ssh2';
import { Unreachable } from '@strongroom/driver-kit';
import type { Line, Reach } from '../connect.ts';
import { size } from './telnet-codec.ts';
import type { Wire } from './wire.ts';

/** A terminal with the target's own command line, over a signed-in connection. Throws Unreachable where it gives none. */
export function openSshTerminal({ client, socket }: Line, reach: Reach): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Unreachable(`no answer in ${String(reach.timeoutMs)} ms`));
    }, reach.timeoutMs);
    const broken = (): void => {
      clearTimeout(timer);
      reject(new Unreachable('the line broke'));
    };
    client.once('close', broken);
    client.shell({ term: 'vt100', cols: size.columns, rows: size.rows }, (error, channel) => {
      clearTimeout(timer);
      client.off('close', broken);
      if (error === undefined) resolve(wireOver(channel, socket));
      else reject(new Unreachable('the target gives no command line'));
    });
  });
}

function wireOver(channel: ClientChannel, socket: Line['socket']): Wire {
  channel.on('error', () => undefined);
  channel.setEncoding('utf8');
  return {
    send: (text, bare = false) => void channel.write(bare ? text : `${text}\r`),
    carries: () => true,
    onText: (listener) => void channel.on('data', listener),
    onClose(listener) {
      channel.once('close', listener);
      socket.once('close', listener);
      if (socket.destroyed) listener();
    },
    close: () => void socket.destroy(),
  };
}
