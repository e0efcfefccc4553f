import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../../../tools/lib/letters.ts';
import { readCall } from './read-call.ts';
import { Fault, faultXml, faults, isXmlText, replyXml } from './values.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readCall(bytes(text));
const withParam = (value: string): string =>
  `<?xml version='1.0'?>\n<methodCall>\n<methodName>m</methodName>\n<params>\n<param>\n${value}</param>\n</params>\n</methodCall>\n`;
const faultOf = (body: Uint8Array | string): Fault => {
  try {
    readCall(typeof body === 'string' ? bytes(body) : body);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it was read');
};
const escape = (text: string): string => text.replace(/[&<>\r]/g, (c) => `&#${c.codePointAt(0)};`);

describe('a call', () => {
  it('is read with every kind of value that is taken', () => {
    expect(
      read(
        withParam(
          '<value><struct><member><name>a</name><value> plain &amp; &#x20AC; </value></member><member><name>b</name><value><i4>-7</i4></value></member>' +
            '<member><name>c</name><value><boolean>1</boolean></value></member><member><name>d</name><value><nil/></value></member>' +
            '<member><name>e</name><value/></member><member><name>__proto__</name><value><string></string></value></member></struct></value>',
        ),
      ).params,
    ).toEqual([JSON.parse('{"a":" plain & € ","b":-7,"c":true,"d":null,"e":"","__proto__":""}')]);
    expect(read('<methodCall><methodName>pmp.password.retrieve</methodName></methodCall>')).toEqual({
      name: 'pmp.password.retrieve',
      params: [],
    });
    expect(
      read(
        '\uFEFF<?xml version="1.0" encoding="us-ascii"?><methodCall><methodName>m</methodName><params/></methodCall>',
      ).params,
    ).toEqual([]);
  });

  it('keeps every text that XML can hold, to the last space', () => {
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 60 }).filter(isXmlText), (text) => {
        expect(read(withParam(`<value><string>${escape(text)}</string></value>`)).params).toEqual([text]);
        expect(read(withParam(`<value>${escape(text)}</value>`)).params).toEqual([text]);
        // What is written is read back by the same rules.
        const reply = replyXml({ password: text });
        const value = reply.slice(reply.indexOf('<value>'), reply.lastIndexOf('</param>'));
        expect(read(withParam(value)).params).toEqual([{ password: text }]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [
      'an entity of one’s own',
      '<!DOCTYPE x [<!ENTITY a "b">]><methodCall><methodName>m</methodName></methodCall>',
      faults.notWellFormed,
    ],
    [
      'an entity of a file',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><methodCall><methodName>&a;</methodName></methodCall>',
      faults.notWellFormed,
    ],
    ['an entity nobody declared', withParam('<value>&a;</value>'), faults.notWellFormed],
    ['an entity with a name that objects have', withParam('<value>&constructor;</value>'), faults.notWellFormed],
    ['a bare ampersand', withParam('<value>a & b</value>'), faults.notWellFormed],
    ['a reference to no character', withParam('<value>&#0;</value>'), faults.notWellFormed],
    ['a reference beyond all characters', withParam('<value>&#x110000;</value>'), faults.notWellFormed],
    ['a CDATA section', withParam('<value><![CDATA[x]]></value>'), faults.notWellFormed],
    ['a comment', '<!-- x --><methodCall><methodName>m</methodName></methodCall>', faults.notWellFormed],
    ['an instruction', '<?php x ?><methodCall><methodName>m</methodName></methodCall>', faults.notWellFormed],
    ['an attribute', '<methodCall a="b"><methodName>m</methodName></methodCall>', faults.notWellFormed],
    [
      'a serialised object',
      withParam('<value><ex:serializable>rO0ABXNyAA==</ex:serializable></value>'),
      faults.notWellFormed,
    ],
    [
      'a serialised object without its prefix',
      withParam('<value><serializable>rO0ABXNyAA==</serializable></value>'),
      faults.invalidParams,
    ],
    ['bytes', withParam('<value><base64>eA==</base64></value>'), faults.invalidParams],
    ['a number that is none', withParam('<value><int>1e3</int></value>'), faults.invalidParams],
    ['a number beyond four bytes', withParam('<value><int>2147483648</int></value>'), faults.invalidParams],
    ['a truth that is none', withParam('<value><boolean>true</boolean></value>'), faults.invalidParams],
    [
      'a member twice',
      withParam(
        '<value><struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct></value>',
      ),
      faults.invalidParams,
    ],
    ['a call within a call', '<methodCall><methodName>m</methodName></methodCall><methodCall/>', faults.notWellFormed],
    [
      'another encoding',
      '<?xml version="1.0" encoding="UTF-16"?><methodCall><methodName>m</methodName></methodCall>',
      faults.unsupportedEncoding,
    ],
    ['a reply', '<methodResponse/>', faults.notXmlRpc],
    ['nothing', '', faults.notXmlRpc],
    ['a control character', withParam('<value>\u0001</value>'), faults.invalidCharacter],
  ])('is refused with %s, and the fault repeats nothing', (_, text, code) => {
    const fault = faultOf(text);
    expect(fault.code).toBe(code);
    expect(fault.message).not.toMatch(/passwd|rO0|constructor|php/);
    expect(isXmlText(faultXml(fault))).toBe(true);
  });

  it('is refused when it is no UTF-8, nests deeply or carries much, without much work', () => {
    expect(faultOf(Uint8Array.of(0x3c, 0xff, 0xfe)).code).toBe(faults.unsupportedEncoding);
    const deep = (n: number): string =>
      n === 0 ? '<value>x</value>' : `<value><struct><member><name>a</name>${deep(n - 1)}</member></struct></value>`;
    expect(faultOf(withParam(deep(2000))).code).toBe(faults.notXmlRpc);
    expect(
      faultOf(
        `<methodCall><methodName>m</methodName><params>${'<param><value>x</value></param>'.repeat(101)}</params></methodCall>`,
      ).code,
    ).toBe(faults.notXmlRpc);
    const started = performance.now();
    for (const text of ['<'.repeat(200_000), '&'.repeat(200_000), `<a${' '.repeat(200_000)}`, '<a>'.repeat(60_000)])
      faultOf(text);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('never makes anything but a call or a fault, whatever comes', () => {
    const whole = bytes(
      withParam('<value><struct><member><name>a</name><value>&lt;x&#65;</value></member></struct></value>'),
    );
    const taken = (body: Uint8Array): void => {
      try {
        expect(typeof readCall(body).name).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), taken), { numRuns: 300 });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 12 }), (a, b, put) => {
        taken(Uint8Array.of(...whole.subarray(0, Math.min(a, b)), ...put, ...whole.subarray(Math.max(a, b))));
      }),
      { numRuns: 1000 },
    );
    const piece = fc.constantFrom(
      '<value>',
      '</value>',
      '<struct>',
      '</struct>',
      '<member>',
      '<name>',
      '</name>',
      '<params>',
      '<param>',
      '<methodCall>',
      '<methodName>',
      'm',
      '</methodName>',
      '<i4>',
      '&amp;',
      ' ',
      '<nil/>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        taken(bytes(pieces.join('')));
      }),
      { numRuns: 1000 },
    );
  });
});
