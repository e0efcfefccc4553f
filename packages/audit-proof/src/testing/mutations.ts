import { canonicalString } from '../canonical.ts';
import { readCheckpoint, signCheckpoint } from '../checkpoint.ts';
import { canonicalEvent, parseEvent, type AuditRecord } from '../record.ts';
import { emptyRoot } from '../tree.ts';
import { linesOfTrail, organisationId, sealTrail, testEvent, testSigner, testTrail, type Trail } from './trail.ts';

/** A tampered export, with what witnesses kept. `at` is the lowest event index touched, where that is what a verifier can name. */
export interface Mutant {
  readonly kind: string;
  readonly bytes: Buffer;
  readonly kept: readonly string[];
  readonly at?: number;
}

/** A number from 0 up to but not including the bound. */
export type Draw = (below: number) => number;

/** Draws from a seed, the same every time (mulberry32), so that a failing mutant can be made again. */
export function drawFrom(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The trail that is mutated: its events, and its lines as exported. */
export interface Original {
  readonly trail: Trail;
  readonly lines: readonly string[];
}

/** A way to tamper. Gives undefined when what was drawn happens to change nothing. */
export type Mutation = (
  original: Original,
  draw: Draw,
) => Promise<Partial<Mutant> | undefined> | Partial<Mutant> | undefined;

const other = '01936b7e-5c00-7000-8000-000000000002';
const text = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''));
const size = (note: string): number => readCheckpoint(note).size;

/** Writes a list of events as a clever forger would: numbered, counted, every checkpoint at the place its size asks for or, past the end, at the end. */
async function rewritten(trail: Trail, events: readonly string[], checkpoints = trail.checkpoints): Promise<Buffer> {
  return text(await linesOfTrail({ ...trail, events, checkpoints }));
}

/** As a clumsy forger would: the lines of the events touched, all else as it stands. */
const eventLine = ({ lines }: Original, index: number): number =>
  lines.findIndex((line) => line.startsWith(`{"index":${index},`));
const linesThat = (original: Original, start: string): number[] =>
  original.lines.flatMap((line, at) => (line.startsWith(start) ? [at] : []));

function replaced<T>(list: readonly T[], at: number, ...items: readonly T[]): T[] {
  return list.toSpliced(at, 1, ...items);
}

function pick<T>(list: readonly T[], draw: Draw): T {
  const item = list[draw(list.length)];
  if (item === undefined) throw new Error('nothing to draw from');
  return item;
}

const onEvents =
  (
    change: (events: readonly string[], draw: Draw) => { events: readonly string[]; at: number } | undefined,
  ): Mutation =>
  async ({ trail }, draw) => {
    const result = change(trail.events, draw);
    return result && { bytes: await rewritten(trail, result.events), at: result.at };
  };

/** Changes the text of one event line, or of the event in it; what it gives is not canonical, or not that event. */
const onEventLine =
  (change: (line: string, draw: Draw) => string): Mutation =>
  (original, draw) => {
    const at = draw(original.trail.events.length);
    const line = eventLine(original, at);
    return { bytes: text(replaced(original.lines, line, change(original.lines[line] ?? '', draw))), at };
  };

const onCheckpoint =
  (change: (note: string, draw: Draw) => string): Mutation =>
  (original, draw) => {
    const at = pick(linesThat(original, '{"checkpoint"'), draw);
    const { checkpoint } = JSON.parse(original.lines[at] ?? '') as { checkpoint: string };
    return {
      bytes: text(replaced(original.lines, at, `{"checkpoint":${canonicalString(change(checkpoint, draw))}}\n`)),
    };
  };

const onLines =
  (change: (lines: readonly string[], draw: Draw) => string[]): Mutation =>
  ({ lines }, draw) => ({ bytes: text(change(lines, draw)) });

function changedField(record: AuditRecord, draw: Draw): AuditRecord {
  const key = pick(Object.keys(record), draw);
  const entries = Object.entries(record).map(([name, value]: [string, unknown]): [string, unknown] => {
    if (name !== key) return [name, value];
    if (name === 'details')
      return [
        name,
        pick(
          [
            { ...record.details, added: '1' },
            Object.fromEntries(Object.entries(record.details).slice(1)),
            { version: String(draw(1e9)) },
          ],
          draw,
        ),
      ];
    if (name === 'at') return [name, new Date(Date.parse(record.at) + 1 + draw(1e9)).toISOString()];
    if (name === 'actorKind') return [name, pick(['user', 'system', 'anonymous'], draw)];
    if (name === 'outcome') return [name, pick(['done', 'refused', 'failed'], draw)];
    if (name === 'organisationId') return [name, other];
    return [
      name,
      value === null
        ? 'x'
        : pick([`${String(value)}x`, String(value).slice(1), String(value).toUpperCase(), `${String(value)} `], draw),
    ];
  });
  return parseEvent(JSON.stringify(Object.fromEntries(entries.sort(([one], [two]) => (one < two ? -1 : 1)))));
}

/** Flips bits in the signature (after the key id) of a note. */
function brokenSignature(note: string, draw: Draw): string {
  const [, encoded = ''] = /(\S+)\n$/.exec(note) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const at = 4 + draw(bytes.length - 4);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
  return note.replace(encoded, bytes.toString('base64'));
}

/** Every way to tamper that the verifiers are held to. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'delete an event, renumbered': onEvents((events, draw) => {
    const at = draw(events.length);
    return { events: replaced(events, at), at };
  }),
  'delete an event, as it stands': (original, draw) => {
    const at = draw(original.trail.events.length);
    return { bytes: text(replaced(original.lines, eventLine(original, at))), at };
  },
  'delete a run of events, renumbered': onEvents((events, draw) => {
    const at = draw(events.length - 1);
    return { events: events.toSpliced(at, 2 + draw(6)), at };
  }),
  'insert a forged event, renumbered': onEvents((events, draw) => {
    const at = draw(events.length + 1);
    return {
      events: events.toSpliced(at, 0, canonicalEvent(testEvent(1000 + draw(1000)))),
      at: Math.min(at, events.length - 1),
    };
  }),
  'insert a forged event, as it stands': (original, draw) => {
    const at = draw(original.trail.events.length);
    return {
      bytes: text(
        original.lines.toSpliced(
          eventLine(original, at),
          0,
          `{"index":${at},"event":${canonicalEvent(testEvent(1000 + draw(1000)))}}\n`,
        ),
      ),
    };
  },
  'append an event and count it': ({ trail, lines }, draw) => ({
    bytes: text([
      ...lines.slice(0, -1),
      `{"index":${trail.events.length},"event":${canonicalEvent(testEvent(1000 + draw(9)))}}\n`,
      `{"end":true,"events":${trail.events.length + 1}}\n`,
    ]),
  }),
  'give an event twice, renumbered': onEvents((events, draw) => {
    const at = draw(events.length);
    // The first of the two is where it belongs.
    return { events: events.toSpliced(at, 0, events[at] ?? ''), at: at + 1 };
  }),
  'give a line twice': onLines((lines, draw) => {
    const at = draw(lines.length);
    return lines.toSpliced(at, 0, lines[at] ?? '');
  }),
  'swap two events, renumbered': onEvents((events, draw) => {
    const [one, two] = [draw(events.length), draw(events.length)];
    if (one === two) return undefined;
    return {
      events: replaced(replaced(events, one, events[two] ?? ''), two, events[one] ?? ''),
      at: Math.min(one, two),
    };
  }),
  'swap two neighbours, renumbered': onEvents((events, draw) => {
    const at = draw(events.length - 1);
    return { events: events.toSpliced(at, 2, events[at + 1] ?? '', events[at] ?? ''), at };
  }),
  'swap two lines': onLines((lines, draw) => {
    const [one, two] = [draw(lines.length), draw(lines.length)];
    return replaced(replaced(lines, one, lines[two] ?? ''), two, lines[one] ?? '');
  }),
  'move an event, renumbered': onEvents((events, draw) => {
    const [from, to] = [draw(events.length), draw(events.length)];
    return { events: replaced(events, from).toSpliced(to, 0, events[from] ?? ''), at: Math.min(from, to) };
  }),
  'change a field': onEvents((events, draw) => {
    const at = draw(events.length);
    return { events: replaced(events, at, canonicalEvent(changedField(parseEvent(events[at] ?? ''), draw))), at };
  }),
  'exchange one field between two events': onEvents((events, draw) => {
    const [one, two] = [draw(events.length), draw(events.length)];
    const [a, b] = [parseEvent(events[one] ?? ''), parseEvent(events[two] ?? '')];
    const key = pick(['actorId', 'actorName', 'at', 'reason', 'objectName'] as const, draw);
    return {
      events: replaced(
        replaced(events, one, canonicalEvent({ ...a, [key]: b[key] })),
        two,
        canonicalEvent({ ...b, [key]: a[key] }),
      ),
      at: Math.min(one, two),
    };
  }),
  'take a field away': onEventLine((line, draw) =>
    line.replace(
      pick(
        [
          /"client":(null|"[^"]*"),/,
          /"reason":(null|"(?:[^"\\]|\\.)*"),/,
          /,"ticket":(null|"[^"]*")/,
          /"action":"[^"]*",/,
        ],
        draw,
      ),
      '',
    ),
  ),
  'add an unknown field': onEventLine((line) => line.replace(/\}\}\n$/, ',"zone":"x"}}\n')),
  'give a field twice': onEventLine((line, draw) =>
    line.replace('"event":{', pick(['"event":{"action":"account.view",', '"event":{"outcome":"done",'], draw)),
  ),
  'make a value another kind': onEventLine((line, draw) =>
    line.replace(/"ticket":(null|"[^"]*")/, `"ticket":${pick(['1', 'true', '[]', '{}', '1.0'], draw)}`),
  ),
  'put the keys in another order': onEventLine((line) =>
    line.replace(/("action":"[^"]*"),("actorId":(?:null|"[^"]*"))/, '$2,$1'),
  ),
  'put white space in': onEventLine((line, draw) => {
    const places = [...line.matchAll(/[:,{}]/g)].map((match) => match.index);
    const at = pick(places, draw) + draw(2);
    return line.slice(0, at) + pick([' ', '\t', '\r', '  ', '\u00a0', '\ufeff', '\u200b'], draw) + line.slice(at);
  }),
  'write a character as an escape': onEventLine((line, draw) => {
    const places = [...line.matchAll(/[a-z]/g)].map((match) => match.index);
    const at = pick(places, draw);
    return `${line.slice(0, at)}\\u${line.charCodeAt(at).toString(16).padStart(4, '0')}${line.slice(at + 1)}`;
  }),
  'escape a slash': onEventLine((line, draw) =>
    line.replace(
      /"actorName":"/,
      `"actorName":"${pick(['\\/', '\\u002f', '\\u000A', '\\u000a', '\\u001F', '\\ud800', '\\udc00\\ud800', '\\u0022'], draw)}`,
    ),
  ),
  'decompose or compose characters': onEventLine((line, draw) =>
    pick([line.normalize('NFD'), line.normalize('NFC'), line.normalize('NFKC')], draw)
      .replace('"address":', '"address":')
      .replace(/"objectKind":"account"/, '"objectKind":"a\u0301ccount"'),
  ),
  'write the index another way': onEventLine((line, draw) =>
    line.replace(
      /"index":([0-9]+)/,
      (_, digits: string) =>
        `"index":${pick([`${digits}.0`, `${digits}e0`, `0${digits}`, `"${digits}"`, `-${digits}`, `+${digits}`, 'null', 'true', `${digits}1`], draw)}`,
    ),
  ),
  'give an event another number': onEventLine((line, draw) => line.replace(/"index":[0-9]+/, `"index":${draw(80)}`)),
  'put event before index': onEventLine((line) => line.replace(/^\{("index":[0-9]+),("event":.*)\}\n$/, '{$2,$1}\n')),
  'damage the UTF-8': (original, draw) => {
    const at = draw(original.trail.events.length);
    const place = text(original.lines.slice(0, eventLine(original, at))).length + 60;
    const whole = text(original.lines);
    const wrong = pick(
      [[0xff], [0xc0, 0xa2], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x80], [0xf4, 0x90, 0x80, 0x80], [0]],
      draw,
    );
    return { bytes: Buffer.concat([whole.subarray(0, place), Buffer.from(wrong), whole.subarray(place)]) };
  },
  'flip, add or take a byte': (original, draw) => {
    const whole = text(original.lines);
    // The two labels of the header are not signed, so a change in them is not looked for.
    const name = whole.indexOf(canonicalString(original.trail.header.organisationName));
    const free = (at: number): boolean =>
      at < name ||
      (at > whole.indexOf('","exportedAt"') && at < whole.indexOf('2026-11-26T16')) ||
      at > whole.indexOf('}\n');
    let at = draw(whole.length);
    while (!free(at)) at = draw(whole.length);
    const byte = whole[at] ?? 0;
    const middle = pick([[byte ^ (1 << draw(8))], [], [draw(256), byte], [byte, byte]], draw);
    return { bytes: Buffer.concat([whole.subarray(0, at), Buffer.from(middle), whole.subarray(at + 1)]) };
  },
  'cut the file at a byte': ({ lines }, draw) => {
    const whole = text(lines);
    return { bytes: whole.subarray(0, draw(whole.length)) };
  },
  'cut the file after a line': onLines((lines, draw) => lines.slice(0, draw(lines.length))),
  'cut the last events and count the rest': ({ trail, lines }, draw) => {
    const left = draw(trail.events.length);
    const at = lines.findIndex((line) => line.startsWith(`{"index":${left},`));
    return {
      bytes: text([...lines.slice(0, at), `{"end":true,"events":${left}}\n`]),
      kept: trail.checkpoints.slice(-1),
    };
  },
  'cut events and checkpoints together, one checkpoint kept': async ({ trail }, draw) => {
    const left = draw(trail.checkpoints.length - 1);
    const checkpoints = trail.checkpoints.slice(0, left + 1);
    const kept = pick(trail.checkpoints.slice(left + 1), draw);
    return {
      bytes: await rewritten(trail, trail.events.slice(0, size(checkpoints.at(-1) ?? '')), checkpoints),
      kept: [kept],
      at: size(checkpoints.at(-1) ?? ''),
    };
  },
  'cut events and checkpoints together, all checkpoints kept as lines': async ({ trail }, draw) => {
    const checkpoints = trail.checkpoints.slice(0, draw(trail.checkpoints.length - 1) + 1);
    const kept = trail.checkpoints.map((note) => `${JSON.stringify({ checkpoint: note })}\n`).join('');
    return {
      bytes: await rewritten(trail, trail.events.slice(0, size(checkpoints.at(-1) ?? '')), checkpoints),
      kept: [kept],
      at: size(checkpoints.at(-1) ?? ''),
    };
  },
  'leave out the last checkpoint': (original) => ({
    bytes: text(replaced(original.lines, linesThat(original, '{"checkpoint"').at(-1) ?? 0)),
  }),
  'leave out every checkpoint': ({ lines }) => ({
    bytes: text(lines.filter((line) => !line.startsWith('{"checkpoint"'))),
  }),
  'leave nothing but header and end': ({ lines }) => ({ bytes: text([lines[0] ?? '', '{"end":true,"events":0}\n']) }),
  'add to the end without a newline': ({ lines }, draw) => ({
    bytes: text([...lines, pick(['x', ' ', '{}', '{"end":true,"events":40}', '\r', '\0'], draw)]),
  }),
  'swap two checkpoints': (original, draw) => {
    const places = linesThat(original, '{"checkpoint"');
    const [one, two] = [pick(places, draw), pick(places, draw)];
    return {
      bytes: text(replaced(replaced(original.lines, one, original.lines[two] ?? ''), two, original.lines[one] ?? '')),
    };
  },
  'move a checkpoint': (original, draw) => {
    const from = pick(linesThat(original, '{"checkpoint"'), draw);
    return {
      bytes: text(replaced(original.lines, from).toSpliced(draw(original.lines.length), 0, original.lines[from] ?? '')),
    };
  },
  'change the size in a checkpoint': onCheckpoint((note, draw) => note.replace(/\n[0-9]+\n/, `\n${draw(100)}\n`)),
  'change the root in a checkpoint': onCheckpoint((note) =>
    note.replace(/\n[^\n]{44}\n/, `\n${Buffer.from(emptyRoot()).toString('base64')}\n`),
  ),
  'change the origin in a checkpoint': onCheckpoint((note, draw) =>
    pick([note.replaceAll(organisationId, other), note.replace(organisationId, other)], draw),
  ),
  'add a line to a checkpoint': onCheckpoint((note) => note.replace('\n\n', '\nmore\n\n')),
  'change a signature': onCheckpoint(brokenSignature),
  'spell a signature another way': onCheckpoint((note, draw) =>
    note.replace(/(.)=\n$/, (_, last: string) =>
      pick(
        [
          `${String.fromCharCode(last.charCodeAt(0) + 1)}=\n`,
          `${last}\n`,
          `${last}==\n`,
          `${last}= \n`,
          ` ${last}=\n`,
          `${last}=`,
          `${last}=\n\n`,
        ],
        draw,
      ),
    ),
  ),
  'change the key id of a signature': onCheckpoint((note, draw) =>
    note.replace(/ [A-Za-z0-9+/]{4}([^ \n]*\n)$/, ` ${pick(['AAAA', '////', 'abcd'], draw)}$1`),
  ),
  'take the signature away': onCheckpoint((note, draw) =>
    pick([note.slice(0, note.indexOf('—')), note.slice(0, note.indexOf('\n\n') + 1), note.replace('—', '-')], draw),
  ),
  'put a checkpoint of another key in': onCheckpoint((note, draw) =>
    signCheckpoint(readCheckpoint(note), testSigner(2 + draw(200))),
  ),
  'put another key’s signature under the trusted key’s id': onCheckpoint((note, draw) => {
    const forged = signCheckpoint(readCheckpoint(note), testSigner(2 + draw(200)));
    const bytes = Buffer.from(forged.trimEnd().split(' ').at(-1) ?? '', 'base64');
    Buffer.from(testSigner(1).keyId, 'hex').copy(bytes);
    return forged.replace(/\S+\n$/, `${bytes.toString('base64')}\n`);
  }),
  'add a wrong signature of the trusted key': onCheckpoint(
    (note, draw) => note + (brokenSignature(note, draw).split('\n').at(-2) ?? '') + '\n',
  ),
  'escape a checkpoint another way': (original, draw) => {
    const at = pick(linesThat(original, '{"checkpoint"'), draw);
    const line = original.lines[at] ?? '';
    return {
      bytes: text(
        replaced(
          original.lines,
          at,
          pick(
            [
              line.replace('—', '\\u2014'),
              line.replace('\\n', '\\u000a'),
              line.replace(':', ': '),
              line.replace('/', '\\/'),
              line.replace('}', ',"x":"y"}'),
            ],
            draw,
          ),
        ),
      ),
    };
  },
  'seal everything anew with another key': async ({ trail }, draw) => {
    const events = replaced(trail.events, draw(trail.events.length));
    return {
      bytes: text(
        await linesOfTrail(
          sealTrail(events, [...trail.checkpoints.slice(0, -1).map(size), events.length], testSigner(2 + draw(200))),
        ),
      ),
    };
  },
  'seal a changed history anew with the right key, one checkpoint kept': async ({ trail }, draw) => {
    const kept = pick(
      trail.checkpoints.filter((note) => size(note) > 0),
      draw,
    );
    const at = draw(size(kept));
    const events = replaced(trail.events, at, canonicalEvent(testEvent(2000 + draw(1000))));
    return { bytes: text(await linesOfTrail(sealTrail(events, trail.checkpoints.map(size)))), kept: [kept], at };
  },
  'show another organisation’s trail as this one’s': async ({ trail, lines }, draw) => {
    const foreign = testTrail(trail.events.length, trail.checkpoints.map(size), testSigner(1, other), other);
    const theirs = await linesOfTrail(foreign);
    const cut = draw(lines.length - 1);
    return {
      bytes: text(
        pick(
          [
            theirs,
            [lines[0] ?? '', ...theirs.slice(1)],
            [theirs[0] ?? '', ...lines.slice(1)],
            [...lines.slice(0, cut), ...theirs.slice(cut)],
          ],
          draw,
        ),
      ),
    };
  },
  'take an event of another organisation, renumbered': onEvents((events, draw) => {
    const at = draw(events.length);
    return { events: replaced(events, at, canonicalEvent(testEvent(at, other))), at };
  }),
  'change the header': onLines(([header = '', ...rest], draw) => [
    pick(
      [
        header.replace('/1"', '/2"'),
        header.replace(organisationId, other),
        header.replace('{', '{ '),
        header.replace('"format"', '"Format"'),
        header.replace(/"organisationName":.*,"exp/, '"exp'),
        header.replace('}', ',"x":"y"}'),
        header.replace('.000Z', 'Z'),
        '',
        `${header}${header}`,
        `\ufeff${header}`,
        header.replace('/', '\\/'),
      ],
      draw,
    ),
    ...rest,
  ]),
  'change the end': onLines((lines, draw) => {
    const end = lines.at(-1) ?? '';
    return [
      ...lines.slice(0, -1),
      pick(
        [
          '',
          end + end,
          end.replace(/[0-9]+/, String(draw(1000) + 100)),
          end.replace('true', 'false'),
          end.replace('true', '1'),
          end.replace(/([0-9]+)/, '$1.0'),
          end.replace('\n', ''),
          `${end}\n`,
          `${end} `,
          `${end}{}\n`,
          end.replace(',', ', '),
          end.replace('{', '{"x":"y",'),
        ],
        draw,
      ),
    ];
  }),
  'use other line ends': onLines((lines, draw) =>
    pick(
      [
        lines.map((line) => line.replace('\n', '\r\n')),
        lines.map((line) => line.replace('\n', ' \n')),
        lines.map((line, at) => (at === draw(lines.length) ? `${line}\n` : line)).concat('\n'),
        lines.map((line) => line.replace('\n', '\u2028')),
      ],
      draw,
    ),
  ),
  'use another encoding': ({ lines }, draw) => ({
    bytes: pick(
      [
        Buffer.from(lines.join(''), 'utf16le'),
        Buffer.from(lines.join(''), 'latin1'),
        Buffer.concat([Buffer.from('\ufeff'), text(lines)]),
      ],
      draw,
    ),
  }),
};

/** One mutant, or undefined when the draw changed nothing. The checkpoints of the mutant are those of the original key. */
export async function mutant(kind: string, original: Original, draw: Draw): Promise<Mutant | undefined> {
  const made = await mutations[kind]?.(original, draw);
  if (made?.bytes === undefined || made.bytes.equals(text(original.lines))) return undefined;
  return { kept: [], ...made, kind, bytes: made.bytes };
}
