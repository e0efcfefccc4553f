import { describe, expect, it } from 'vitest';
import { TelnetCodec } from './telnet-codec.ts';

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240] as const;
const bytes = (...list: number[]) => Buffer.from(list);
const text = (said: string) => [...Buffer.from(said, 'latin1')];

describe('a Telnet client', () => {
  it('grants terminal type, size, the echo and go-ahead, refuses the rest, and answers nothing twice', () => {
    const codec = new TelnetCodec();
    const asked = [DO, 24, DO, 31, DO, 39, DO, 34, DO, 1, WILL, 1, WILL, 3, WILL, 38].flatMap((byte, at) =>
      at % 2 === 0 ? [IAC, byte] : [byte],
    );
    const { data, reply } = codec.receive(bytes(...asked, ...asked));
    expect(data).toHaveLength(0);
    const once = [
      ...[IAC, WILL, 24, IAC, WILL, 31, IAC, SB, 31, 0, 200, 0, 200, IAC, SE],
      ...[IAC, WONT, 39, IAC, WONT, 34, IAC, WONT, 1, IAC, DO, 1, IAC, DO, 3, IAC, DONT, 38],
    ];
    // What is refused is refused again when asked again; what is on is not answered.
    const refusals = [IAC, WONT, 39, IAC, WONT, 34, IAC, WONT, 1, IAC, DONT, 38];
    expect([...reply]).toEqual([...once, ...refusals]);
    // What is turned off is confirmed once.
    expect([...codec.receive(bytes(IAC, WONT, 1, IAC, WONT, 1, IAC, DONT, 24)).reply]).toEqual([
      IAC,
      DONT,
      1,
      IAC,
      WONT,
      24,
    ]);
  });

  it('says its terminal type when asked, in whatever pieces the question comes', () => {
    const codec = new TelnetCodec();
    codec.receive(bytes(IAC, DO, 24));
    const question = [IAC, SB, 24, 1, IAC, SE];
    const replies = question.map((byte) => [...codec.receive(bytes(byte)).reply]);
    expect(replies.flat()).toEqual([IAC, SB, 24, 0, ...text('vt100'), IAC, SE]);
    // Not before the option is on, and no answer to another's.
    expect([...new TelnetCodec().receive(bytes(...question)).reply]).toEqual([]);
    expect([...codec.receive(bytes(IAC, SB, 39, 1, IAC, SE)).reply]).toEqual([]);
  });

  it('takes commands out of the text, doubled IAC for one, CR NUL for CR, and holds no endless subnegotiation', () => {
    const codec = new TelnetCodec();
    const said = [
      ...text('a'),
      IAC,
      241,
      ...text('b'),
      IAC,
      IAC,
      13,
      0,
      ...text('c'),
      13,
      10,
      IAC,
      SB,
      5,
      1,
      IAC,
      SE,
      ...text('d'),
    ];
    expect([...codec.receive(bytes(...said)).data]).toEqual([
      ...text('ab'),
      255,
      13,
      ...text('c'),
      13,
      10,
      ...text('d'),
    ]);
    codec.receive(bytes(IAC, SB, 5));
    codec.receive(Buffer.alloc(1_000_000, 65));
    expect([...codec.receive(bytes(IAC, SE, 66)).data]).toEqual([66]);
  });

  it('ends a line as the other side reads it: CR LF, CR NUL where it echoes, CR with eight bits', () => {
    const codec = new TelnetCodec();
    expect([...codec.encode('x', false)]).toEqual([...text('x'), 13, 10]);
    codec.receive(bytes(IAC, WILL, 1));
    expect([...codec.encode('x\ry', false)]).toEqual([...text('x'), 13, 0, ...text('y'), 13, 0]);
    expect(codec.eightBits).toBe(false);
    expect([...codec.askEightBits()]).toEqual([IAC, WILL, 0, IAC, DO, 0]);
    // The answer to what was asked is not answered.
    expect([...codec.receive(bytes(IAC, DO, 0, IAC, WILL, 0)).reply]).toEqual([]);
    expect(codec.eightBits).toBe(true);
    expect([...codec.encode('ü\r', false)]).toEqual([0xc3, 0xbc, 13, 13]);
    expect([...codec.encode(' ', true)]).toEqual([32]);
    codec.receive(bytes(IAC, DONT, 0));
    expect(codec.eightBits).toBe(false);
  });
});
