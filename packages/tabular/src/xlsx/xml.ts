import { SaxesParser } from 'saxes';
import { TableError } from '../errors.ts';
import { tooMuch } from './zip.ts';

/** What is told while XML is read. Names come without their prefix. */
export interface XmlHandlers {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  /** Text and CDATA, in whole between two tags. */
  readonly text?: (text: string) => void;
}

/** Elements within one another; a workbook needs ten. */
const maxDepth = 64;
/** Between two tags, and within one. A cell has 32,767 characters at most; a character takes up to ten bytes. Bytes. */
const maxBetweenTags = 1024 * 1024;

/**
 * Reads XML block by block and yields after each, so that the caller can hand on what it was told.
 * There are no entities but XML's own five: a document type is refused, and the parser never opens anything.
 * Throws `unreadable` for what is no XML in UTF-8, `too-large` for a text or tag without end.
 */
export async function* readXml(blocks: AsyncIterable<Buffer>, on: XmlHandlers): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  let sinceTag = 0;
  parser.on('opentag', ({ name, attributes }) => {
    sinceTag = 0;
    if (++depth > maxDepth) throw unreadable();
    on.open?.(withoutPrefix(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    sinceTag = 0;
    depth--;
    on.close?.(withoutPrefix(name));
  });
  if (on.text) {
    parser.on('text', on.text);
    parser.on('cdata', on.text);
  }
  parser.on('doctype', () => {
    throw unreadable();
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const block of blocks) {
    sinceTag += block.length;
    if (sinceTag > maxBetweenTags) throw tooMuch();
    guarded(() => parser.write(decoder.decode(block, { stream: true })));
    yield;
  }
  guarded(() => parser.write(decoder.decode()).close());
  yield;
}

/** Reads small XML in whole. */
export async function readWholeXml(blocks: AsyncIterable<Buffer>, on: XmlHandlers): Promise<void> {
  const reading = readXml(blocks, on);
  while (!(await reading.next()).done);
}

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1);

const unreadable = (cause?: unknown): TableError =>
  new TableError(
    'unreadable',
    'The workbook holds XML that cannot be read. Open it in a spreadsheet program and save it again.',
    {
      cause,
    },
  );

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof TableError ? error : unreadable(error);
  }
}
