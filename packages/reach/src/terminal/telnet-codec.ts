/** Telnet's bytes, without a connection. Source: RFC 854 (commands, NVT), 855 (options), 1143 (why nothing is answered twice). */

const IAC = 255;
const [DONT, DO, WONT, WILL, SB, SE] = [254, 253, 252, 251, 250, 240] as const;
const [CR, LF, NUL] = [13, 10, 0] as const;
/** RFC 856, 857, 858, 1091, 1073. */
const [BINARY, ECHO, SGA, TTYPE, NAWS] = [0, 1, 3, 24, 31] as const;
/** Options that we agree to, on our side and on the other. */
const ourWants: ReadonlySet<number> = new Set([TTYPE, NAWS, SGA, BINARY]);
const theirWants: ReadonlySet<number> = new Set([ECHO, SGA, BINARY]);
const [IS, SEND] = [0, 1] as const;

const terminalType = Buffer.from('vt100', 'latin1');
/** Wide enough that no line wraps, and so high that pagers have little to do. */
export const size = { columns: 200, rows: 200 } as const;

/** More than any option needs: a subnegotiation that goes on is thrown away. */
const mostSubnegotiation = 1024;

type State = 'data' | 'cr' | 'iac' | 'option' | 'sub' | 'sub-iac';

/**
 * What a Telnet client makes of bytes. It does what is wanted where we can (our terminal type and size, the other side's
 * echo, eight bits), refuses every other option, and answers a request only when it changes something.
 */
export class TelnetCodec {
  /** Options that are on, on our side and on the other. */
  readonly #ours = new Set<number>();
  readonly #theirs = new Set<number>();
  readonly #asked = new Set<number>();
  #state: State = 'data';
  #command = 0;
  #sub: number[] = [];

  /** Whether what we send arrives with all eight bits (RFC 856), and so as it is. */
  get eightBits(): boolean {
    return this.#ours.has(BINARY);
  }

  /** Asks for eight bits both ways; what to send for it. */
  askEightBits(): Buffer {
    this.#asked.add(BINARY);
    return Buffer.from([IAC, WILL, BINARY, IAC, DO, BINARY]);
  }

  /** Takes what arrived: the data in it, and what must be sent in answer. */
  receive(bytes: Buffer): { data: Buffer; reply: Buffer } {
    const data: number[] = [];
    const reply: number[] = [];
    for (const byte of bytes) this.#take(byte, data, reply);
    return { data: Buffer.from(data), reply: Buffer.from(reply) };
  }

  /** The bytes of a text, and of the key that ends a line unless `bare`. */
  encode(text: string, bare: boolean): Buffer {
    const bytes: number[] = [];
    for (const byte of Buffer.from(text, 'utf8')) {
      bytes.push(byte);
      if (byte === IAC) bytes.push(IAC);
      // A lone CR of the NVT is CR NUL.
      if (byte === CR && !this.eightBits) bytes.push(NUL);
    }
    if (!bare) bytes.push(...this.#lineEnd());
    return Buffer.from(bytes);
  }

  /** With eight bits CR is itself. Whoever echoes reads keys, and Enter is CR NUL; else lines, which CR LF ends (RFC 1123 section 3.3.1). */
  #lineEnd(): number[] {
    if (this.eightBits) return [CR];
    return this.#theirs.has(ECHO) ? [CR, NUL] : [CR, LF];
  }

  #take(byte: number, data: number[], reply: number[]): void {
    switch (this.#state) {
      case 'cr':
        this.#state = 'data';
        // CR NUL is a CR; what else follows stands for itself.
        if (byte !== NUL) this.#take(byte, data, reply);
        return;
      case 'data':
        if (byte === IAC) this.#state = 'iac';
        else {
          data.push(byte);
          if (byte === CR && !this.#theirs.has(BINARY)) this.#state = 'cr';
        }
        return;
      case 'iac':
        this.#state = 'data';
        if (byte === IAC) data.push(IAC);
        else if (byte === DO || byte === DONT || byte === WILL || byte === WONT) {
          this.#command = byte;
          this.#state = 'option';
        } else if (byte === SB) {
          this.#sub = [];
          this.#state = 'sub';
        }
        // NOP, data mark, go ahead and the rest mean nothing to us.
        return;
      case 'option':
        this.#state = 'data';
        this.#negotiate(this.#command, byte, reply);
        return;
      case 'sub':
        if (byte === IAC) this.#state = 'sub-iac';
        else if (this.#sub.length < mostSubnegotiation) this.#sub.push(byte);
        return;
      case 'sub-iac':
        if (byte === SE) {
          this.#state = 'data';
          this.#subnegotiated(reply);
        } else {
          this.#state = 'sub';
          if (byte === IAC && this.#sub.length < mostSubnegotiation) this.#sub.push(byte);
        }
        return;
    }
  }

  #negotiate(command: number, option: number, reply: number[]): void {
    const ours = command === DO || command === DONT;
    const side = ours ? this.#ours : this.#theirs;
    const on = command === DO || command === WILL;
    if (on === side.has(option)) return;
    const wanted = (ours ? ourWants : theirWants).has(option);
    // What we asked for ourselves is thereby answered.
    const answered = this.#asked.has(option) && option === BINARY;
    if (!on) {
      side.delete(option);
      reply.push(IAC, ours ? WONT : DONT, option);
    } else if (!wanted) reply.push(IAC, ours ? WONT : DONT, option);
    else {
      side.add(option);
      if (!answered) reply.push(IAC, ours ? WILL : DO, option);
      if (ours && option === NAWS) reply.push(...this.#windowSize());
    }
  }

  #windowSize(): number[] {
    const { columns, rows } = size;
    const figures = [columns >> 8, columns & 255, rows >> 8, rows & 255];
    return [IAC, SB, NAWS, ...figures.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])), IAC, SE];
  }

  #subnegotiated(reply: number[]): void {
    const [option, verb] = this.#sub;
    if (option === TTYPE && verb === SEND && this.#ours.has(TTYPE))
      reply.push(IAC, SB, TTYPE, IS, ...terminalType, IAC, SE);
    this.#sub = [];
  }
}
