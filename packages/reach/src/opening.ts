import type { Socket } from 'node:net';
import { Unreachable } from '@strongroom/driver-kit';
import { openSocket, within, type TlsReach } from './tls.ts';

/**
 * Opens a TCP connection and makes a line of it, all within the time limit: what comes of it after that, or after a
 * fault, is closed. Throws Unreachable, and what `make` throws.
 */
export async function opening<T extends Socket>(reach: TlsReach, make: (socket: Socket) => Promise<T>): Promise<T> {
  let opened: Socket | undefined;
  let over = false;
  const end = (): void => {
    over = true;
    opened?.destroy();
  };
  const open = async (): Promise<T> => {
    opened = await openSocket(reach);
    if (!over) return make(opened);
    opened.destroy();
    throw new Unreachable('too late');
  };
  try {
    return await within(reach, open(), end, (why) => new Unreachable(why));
  } catch (error) {
    end();
    throw error;
  }
}
