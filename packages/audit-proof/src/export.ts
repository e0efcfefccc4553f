import { TextDecoder } from 'node:util';
import { canonicalString } from './canonical.ts';
import { readCheckpoint } from './checkpoint.ts';
import { AuditFormatError } from './format-error.ts';
import { parseEvent, type AuditRecord } from './record.ts';

/** The first line's `format`. Another number means another format, not a newer dialect of this one. */
export const exportFormat = 'strongroom-audit-export/1';

/** First line of an export. Only the organisation id is bound by the signatures; the name and the time are labels. */
export interface ExportHeader {
  readonly organisationId: string;
  readonly organisationName: string;
  /** UTC, as in an event's `at`. */
  readonly exportedAt: string;
}

/** One sealed event: its place in the tree, counted from 0, and its canonical text. */
export interface SealedEvent {
  readonly index: number;
  readonly event: string;
}

/** Where an export comes from. Both sequences are read as the export is written, never held. */
export interface ExportSource extends ExportHeader {
  /** In the order of their index. Those past the last checkpoint are left out: nothing signs for them. */
  readonly events: AsyncIterable<SealedEvent> | Iterable<SealedEvent>;
  /** Signed notes, smallest first, at least one. */
  readonly checkpoints: AsyncIterable<string> | Iterable<string>;
}

/**
 * The lines of an export, each with its newline, as `docs/audit-format.md` lays them out.
 * What is missing or wrong in the source is written as it is: the export must show a tampered trail, not hide it.
 * Throws AuditFormatError when there is no checkpoint, or one is not of the form.
 */
export async function* exportLines(source: ExportSource): AsyncGenerator<string> {
  const { organisationId, organisationName, exportedAt } = source;
  yield `{"format":"${exportFormat}","organisationId":${canonicalString(organisationId)},"organisationName":${canonicalString(organisationName)},"exportedAt":${canonicalString(exportedAt)}}\n`;

  const events = iterate(source.events);
  let written = 0;
  let covered = false;
  try {
    let next = await events.next();
    for await (const note of source.checkpoints) {
      const { size } = readCheckpoint(note);
      for (; next.done !== true && next.value.index < size; next = await events.next()) {
        yield `{"index":${next.value.index},"event":${next.value.event}}\n`;
        written += 1;
      }
      yield `{"checkpoint":${canonicalString(note)}}\n`;
      covered = true;
    }
  } finally {
    // Lets a database cursor go, also when the reader went away in the middle.
    await events.return?.();
  }
  if (!covered) throw new AuditFormatError('the trail has no checkpoint yet, so there is nothing that can be proven');
  yield `{"end":true,"events":${written}}\n`;
}

/** A line of an export, read. */
export type ExportItem =
  | ({ readonly is: 'header' } & ExportHeader)
  | { readonly is: 'event'; readonly index: number; readonly event: AuditRecord }
  | { readonly is: 'checkpoint'; readonly note: string }
  | { readonly is: 'end'; readonly events: number };

/**
 * Reads an export line by line. It checks the form of every line, and neither order nor signatures: that is the verifier's work.
 * Throws AuditFormatError naming the first line that is not of the form. Takes bytes (UTF-8) in pieces of any size.
 */
export async function* readExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<ExportItem> {
  let number = 0;
  for await (const line of linesOf(chunks)) {
    number += 1;
    try {
      yield number === 1 ? readHeader(line) : readLine(line);
    } catch (cause) {
      if (!(cause instanceof AuditFormatError)) throw cause;
      throw new AuditFormatError(`line ${number}: ${cause.message}`, { cause });
    }
  }
}

function readHeader(line: string): ExportItem {
  const { format, organisationId, organisationName, exportedAt } = object(line);
  if (format !== exportFormat) throw new AuditFormatError(`the first line does not say ${exportFormat}`);
  if (typeof organisationId !== 'string' || typeof organisationName !== 'string' || typeof exportedAt !== 'string')
    throw new AuditFormatError('the first line lacks a value');
  return { is: 'header', organisationId, organisationName, exportedAt };
}

function readLine(line: string): ExportItem {
  const [, index, canonical] = /^\{"index":(0|[1-9][0-9]{0,15}),"event":(\{.*\})\}$/s.exec(line) ?? [];
  if (canonical !== undefined) return { is: 'event', index: Number(index), event: parseEvent(canonical) };
  const { checkpoint, end, events } = object(line);
  if (typeof checkpoint === 'string') return { is: 'checkpoint', note: checkpoint };
  if (end === true && typeof events === 'number') return { is: 'end', events };
  throw new AuditFormatError('neither an event, a checkpoint nor the end');
}

function object(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new AuditFormatError('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AuditFormatError('not a JSON object');
  return Object.fromEntries(Object.entries(value));
}

async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decode(decoder, chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decode(decoder);
  if (rest !== '') yield rest;
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new AuditFormatError('the export is not UTF-8', { cause });
  }
}

function iterate<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
