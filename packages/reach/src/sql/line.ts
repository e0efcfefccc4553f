import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * An open connection, as a stream for client libraries that want to connect for themselves: it says that it did.
 * So every library speaks over a socket whose other end has been checked by us.
 */
export class Line extends Duplex {
  #socket: Socket;
  #detach: () => void;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    this.#detach = this.#attach(socket);
  }

  /** What came, as it is to be read. */
  protected incoming(chunk: Buffer): Buffer {
    return chunk;
  }

  /** What was written, as it is to be sent. */
  protected outgoing(chunk: Buffer): Buffer | Promise<Buffer> {
    return chunk;
  }

  /** The other end has said all it will. */
  protected ended(): void {
    this.push(null);
  }

  /** Goes on over what `wrap` makes of the socket; until then nothing is read. */
  protected async exchange(wrap: (socket: Socket) => Promise<Socket>): Promise<void> {
    this.#detach();
    this.#socket = await wrap(this.#socket);
    this.#detach = this.#attach(this.#socket);
  }

  /** Sends bytes past `outgoing`. */
  protected send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #attach(socket: Socket): () => void {
    const data = (chunk: Buffer): void => {
      const passed = this.incoming(chunk);
      if (passed.length > 0 && !this.push(passed)) socket.pause();
    };
    const end = (): void => {
      this.ended();
    };
    const close = (): void => void this.destroy();
    const error = (why: Error): void => void this.destroy(why);
    socket.on('data', data).on('end', end).on('close', close).on('error', error);
    return () => socket.off('data', data).off('end', end).off('close', close).off('error', error).pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    Promise.resolve(this.outgoing(chunk))
      .then((bytes) => this.send(bytes))
      .then(
        () => {
          done();
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error('not sent'));
        },
      );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** It is connected already. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  /** As Socket has it: the socket was opened so. */
  setNoDelay(): this {
    return this;
  }

  /** As Socket has it. */
  setKeepAlive(): this {
    return this;
  }
}
