/** Text both ways over one connection, whatever carries it. */
export interface Wire {
  /** Sends text and, unless `bare`, the key that ends a line. */
  send(text: string, bare?: boolean): void;
  /** Whether the other side will get exactly this text. */
  carries(text: string): boolean;
  /** What arrives, as text; one listener. */
  onText(listener: (text: string) => void): void;
  /** Called once, when nothing more can arrive. */
  onClose(listener: () => void): void;
  close(): void;
}

/** Why waiting for output ended without what was waited for. */
export class Ended extends Error {
  override readonly name = 'Ended';
  readonly how: 'closed' | 'late' | 'given up' | 'flooded';
  constructor(how: Ended['how']) {
    super(
      how === 'late' ? 'no answer in time' : how === 'flooded' ? 'the target wrote too much' : `the line was ${how}`,
    );
    this.how = how;
  }
}

/** In UTF-16 units between two answers: the list of a host's accounts is far below, and who writes more is cut off. */
const mostOutput = 4 * 1024 * 1024;

/** Reads a wire: holds what came since the last `take`, and waits for what is looked for in it. */
export class Reader {
  #held = '';
  #closed = false;
  #wake: () => void = () => undefined;
  readonly #wire: Wire;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor(wire: Wire, timeoutMs: number, signal?: AbortSignal) {
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    wire.onText((text) => {
      this.#held += text;
      this.#wake();
    });
    wire.onClose(() => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** What came since it was last taken; it is then no longer held. */
  take(): string {
    const taken = this.#held;
    this.#held = '';
    return taken;
  }

  /** Waits until `look` finds something in what is held; it stays held. Throws Ended, and closes the line unless only time ran out. */
  async until<T>(look: (held: string) => T | undefined): Promise<T> {
    const late = Date.now() + this.#timeoutMs;
    for (;;) {
      const found = look(this.#held);
      if (found !== undefined) return found;
      if (this.#closed) throw new Ended('closed');
      if (this.#held.length > mostOutput) throw this.#end('flooded');
      if (this.#signal?.aborted === true) throw this.#end('given up');
      const left = late - Date.now();
      if (left <= 0) throw new Ended('late');
      await this.#change(left);
    }
  }

  #end(how: Ended['how']): Ended {
    this.#wire.close();
    return new Ended(how);
  }

  /** Resolves when something came, the line closed, time ran out or the caller gave up. */
  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#signal?.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#signal?.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
