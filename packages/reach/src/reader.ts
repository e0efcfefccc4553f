import type { Socket } from 'node:net';

/** Reads a socket by lengths and lines, for the protocols we speak ourselves. */
export class Reader {
  readonly #most: number;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  /** `most`: how many bytes one answer may be waited for; a server that wants to send more is not listened to. */
  constructor(socket: Socket, most: number) {
    this.#most = most;
    socket.on('data', (chunk: Buffer) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      // Nobody reads that much at once: memory is not the server's to fill.
      if (this.#held.length > 2 * most) socket.destroy();
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end).on('close', end);
    if (socket.destroyed) end();
  }

  /** The next `length` bytes. Throws when the line ends before, and RangeError when that is too many. */
  async exactly(length: number): Promise<Buffer> {
    if (length < 0 || length > this.#most) throw new RangeError('the server announced too much');
    while (this.#held.length < length) await this.#more();
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  /** The next line, without the CR LF that ends it. */
  async line(): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf('\r\n');
      if (at >= 0) {
        const line = await this.exactly(at + 2);
        return line.subarray(0, at).toString('utf8');
      }
      if (this.#held.length > this.#most) throw new RangeError('the server wrote a line without an end');
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error('the line is gone');
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
