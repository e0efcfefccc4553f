import { ImportMapping, ImportOptions, type ImportKind } from '@strongroom/contract';
import type { FileParts } from '../files/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { DriverCatalogue } from '../resource/index.ts';
import type { FindEndpoint } from '../tasks/index.ts';

/** What imports need of the rest. */
export interface ImportParts extends FileParts {
  readonly find: FindEndpoint;
  readonly catalogue: DriverCatalogue;
}

/** An import, as its work needs it. */
export interface Planning {
  readonly id: string;
  readonly kind: ImportKind;
  readonly state: string;
  readonly fileId: string | null;
  readonly fileName: string;
  readonly mapping: ImportMapping;
  readonly options: ImportOptions;
  readonly lines: number;
}

/** Reads an import and locks it: nobody else works on it until the transaction ends. Throws `not-found`. */
export async function lockImport(db: OrganisationDb, id: string): Promise<Planning> {
  const row = await db
    .selectFrom('importRun')
    .select(['id', 'kind', 'state', 'fileId', 'fileName', 'mapping', 'options', 'lines'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  const { mapping, options } = row;
  return {
    ...row,
    kind: row.kind as ImportKind,
    mapping: ImportMapping.parse(mapping),
    options: ImportOptions.parse(options),
  };
}

/** The file of an import that was read. Throws `not-that-state` when it is kept no more. */
export function fileOf({ fileId }: Planning): string {
  if (fileId === null) throw new Problem('not-that-state', { detail: 'The file is kept no more. Upload it again.' });
  return fileId;
}
