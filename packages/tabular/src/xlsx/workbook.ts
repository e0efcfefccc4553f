// The parts of a workbook other than its sheets: ECMA-376 part 1 (18.2 workbook, 18.4 shared strings, 18.8 styles) and part 2
// (relationships).
import { posix } from 'node:path';
import { TableError } from '../errors.ts';
import { builtInKind, kindOfCode, type NumberKind } from './numbers.ts';
import { readWholeXml } from './xml.ts';
import { readDirectory, tooMuch, unpack, type Budget, type ZipEntry } from './zip.ts';

/** A sheet by its name, and the part of the archive that holds it. */
export interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly part: string;
}

/** What cells refer to. */
export interface Workbook {
  readonly sheets: readonly Sheet[];
  readonly date1904: boolean;
  /** What cells of type `s` number; each cut to one unit more than a cell may have. */
  readonly strings: readonly string[];
  /** What numbers mean, by the cell's style. */
  readonly kinds: readonly NumberKind[];
}

/** An archive whose parts are read by name, all within one budget. */
export interface Package {
  /** The blocks of a part; undefined when there is none. */
  part(name: string): AsyncGenerator<Buffer> | undefined;
}

/** Everything that is read of a workbook may unpack to this, in bytes. */
const maxUnpacked = 512 * 1024 * 1024;
/** The shared strings are held in memory: UTF-16 units of all of them, and how many they are. */
const maxStrings = { units: 32 * 1024 * 1024, count: 5_000_000 };

/** Opens an archive that lies in memory. */
export function openPackage(file: Buffer): Package {
  const entries = new Map<string, ZipEntry>();
  // Names of parts do not depend on case (part 2, 6.2.2.3).
  for (const [name, entry] of readDirectory(file)) entries.set(name.toLowerCase(), entry);
  const budget: Budget = { left: maxUnpacked };
  return {
    part(name) {
      const entry = entries.get(name.toLowerCase());
      return entry && unpack(file, entry, budget);
    },
  };
}

/** Reads everything but the sheets. Throws `not-a-table` for an archive that is no workbook. */
export async function readWorkbook(archive: Package, maxCellLength: number): Promise<Workbook> {
  const root = await relationships(archive, '');
  const path = [...root.values()].find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  const main = archive.part(path);
  if (!main || /\.bin$/i.test(path)) {
    throw new TableError('not-a-table', 'This archive is no XLSX workbook. Save the table as XLSX or CSV.');
  }
  const related = await relationships(archive, path);
  const sheets: Sheet[] = [];
  let date1904 = false;
  await readWholeXml(main, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = /^(?:1|true)$/.test(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1];
      const relation = related.get(id ?? '');
      if (relation?.type !== 'worksheet') return;
      const hidden = (attributes['state'] ?? 'visible') !== 'visible';
      sheets.push({ name: attributes['name'] ?? '', hidden, part: relation.target });
    },
  });
  const partOf = (type: string): AsyncGenerator<Buffer> | undefined => {
    const target = [...related.values()].find((relation) => relation.type === type)?.target;
    return target === undefined ? undefined : archive.part(target);
  };
  const strings = partOf('sharedStrings');
  const styles = partOf('styles');
  return {
    sheets,
    date1904,
    strings: strings ? await readStrings(strings, maxCellLength) : [],
    kinds: styles ? await readKinds(styles) : [],
  };
}

/** What a part refers to, by id; types without their namespace, targets as paths within the archive. */
async function relationships(archive: Package, of: string): Promise<Map<string, { type: string; target: string }>> {
  const folder = posix.dirname(of);
  const found = new Map<string, { type: string; target: string }>();
  const part = archive.part(posix.join(folder, '_rels', `${posix.basename(of)}.rels`));
  if (!part) return found;
  await readWholeXml(part, {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== 'Relationship' || !Id || !Type || !Target || TargetMode === 'External') return;
      const target = posix.join('/', Target.startsWith('/') ? '' : folder, Target).slice(1);
      found.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target });
    },
  });
  return found;
}

async function readStrings(part: AsyncGenerator<Buffer>, maxCellLength: number): Promise<string[]> {
  const strings: string[] = [];
  let units = 0;
  const text = new RichText(maxCellLength);
  await readWholeXml(part, {
    open(name) {
      text.open(name);
    },
    text(piece) {
      text.add(piece);
    },
    close(name) {
      text.close(name);
      if (name !== 'si') return;
      const value = text.take();
      strings.push(value);
      units += value.length;
      if (units > maxStrings.units || strings.length > maxStrings.count) throw tooMuch();
    },
  });
  return strings;
}

/** Gathers the text of a string item: that of its runs, without how it is pronounced (18.4.6). */
export class RichText {
  readonly #room: number;
  readonly #rawRoom: number;
  #value = '';
  #inText = false;
  #pronounced = false;

  /** One unit more than `maxCellLength` is kept, so that a longer text is seen to be longer. */
  constructor(maxCellLength: number) {
    this.#room = maxCellLength + 1;
    this.#rawRoom = rawRoom(maxCellLength);
  }

  open(name: string): void {
    if (name === 't') this.#inText = true;
    else if (name === 'rPh') this.#pronounced = true;
  }

  add(piece: string): void {
    if (!this.#inText || this.#pronounced) return;
    this.#value += piece.slice(0, this.#rawRoom - this.#value.length);
  }

  close(name: string): void {
    if (name === 't') this.#inText = false;
    else if (name === 'rPh') this.#pronounced = false;
  }

  /** The text so far; the next begins. */
  take(): string {
    const value = plainString(this.#value).slice(0, this.#room);
    this.#value = '';
    return value;
  }
}

/** How much of a cell's text is kept as it stands in the file, where one unit may be written `_x000D_`. UTF-16 units. */
export const rawRoom = (maxCellLength: number): number => (maxCellLength + 1) * 7;

/** A string of the file as people see it: `_x000D_` stands for the character of that number (22.9.2.19). */
export const plainString = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;

async function readKinds(part: AsyncGenerator<Buffer>): Promise<NumberKind[]> {
  const codes = new Map<number, NumberKind>();
  const kinds: NumberKind[] = [];
  let inCells = false;
  await readWholeXml(part, {
    open(name, attributes) {
      const id = Number(attributes['numFmtId'] ?? 0);
      if (name === 'numFmt') codes.set(id, kindOfCode(attributes['formatCode'] ?? ''));
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) kinds.push(codes.get(id) ?? builtInKind(id));
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return kinds;
}
