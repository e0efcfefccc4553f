import { importFields, listFields, type ImportKind, type ImportMapping, type ResourceType } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { fieldsOf, type Field } from '../../lib/json-schema.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys } from '../../lib/query.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';

/** Something a column may hold: its key in a mapping, and its name. */
export interface ColumnChoice {
  readonly value: string;
  readonly label: string;
}
/** Choices under a heading of their own. */
export interface ColumnGroup {
  readonly group: string;
  readonly items: ColumnChoice[];
}

/**
 * What the columns of such a file may hold: what every organisation has, its own fields, and, of resources, how the product
 * logs in to them. First the settings of `type`, which is that of lines that name none.
 */
export function useColumnChoices(kind: ImportKind, type: string): readonly (ColumnChoice | ColumnGroup)[] {
  const types = useResourceTypes();
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
  return [...known, ...own, ...(kind === 'resource' ? resetGroups(types, type) : [])];
}

/** The settings of a form by their paths, each with its title; those of a group under the name of the group. */
const settings = (fields: readonly Field[], above = '', within = ''): (readonly [string, string])[] =>
  fields.flatMap((field) =>
    field.kind === 'group'
      ? settings(field.fields, `${above}${field.key}.`, field.title)
      : [[above + field.key, within === '' ? field.title : imports('resetWithin', { within, title: field.title })]],
  );

function resetGroups(types: readonly ResourceType[], chosen: string): ColumnGroup[] {
  const settingsOf = (type: ResourceType) => settings(fieldsOf(type.resetSettings));
  const choice = ([path, title]: readonly [string, string]): ColumnChoice => ({ value: `reset.${path}`, label: title });
  const first = types.filter(({ name }) => name === chosen).flatMap(settingsOf);
  const had = new Set(first.map(([path]) => path));
  // A setting that several types have under several names is shown by the first of them.
  const others = new Map<string, string>();
  for (const [path, title] of types.flatMap(settingsOf))
    if (!had.has(path) && !others.has(path)) others.set(path, title);
  const accounts = (['adminUsername', 'elevationUsername'] as const).map((key) => ({
    value: `reset.${key}`,
    label: imports(`reset-${key}`),
  }));
  return [
    { group: imports('resetGroup'), items: [...first.map(choice), ...accounts] },
    { group: imports('resetOthers'), items: [...others].map(choice) },
  ].filter(({ items }) => items.length > 0);
}

/** The label of a choice, wherever it stands. */
export const labelIn = (choices: readonly (ColumnChoice | ColumnGroup)[], key: string): string =>
  choices.flatMap((one) => ('items' in one ? one.items : one)).find(({ value }) => value === key)?.label ?? key;

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
