import { reference } from '../../lib/messages/reference.ts';

/** The parts of an OpenAPI 3.1 document that the reference page reads. Source: OpenAPI Specification 3.1.0 section 4.8. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}
export interface OpenApi {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly servers?: readonly { readonly url: string }[];
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** One field of an input or a reply, as the page shows it. */
export interface FieldLine {
  readonly name: string;
  readonly where: 'path' | 'query' | 'header' | 'body';
  readonly kind: string;
  readonly required: boolean;
}

/** One call of the API, as the page shows it. */
export interface CallEntry {
  readonly id: string;
  readonly method: string;
  /** With the part before the resource, such as `/api/v1/accounts/{accountId}`. */
  readonly path: string;
  readonly summary: string;
  /** What a token must carry; null for calls that need none or take none. */
  readonly scope: string | null;
  readonly input: readonly FieldLine[];
  readonly reply: readonly FieldLine[];
  readonly example: string;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const refName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);
const json = (content: Content | undefined): Schema | undefined => content?.content?.['application/json']?.schema;

/** Follows references into the document's own schemas; gives an empty schema for one that leads nowhere. */
function resolve(schema: Schema | undefined, document: OpenApi): Schema {
  if (!schema?.$ref) return schema ?? {};
  return document.components?.schemas?.[refName(schema.$ref)] ?? {};
}

/** A schema in a few words: `text, at most 120`, `read | manage`, `list of Account`, `whole number or null`. */
export function kindOf(schema: Schema | undefined): string {
  if (!schema) return reference('kind.anything');
  if (schema.$ref) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(String).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const real = choices.filter((choice) => choice.type !== 'null');
    const words = [...new Set(real.map(kindOf))].join(' | ');
    return real.length < choices.length ? reference('kind.orNull', { kind: words }) : words;
  }
  const types: readonly string[] =
    schema.type === undefined ? [] : typeof schema.type === 'string' ? [schema.type] : schema.type;
  const word = wordOf(
    types.find((one) => one !== 'null'),
    schema,
  );
  const bounds = [
    schema.minimum !== undefined && schema.minimum > -9e15 && reference('kind.from', { n: String(schema.minimum) }),
    schema.maximum !== undefined && schema.maximum < 9e15 && reference('kind.to', { n: String(schema.maximum) }),
    schema.maxLength !== undefined && reference('kind.atMost', { n: String(schema.maxLength) }),
  ].filter((bound) => bound !== false);
  const bounded = [word, ...bounds].join(', ');
  return types.includes('null') ? reference('kind.orNull', { kind: bounded }) : bounded;
}

function wordOf(type: string | undefined, schema: Schema): string {
  if (type === undefined) return reference('kind.anything');
  if (type === 'string') return schema.format ?? reference('kind.text');
  if (type === 'integer') return reference('kind.integer');
  if (type === 'array') return reference('kind.list', { kind: kindOf(schema.items) });
  if (type !== 'object') return type;
  return typeof schema.additionalProperties === 'object'
    ? reference('kind.map', { kind: kindOf(schema.additionalProperties) })
    : reference('kind.object');
}

function linesOf(schema: Schema, where: FieldLine['where']): FieldLine[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    where,
    kind: kindOf(field),
    required: schema.required?.includes(name) ?? false,
  }));
}

/** A value that has the shape of a schema, for the example's body. */
function sample(name: string, schema: Schema, document: OpenApi): unknown {
  const real = resolve(schema, document);
  if (real.enum) return real.enum[0];
  if (real.const !== undefined) return real.const;
  const choice = real.anyOf ?? real.oneOf;
  if (choice) return sample(name, choice.find((one) => one.type !== 'null') ?? {}, document);
  const type = typeof real.type === 'string' ? real.type : real.type?.find((one) => one !== 'null');
  if (type === 'integer' || type === 'number') return Math.max(1, real.minimum ?? 1);
  if (type === 'boolean') return true;
  if (type === 'array') return [sample(name, real.items ?? {}, document)];
  if (type === 'object') return bodySample(real, document);
  if (real.format === 'uuid') return '00000000-0000-7000-8000-000000000000';
  return real.format === 'date-time' ? '2030-01-01T00:00:00Z' : `<${name}>`;
}

/** The required fields of a body; where none is required, the first field, so that the example shows a shape. */
function bodySample(schema: Schema, document: OpenApi): Record<string, unknown> {
  const all = Object.entries(schema.properties ?? {});
  const required = all.filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(
    (required.length > 0 ? required : all.slice(0, 1)).map(([name, field]) => [name, sample(name, field, document)]),
  );
}

/** A `curl` line for a call. The token comes from the shell's environment, so that it does not end in the history. */
function exampleOf(
  method: string,
  path: string,
  query: readonly FieldLine[],
  body: Schema | undefined,
  document: OpenApi,
  origin: string,
): string {
  const wanted = query.filter((line) => line.required).map((line) => `${line.name}=<${line.name}>`);
  const url = `${origin}${path}${wanted.length > 0 ? `?${wanted.join('&')}` : ''}`;
  const lines = [`curl -H "authorization: Bearer $TOKEN"`];
  if (method !== 'GET') lines[0] += ` -X ${method}`;
  if (body) lines.push(`  -H 'content-type: application/json' -d '${JSON.stringify(bodySample(body, document))}'`);
  lines.push(`  '${url}'`);
  return lines.join(' \\\n');
}

/** Every call of the document in its order. `origin` is where the examples point to. */
export function callsOf(document: OpenApi, origin: string): readonly CallEntry[] {
  const base = (document.servers?.[0]?.url ?? '').replace(/^https?:\/\/[^/]+/, '').replace(/\/$/, '');
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method): CallEntry[] => {
      const operation = item[method];
      if (!operation) return [];
      const parameters = (operation.parameters ?? []).flatMap((parameter): FieldLine[] =>
        parameter.in === 'path' || parameter.in === 'query' || parameter.in === 'header'
          ? [
              {
                name: parameter.name,
                where: parameter.in,
                kind: kindOf(parameter.schema),
                required: parameter.required ?? parameter.in === 'path',
              },
            ]
          : [],
      );
      const bodySchema = json(operation.requestBody);
      const body = bodySchema ? resolve(bodySchema, document) : undefined;
      const reply = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1];
      const full = path.startsWith(base) ? path : base + path;
      const upper = method.toUpperCase();
      return [
        {
          id: operation.operationId ?? `${upper} ${full}`,
          method: upper,
          path: full,
          summary: operation.summary ?? '',
          scope: operation.security?.flatMap((one) => Object.values(one).flat())[0] ?? null,
          input: [...parameters, ...linesOf(body ?? {}, 'body')],
          reply: linesOf(resolve(json(reply), document), 'body'),
          example: exampleOf(
            upper,
            full,
            parameters.filter((line) => line.where === 'query'),
            body,
            document,
            origin,
          ),
        },
      ];
    }),
  );
}

/** The address of a call with its path and query filled in. Empty query fields are left out. */
export function fillAddress(
  path: string,
  fields: readonly FieldLine[],
  values: Readonly<Record<string, string>>,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]?.trim() ?? ''));
  const query = new URLSearchParams(
    fields.flatMap((line) => {
      const value = values[line.name]?.trim();
      return line.where === 'query' && value ? [[line.name, value]] : [];
    }),
  ).toString();
  return query ? `${filled}?${query}` : filled;
}

/** The calls by the first word of their path below the version, such as `accounts`, in the order of the alphabet. */
export function groupsOf(
  calls: readonly CallEntry[],
): readonly (readonly [area: string, calls: readonly CallEntry[]])[] {
  const areaOf = (call: CallEntry): string => /^\/api\/v\d+\/([^/]+)/.exec(call.path)?.[1] ?? '';
  return [...Map.groupBy(calls, areaOf)].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Calls whose name, path, summary or fields hold every word that was typed. */
export function searchCalls(calls: readonly CallEntry[], text: string): readonly CallEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return calls.filter((call) => {
    const inside = [call.id, call.method, call.path, call.summary, ...call.input.map((line) => line.name)]
      .join(' ')
      .toLowerCase();
    return words.every((word) => inside.includes(word));
  });
}
