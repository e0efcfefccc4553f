import { connect, type Socket } from 'node:net';

/** The line broke, or time ran out. */
export class LineBroken extends Error {
  override readonly name = 'LineBroken';
}

/** A host that sends more than this at once is cut off: the longest honest answer is a list of accounts, in pieces of 64 KiB. */
const longest = 256 * 1024;

/** Whole messages over TCP, each behind its length. Source: MS-SMB2 section 2.1. */
export class SmbLine {
  readonly #socket: Socket;
  #buffered = Buffer.alloc(0);
  #waiting: { resolve: (message: Buffer) => void; reject: (why: Error) => void } | undefined;
  #broken: LineBroken | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #forget: () => void;

  private constructor(socket: Socket, signal: AbortSignal | undefined) {
    this.#socket = socket;
    const abort = (): void => {
      this.#break('given up');
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#forget = () => signal?.removeEventListener('abort', abort);
    socket.on('data', (chunk) => {
      this.#take(chunk);
    });
    socket.on('error', () => {
      this.#break('the line broke');
    });
    socket.on('close', () => {
      this.#break('the host ended the connection');
    });
  }

  /** Connects within `ms`, which count on for what follows. Throws LineBroken. */
  static async open(host: string, port: number, ms: number, signal?: AbortSignal): Promise<SmbLine> {
    if (signal?.aborted === true) throw new LineBroken('given up');
    const socket = connect({ host, port, noDelay: true });
    const line = new SmbLine(socket, signal);
    line.within(ms);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => {
        reject(line.#broken ?? new LineBroken('no connection'));
      });
    });
    return line;
  }

  /** From now on there are `ms` milliseconds for all that follows. */
  within(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#break('no answer in time');
    }, ms);
  }

  send(message: Buffer): void {
    if (this.#broken !== undefined) throw this.#broken;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    this.#socket.write(Buffer.concat([length, message]));
  }

  /** The next message. One may be waited for at a time. Throws LineBroken. */
  receive(): Promise<Buffer> {
    const message = this.#next();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#break('closed');
  }

  #take(chunk: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    // The limit covers what is announced and what is sent unasked.
    if (
      this.#buffered.length > longest + 4 ||
      (this.#buffered.length >= 4 && this.#buffered.readUInt32BE() > longest)
    ) {
      this.#break('the host sends too much');
      return;
    }
    if (this.#waiting === undefined) return;
    const message = this.#next();
    if (message === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(message);
  }

  #next(): Buffer | undefined {
    if (this.#buffered.length < 4) return undefined;
    const end = 4 + this.#buffered.readUInt32BE();
    if (this.#buffered.length < end) return undefined;
    const message = this.#buffered.subarray(4, end);
    this.#buffered = this.#buffered.subarray(end);
    return message;
  }

  #break(why: string): void {
    if (this.#broken !== undefined) return;
    this.#broken = new LineBroken(why);
    clearTimeout(this.#timer);
    this.#forget();
    this.#socket.destroy();
    this.#waiting?.reject(this.#broken);
    this.#waiting = undefined;
  }
}
