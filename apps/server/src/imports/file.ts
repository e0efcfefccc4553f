import { downloadSkippedLines, uploadImport, type ImportFile, type ImportMapping } from '@strongroom/contract';
import { writeCsv, type Detected } from '@strongroom/tabular';
import { parseInput, type Actor, type Perform, type StreamEndpoint } from '../authorise/index.ts';
import { readStored, storeUpload } from '../files/index.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { readFields } from '../resource/index.ts';
import { guess, secretColumnsOf } from './columns.ts';
import { importReply, readImportRow } from './import.queries.ts';
import { fileOf, lockImport, type ImportParts } from './parts.ts';
import { requireMay } from './run.ts';
import { mostBytes, rowsOf } from './source.ts';

/** Rows that are shown for the choice of columns. */
const shown = 5;
const hidden = '••••';

/** The beginning of an uploaded file, and which column seems to be which. Cells of columns that hold passwords are hidden. */
export async function beginning(
  parts: ImportParts,
  perform: Perform,
  actor: Actor,
  importId: string,
): Promise<{ file: ImportFile; guess: ImportMapping }> {
  let found:
    { planning: Awaited<ReturnType<typeof lockImport>>; fields: Awaited<ReturnType<typeof readFields>> } | undefined;
  const stored = await readStored(
    { ...parts, perform },
    { actor, action: 'import.open', objectId: importId },
    async (grant) => {
      found = { planning: await lockImport(grant.db, importId), fields: await readFields(grant.db) };
      return fileOf(found.planning);
    },
    importId,
  );
  if (!found) throw new Error('the import was not read');
  const { planning, fields } = found;
  let detected: Detected | undefined;
  const rows: string[][] = [];
  for await (const row of rowsOf(stored, (told) => (detected = told))) {
    rows.push([...row.cells]);
    if (rows.length > shown) break;
  }
  const [header = [], ...rest] = rows;
  const mapping = guess(planning.kind, header, fields, parts.catalogue);
  const secret = new Set([...secretColumnsOf(mapping, fields), ...secretColumnsOf(planning.mapping, fields)]);
  const text = detected && 'separator' in detected ? detected : undefined;
  return {
    file: {
      format: text ? 'csv' : 'xlsx',
      encoding: text?.encoding ?? null,
      separator: text?.separator ?? null,
      sheet: detected && 'sheet' in detected ? detected.sheet : null,
      header,
      rows: rest.map((row) => row.map((cell, i) => (secret.has(i) && cell !== '' ? hidden : cell))),
    },
    guess: mapping,
  };
}

/** The calls of imports that carry files. */
export const importStreams = (parts: ImportParts): StreamEndpoint[] => [
  {
    name: uploadImport.name,
    method: 'POST',
    path: uploadImport.path,
    summary: uploadImport.summary,
    takes: 'bytes',
    async handle(ask) {
      const { kind, name } = parseInput(uploadImport, ask.query);
      const { actor, bytes, length } = ask;
      const id = newId();
      const reply = await storeUpload(
        parts,
        { actor, action: 'import.upload', objectId: actor.organisationId },
        { name, bytes, length },
        {
          holder: id,
          async begin(grant) {
            await requireMay(grant, { kind });
            return { limit: mostBytes };
          },
          async keep(grant, file) {
            const { organisationId, userId } = grant.actor;
            await grant.db
              .insertInto('importRun')
              .values({ id, organisationId, userId, kind, state: 'uploaded', fileId: file.id, fileName: file.name })
              .execute();
            grant.about({ kind: 'import', id, name: file.name });
            return uploadImport.answer.parse(importReply(await readImportRow(grant.db, id)));
          },
        },
      );
      return { type: 'application/json; charset=utf-8', body: JSON.stringify(reply) };
    },
  },
  {
    name: downloadSkippedLines.name,
    method: 'POST',
    path: downloadSkippedLines.path,
    summary: downloadSkippedLines.summary,
    takes: 'fields',
    async handle(ask) {
      const { importId } = parseInput(downloadSkippedLines, ask.params);
      const why = new Map<number, string>();
      let headerRow = true;
      const stored = await readStored(
        parts,
        { actor: ask.actor, action: 'import.download-skipped', objectId: importId },
        async (grant) => {
          const planning = await lockImport(grant.db, importId);
          headerRow = planning.options.headerRow;
          const lines = await grant.db
            .selectFrom('importLine')
            .select(['line', 'detail'])
            .where('importId', '=', importId)
            .where('outcome', '=', 'skipped')
            .execute();
          if (lines.length === 0) throw new Problem('not-found', { detail: 'No line was skipped.' });
          for (const { line, detail } of lines) why.set(line, detail ?? '');
          grant.note({ lines: lines.length });
          return fileOf(planning);
        },
        importId,
      );
      return {
        type: 'text/csv; charset=utf-8',
        headers: {
          'content-disposition': 'attachment; filename="skipped-lines.csv"',
          'content-security-policy': "sandbox; default-src 'none'",
        },
        body: skippedLines(rowsOf(stored), why, headerRow),
      };
    },
  },
];

/** The lines that have a reason, as they came, with it at their end; the first row of the file is the header. */
async function* skippedLines(
  rows: AsyncGenerator<{ line: number; cells: readonly string[] }>,
  why: ReadonlyMap<number, string>,
  headerRow: boolean,
): AsyncGenerator<string> {
  const first = await rows.next();
  const width = first.done ? 0 : first.value.cells.length;
  const header =
    headerRow && !first.done ? first.value.cells : Array.from({ length: width }, (_, i) => `Column ${String(i + 1)}`);
  async function* lines(): AsyncGenerator<readonly string[]> {
    for (let row = first; !row.done; row = await rows.next()) {
      const reason = why.get(row.value.line);
      if (reason === undefined) continue;
      const cells = Array.from({ length: Math.max(width, row.value.cells.length) }, (_, i) => row.value.cells[i] ?? '');
      yield [...cells, reason];
    }
  }
  yield* writeCsv([...header, 'Why it was skipped'], lines());
}
