import { importFields, listFields, type ImportKind, type ImportMapping } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys } from '../../lib/query.ts';

/** Something a column may hold: its key in a mapping, and its name. */
export interface ColumnChoice {
  readonly value: string;
  readonly label: string;
}

/** What the columns of such a file may hold: what every organisation has, and its own fields. */
export function useColumnChoices(kind: ImportKind): readonly ColumnChoice[] {
  const { data } = useQuery({
    queryKey: keys.fields,
    queryFn: ({ signal }) => ask(listFields, {}, { signal }),
    enabled: kind === 'resource',
  });
  const known = importFields[kind].map((key) => ({ value: key as string, label: labelOf(kind, key) }));
  const own = (kind === 'resource' ? (data?.items ?? []) : [])
    .filter((field) => field.kind !== 'file')
    .map((field) => ({
      value: `${field.belongsTo}-field:${field.id}`,
      label: imports(field.belongsTo === 'resource' ? 'ownResource' : 'ownAccount', { name: field.name }),
    }));
  return [...known, ...own];
}

function labelOf(kind: ImportKind, key: string): string {
  const own = `field-${kind}-${key}`;
  const common = `field-${key}`;
  return imports.has(own) ? imports(own) : imports.has(common) ? imports(common) : key;
}

/** The fields that every line needs. */
export const neededFields = (kind: ImportKind): readonly string[] =>
  kind === 'resource' ? ['resourceName', 'username'] : ['username', 'email'];

/** A mapping turned round: what each column holds. */
export const byColumn = (mapping: ImportMapping): ReadonlyMap<number, string> =>
  new Map(Object.entries(mapping).map(([key, column]) => [column, key]));

/** The mapping with a column holding something else; whatever held that before holds nothing. */
export function withColumn(mapping: ImportMapping, column: number, key: string | null): ImportMapping {
  const rest = Object.entries(mapping).filter(([other, at]) => at !== column && other !== key);
  return Object.fromEntries(key === null ? rest : [...rest, [key, column]]);
}
