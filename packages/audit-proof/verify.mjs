#!/usr/bin/env node
/**
 * Verifies an export of a Strongroom audit trail, with nothing but this file, the export and the public key.
 *
 *   node verify.mjs export.jsonl public-key.txt [--since earlier-checkpoint.txt]...
 *
 * Exit code 0: intact. 1: not intact. 2: could not be checked (usage, unreadable or malformed key or kept checkpoint).
 * Needs Node 18 or later and no package. The format is described in docs/audit-format.md.
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */
import * as buffers from 'node:buffer';
import * as crypto from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A line longer than this is refused rather than held in memory. */
const longestLine = 64 * 1024 * 1024;

/** The key or a kept checkpoint cannot be used at all, so nothing was learnt about the export. */
export class UnusableInput extends Error {}

/** What was found wrong, thrown inside this file only. `first` and `last` are event indices, when they are known. */
class Fault extends Error {
  constructor(message, first, last) {
    super(message);
    this.first = first;
    this.last = last;
  }
}

// ---- SHA-256 and the tree of RFC 9162 ----

// One call per hash where Node has it (20.12 and later): nearly three times as fast as createHash for short input.
const sha256 =
  crypto.hash === undefined
    ? (bytes) => crypto.createHash('sha256').update(bytes).digest()
    : (bytes) => crypto.hash('sha256', bytes, 'buffer');

/** Roots of the complete subtrees so far, smallest last; sizes are plain numbers, so up to 2^53 − 1 leaves. */
class Tree {
  size = 0;
  peaks = [];
  pair = Buffer.alloc(65, 1);

  append(leaf) {
    let node = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) node = this.join(this.peaks.pop(), node);
    this.peaks.push(node);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return sha256(Buffer.alloc(0));
    return this.peaks.reduceRight((right, left) => this.join(left, right));
  }

  join(left, right) {
    this.pair.set(left, 1);
    this.pair.set(right, 33);
    return sha256(this.pair);
  }
}

// ---- Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) ----

/** Base64 in its one spelling: with spare bits set, one signature would have several texts. */
function strictBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Verifier keys, one a line; empty lines and lines starting with # are passed over. */
function readKeys(text) {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UnusableInput('the public key file holds no key');
  return lines.map((line) => {
    const match = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line);
    const bytes = match === null ? undefined : strictBase64(match[3]);
    if (bytes === undefined || bytes.length !== 33 || bytes[0] !== 1)
      throw new UnusableInput('the public key file holds a line that is not an Ed25519 verifier key');
    const [, name, id] = match;
    const expected = sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])).toString('hex', 0, 4);
    if (id !== expected) throw new UnusableInput(`the public key of ${name} does not have the id it claims`);
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
    return { name, id, key: crypto.createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  });
}

/** What a checkpoint says, read but not yet believed; undefined when the text is no checkpoint. */
function parseCheckpoint(note) {
  if (/[\u0000-\u0009\u000b-\u001f\ud800-\udfff]/u.test(note)) return undefined;
  const match =
    /^(([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n)\n((?:— [^\p{White_Space}+]+ [A-Za-z0-9+/]+={0,2}\n){1,64})$/u.exec(
      note,
    );
  if (match === null) return undefined;
  const [, text, origin, digits, root, tail] = match;
  const signatures = tail
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, name, encoded] = line.split(' ');
      return { name, bytes: strictBase64(encoded) };
    });
  if (
    strictBase64(root) === undefined ||
    !Number.isSafeInteger(Number(digits)) ||
    signatures.some(({ bytes }) => bytes === undefined || bytes.length < 5)
  )
    return undefined;
  return { text, origin, size: Number(digits), root, signatures };
}

/** Whether a trusted key of the trail's own name signed it, and no signature that claims to be such is wrong. */
function isSigned({ text, origin, signatures }, keys) {
  const claimed = signatures.flatMap(({ name, bytes }) => {
    const trusted = keys.find(
      (key) => key.name === origin && key.name === name && key.id === bytes.toString('hex', 0, 4),
    );
    return trusted === undefined ? [] : [{ key: trusted.key, signature: bytes.subarray(4) }];
  });
  return (
    claimed.length > 0 &&
    claimed.every(
      ({ key, signature }) => signature.length === 64 && crypto.verify(null, Buffer.from(text), key, signature),
    )
  );
}

/** A kept checkpoint file: either one signed note, or lines of {"checkpoint":"…"} as a witness collects them. */
function readKept(text) {
  const notes = text.startsWith('{')
    ? text
        .split('\n')
        .filter((line) => line !== '')
        .map(keptLine)
    : [text];
  return notes.map((note) => {
    const checkpoint = parseCheckpoint(note);
    if (checkpoint === undefined) throw new UnusableInput('a --since file does not hold a checkpoint');
    return checkpoint;
  });
}

function keptLine(line) {
  try {
    return String(JSON.parse(line).checkpoint);
  } catch {
    throw new UnusableInput('a --since file holds a line that is not JSON');
  }
}

// ---- The lines of an export ----

// Lines are matched as Latin-1, one character a byte, which is quick; that the bytes are UTF-8 is checked apart.
// A string as RFC 8785 writes it: no escape but those JSON cannot do without, in their one spelling.
const string = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7be-f]|1[0-9a-f]))[^"\\\x00-\x1f]*)*"`;
const orNull = `(?:null|${string})`;
const time = String.raw`"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"`;
const pair = `${string}:${string}`;

// The canonical form of an event has all its keys, always, in one order: so one pattern says whether a line is canonical.
// Only the order of the free keys of `details` is left over for isSorted.
const eventLine = new RegExp(
  String.raw`^\{"index":(0|[1-9][0-9]{0,15}),"event":\{"action":${string},"actorId":${orNull},"actorKind":"(?:user|system|anonymous)","actorName":${string}` +
    String.raw`,"address":${orNull},"at":${time},"client":${orNull},"details":\{((?:${pair}(?:,${pair})*)?)\},"id":${string},"objectId":${orNull}` +
    String.raw`,"objectKind":${string},"objectName":${orNull},"organisationId":(${string}),"outcome":"(?:done|refused|failed)","reason":${orNull}` +
    String.raw`,"requestId":${orNull},"ticket":${orNull}\}\}$`,
);
const headerLine = new RegExp(
  String.raw`^\{"format":"strongroom-audit-export/1","organisationId":("[A-Za-z0-9._-]+"),"organisationName":(${string}),"exportedAt":(${time})\}$`,
);
const checkpointLine = new RegExp(String.raw`^\{"checkpoint":(${string})\}$`);
const endLine = /^\{"end":true,"events":(0|[1-9][0-9]{0,15})\}$/;
const indexLine = /^\{"index":(0|[1-9][0-9]{0,15}),/;

const isUtf8 =
  buffers.isUtf8 ??
  ((bytes) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes) !== undefined;
    } catch {
      return false;
    }
  });

const member = new RegExp(`(${string}):${string},?`, 'y');

/** Whether the keys of an object's inside stand in ascending order of UTF-16 code units, none twice. */
function isSorted(members) {
  let before;
  member.lastIndex = 0;
  for (let match = member.exec(members); match !== null; match = member.exec(members)) {
    // Almost every key is plain ASCII, whose order needs no decoding.
    const now = /^"[ !#-[\]-~]*"$/.test(match[1]) ? match[1].slice(1, -1) : JSON.parse(utf8(match[1]));
    if (before !== undefined && !(before < now)) return false;
    before = now;
  }
  return true;
}

const utf8 = (latin1) => Buffer.from(latin1, 'latin1').toString('utf8');

/** Everything known while an export is read from its first line to its last. */
class Check {
  tree = new Tree();
  checkpoints = 0;
  /** Events known to be as they were sealed. */
  proven = 0;
  line = 0;
  header = undefined;
  ended = false;
  scratch = Buffer.alloc(4096);

  constructor(keys, kept) {
    this.keys = keys;
    this.kept = [...kept].sort((one, other) => one.size - other.size);
    /** Kept checkpoints reached so far, the events that they confirm, and the first that disagrees. */
    this.keptSeen = 0;
    this.keptProven = 0;
    this.disagreed = undefined;
  }

  /** One line, without its newline. */
  read(bytes) {
    this.line += 1;
    if (!isUtf8(bytes)) throw new Fault('the line is not valid UTF-8', ...this.here());
    const text = bytes.latin1Slice(0, bytes.length);
    if (this.header === undefined) return this.readHeader(text);
    if (this.ended) throw new Fault('something follows the end of the export');
    const event = eventLine.exec(text);
    if (event !== null) return this.readEvent(bytes, event);
    const checkpoint = checkpointLine.exec(text);
    if (checkpoint !== null) return this.readCheckpoint(utf8(checkpoint[1]));
    const end = endLine.exec(text);
    if (end !== null) return this.readEnd(Number(end[1]));
    const index = indexLine.exec(text);
    if (index === null)
      throw new Fault('the line is not an event, a checkpoint or the end in their exact form', ...this.here());
    throw new Fault(`event ${index[1]} is not in the exact form of an event`, Number(index[1]), Number(index[1]));
  }

  readHeader(text) {
    const match = headerLine.exec(text);
    if (match === null) throw new Fault('the first line is not the header of an export in its exact form');
    this.organisation = match[1];
    const [organisationId, organisationName, exportedAt] = match.slice(1, 4).map((json) => JSON.parse(utf8(json)));
    this.header = { organisationId, organisationName, exportedAt };
    this.origin = `strongroom/${organisationId}`;
    for (const checkpoint of this.kept) {
      if (checkpoint.origin !== this.origin)
        throw new Fault(`a kept checkpoint is of ${checkpoint.origin}, the export of ${this.origin}`);
      if (!isSigned(checkpoint, this.keys))
        throw new Fault(`the kept checkpoint of ${checkpoint.size} events is not signed by the given key`);
    }
    this.compareKept();
  }

  readEvent(bytes, [, digits, details, organisation]) {
    const index = Number(digits);
    const expected = this.tree.size;
    if (index > expected)
      throw new Fault(
        `after event ${expected - 1} comes event ${index}: ${index - expected} missing`.replace(
          'after event -1',
          'at the start',
        ),
        expected,
        index - 1,
      );
    if (index < expected)
      throw new Fault(`event ${index} stands where event ${expected} should be`, expected, expected);
    if (organisation !== this.organisation) throw new Fault(`event ${index} is another organisation's`, index, index);
    if (details !== '' && !isSorted(details))
      throw new Fault(`the details of event ${index} are not in order, or one is given twice`, index, index);

    // The event's own bytes as they stand in the line are hashed, after the 0x00 that marks a leaf.
    const start = `{"index":,"event":`.length + digits.length;
    const length = bytes.length - 1 - start;
    if (length >= this.scratch.length) this.scratch = Buffer.alloc(length * 2);
    bytes.copy(this.scratch, 1, start, start + length);
    this.tree.append(sha256(this.scratch.subarray(0, length + 1)));
    this.compareKept();
  }

  readCheckpoint(json) {
    const note = JSON.parse(json);
    const checkpoint = parseCheckpoint(note);
    const here = this.tree.size;
    if (checkpoint === undefined) throw new Fault(`the checkpoint after ${here} events is malformed`, ...this.here());
    const { origin, size } = checkpoint;
    if (origin !== this.origin)
      throw new Fault(
        `the checkpoint after ${here} events is of ${origin}, the export of ${this.origin}`,
        ...this.here(),
      );
    if (!isSigned(checkpoint, this.keys))
      throw new Fault(`the checkpoint that claims ${size} events is not signed by the given key`, ...this.here());
    if (size > here)
      throw new Fault(
        `a checkpoint signs for ${size} events where only ${here} stand before it`,
        this.proven,
        size - 1,
      );
    if (size < here)
      throw new Fault(
        `a checkpoint of ${size} events stands after ${here} events`,
        Math.min(size, this.proven),
        here - 1,
      );
    if (this.checkpoints > 0 && size === this.proven)
      throw new Fault(`the checkpoint of ${size} events is given twice`);
    if (!this.isRootOf(checkpoint))
      throw new Fault(
        `these are not the events that the checkpoint of ${size} events signs for`,
        this.proven,
        size - 1,
      );
    // The export agrees with itself and not with what was kept: its signer has signed two histories.
    if (this.disagreed !== undefined) {
      this.proven = this.keptProven;
      throw new Fault(
        `these are not the events that a kept checkpoint of ${this.disagreed.size} events signs for: the history was rewritten`,
        this.proven,
        this.disagreed.size - 1,
      );
    }
    this.checkpoints += 1;
    this.proven = size;
  }

  readEnd(events) {
    const here = this.tree.size;
    if (events !== here)
      throw new Fault(`the export ends after ${here} events and says it has ${events}`, ...this.here());
    if (this.checkpoints === 0) throw new Fault('the export holds no checkpoint, so nothing is signed');
    if (this.proven !== here) throw new Fault(`no checkpoint covers the last events`, this.proven, here - 1);
    this.ended = true;
  }

  /** After the last byte. */
  finish(trailing) {
    if (this.header === undefined) throw new Fault('the file is empty or not an export');
    if (trailing) throw new Fault('the last line does not end in a newline: the file was cut', ...this.here());
    if (!this.ended) throw new Fault('the export has no end line: the file was cut', ...this.here());
    const missed = this.kept[this.keptSeen];
    if (missed !== undefined)
      throw new Fault(
        `the export holds ${this.tree.size} events, but a kept checkpoint signs for ${missed.size}: the trail was cut`,
        this.tree.size,
        missed.size - 1,
      );
  }

  /** Compares the kept checkpoints of exactly the events read so far. A difference is told once the export's own checkpoint was looked at. */
  compareKept() {
    for (; this.kept[this.keptSeen]?.size === this.tree.size; this.keptSeen += 1) {
      const checkpoint = this.kept[this.keptSeen];
      if (!this.isRootOf(checkpoint)) this.disagreed ??= checkpoint;
      else if (this.disagreed === undefined) this.keptProven = checkpoint.size;
    }
  }

  isRootOf(checkpoint) {
    return this.tree.root().toString('base64') === checkpoint.root;
  }

  /** Where the next event would be: the place of a fault that is not an event's own. */
  here() {
    return [this.tree.size, this.tree.size];
  }
}

/** See verify.d.mts. */
export async function verifyExport(chunks, keyText, keptTexts = []) {
  const keys = readKeys(keyText);
  const check = new Check(keys, keptTexts.flatMap(readKept));
  try {
    let rest = [];
    let restLength = 0;
    for await (const piece of chunks) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      let from = 0;
      for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
        const line = chunk.subarray(from, to);
        check.read(rest.length === 0 ? line : Buffer.concat([...rest, line]));
        rest = [];
        restLength = 0;
        from = to + 1;
      }
      if (from === chunk.length) continue;
      rest.push(chunk.subarray(from));
      restLength += chunk.length - from;
      if (restLength > longestLine) throw new Fault(`a line is longer than ${longestLine} bytes`, ...check.here());
    }
    check.finish(rest.length > 0);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      intact: false,
      problem: error.message,
      line: check.line,
      first: error.first,
      last: error.last,
      proven: check.proven,
    };
  }
  return {
    intact: true,
    ...check.header,
    events: check.tree.size,
    checkpoints: check.checkpoints,
    kept: check.kept.length,
    root: check.tree.root().toString('base64'),
  };
}

// ---- The command ----

const usage = 'usage: node verify.mjs export.jsonl public-key.txt [--since earlier-checkpoint.txt]...';

/** One sentence or a few for a person. */
function tell(verdict) {
  if (verdict.intact) {
    const kept =
      verdict.kept === 0
        ? 'No earlier checkpoint was given, so a trail cut short together with its checkpoints would not show.'
        : `It continues the ${verdict.kept} kept checkpoint(s).`;
    return `INTACT: ${verdict.events} events of organisation ${verdict.organisationId}, ${verdict.checkpoints} checkpoint(s), root ${verdict.root}.\n${kept}\nThe file calls the organisation ${JSON.stringify(verdict.organisationName)} and says it was written at ${verdict.exportedAt}; these two are not signed.`;
  }
  const { first, last, line, proven, problem } = verdict;
  const where =
    first === undefined
      ? ''
      : first === last
        ? `\nWhere: event ${first}.`
        : `\nWhere: the first bad event is one of ${first} to ${last}.`;
  const good = proven > 0 ? `\nEvents 0 to ${proven - 1} are as they were sealed.` : '';
  return `NOT INTACT, line ${line}: ${problem}.${where}${good}`;
}

async function main(args) {
  const files = [];
  const kept = [];
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === '--since' && at + 1 < args.length) kept.push(args[(at += 1)]);
    else if (args[at].startsWith('--')) throw new UnusableInput(usage);
    else files.push(args[at]);
  }
  if (files.length !== 2) throw new UnusableInput(usage);
  const [exported, key] = files;
  const verdict = await verifyExport(
    createReadStream(exported, { highWaterMark: 1024 * 1024 }),
    readFileSync(key, 'utf8'),
    kept.map((file) => readFileSync(file, 'utf8')),
  );
  process.stdout.write(`${tell(verdict)}\n`);
  return verdict.intact ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
