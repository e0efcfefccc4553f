/** One field of a settings form, read from a JSON Schema. */
export type Field = {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
} & (
  | {
      readonly kind: 'text';
      readonly standard: string;
      readonly minLength: number;
      readonly maxLength: number;
      readonly long: boolean;
    }
  | {
      readonly kind: 'number';
      readonly standard: number | null;
      readonly whole: boolean;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'flag'; readonly standard: boolean }
  | { readonly kind: 'choice'; readonly standard: string; readonly options: readonly string[] }
  | { readonly kind: 'group'; readonly fields: readonly Field[] }
);
/** What a form holds: the values by key, groups nested. */
export type Values = Readonly<Record<string, unknown>>;

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const numeric = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const words = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
/** `timeoutSeconds` → `Timeout seconds`, for a schema that gives no title. */
const spoken = (key: string): string => {
  const spaced = key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

function fieldOf(key: string, schema: Readonly<Record<string, unknown>>, required: boolean): Field | null {
  const base = { key, title: text(schema['title']) || spoken(key), description: text(schema['description']), required };
  const options = words(schema['enum']);
  if (options.length > 0)
    return { ...base, kind: 'choice', options, standard: text(schema['default']) || (options[0] ?? '') };
  switch (schema['type']) {
    case 'string':
      return {
        ...base,
        kind: 'text',
        standard: text(schema['default']),
        minLength: numeric(schema['minLength'], 0),
        maxLength: numeric(schema['maxLength'], 10_000),
        long: schema['format'] === 'multiline',
      };
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        whole: schema['type'] === 'integer',
        standard: typeof schema['default'] === 'number' ? schema['default'] : null,
        min: numeric(schema['minimum'], -Infinity),
        max: numeric(schema['maximum'], Infinity),
      };
    case 'boolean':
      return { ...base, kind: 'flag', standard: schema['default'] === true };
    case 'object':
      return { ...base, kind: 'group', fields: fieldsOf(schema) };
    default:
      return null;
  }
}

/**
 * Reads the fields of a settings form from a JSON Schema (2020-12) of an object: strings, numbers, booleans, lists of
 * words and one level or more of objects. What it does not know it leaves out: the server fills in the default.
 */
export function fieldsOf(schema: unknown): readonly Field[] {
  const { properties, required } = record(schema);
  const needed = new Set(words(required));
  return Object.entries(record(properties))
    .map(([key, one]) => fieldOf(key, record(one), needed.has(key)))
    .filter((field) => field !== null);
}

/** The values a form starts with: what is stored, else each field's default. */
export function startingValues(fields: readonly Field[], stored: Values = {}): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const kept = stored[field.key];
      if (field.kind === 'group') return [field.key, startingValues(field.fields, record(kept))];
      return [field.key, kept ?? field.standard];
    }),
  );
}

/** What is wrong with one value, as a message key and its figures; null when nothing is. */
export type Fault = {
  readonly key: 'fault-number' | 'fault-min' | 'fault-max' | 'fault-text' | 'fault-long';
  readonly figures: Readonly<Record<string, number>>;
};

function faultOf(field: Field, value: unknown): Fault | null {
  if (field.kind === 'number') {
    const good =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (!field.whole || Number.isInteger(value)) &&
      value >= field.min &&
      value <= field.max;
    if (good || (value === null && !field.required && field.standard === null)) return null;
    if (Number.isFinite(field.min) && Number.isFinite(field.max))
      return { key: 'fault-number', figures: { min: field.min, max: field.max } };
    return Number.isFinite(field.max)
      ? { key: 'fault-max', figures: { max: field.max } }
      : { key: 'fault-min', figures: { min: Math.max(field.min, 0) } };
  }
  if (field.kind === 'text') {
    const length = typeof value === 'string' ? value.trim().length : 0;
    if (length > field.maxLength) return { key: 'fault-long', figures: { max: field.maxLength } };
    return length < field.minLength || (field.required && length === 0) ? { key: 'fault-text', figures: {} } : null;
  }
  return null;
}

/** Every fault of a form, by the dotted path of its field. */
export function faultsOf(fields: readonly Field[], values: Values, above = ''): Readonly<Record<string, Fault>> {
  return Object.fromEntries(
    fields.flatMap((field): (readonly [string, Fault])[] => {
      const path = above + field.key;
      if (field.kind === 'group') return Object.entries(faultsOf(field.fields, record(values[field.key]), `${path}.`));
      const fault = faultOf(field, values[field.key]);
      return fault ? [[path, fault]] : [];
    }),
  );
}
