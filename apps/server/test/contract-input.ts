import type { Call } from '@strongroom/contract';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** What stands for text of a pattern, by the field's name: no generator reads patterns as well as a person. */
const words: Readonly<Record<string, string>> = {
  username: 'new.user',
  language: 'en',
  type: 'Linux',
  resourceType: 'Linux',
  name: 'new',
  specialCharacters: '!#',
  url: 'https://host.invalid/',
  probeUrl: 'https://host.invalid/',
  date: '2098-01-31',
  time: '02:30',
  timeZone: 'UTC',
  base64: 'ZWNobwo=',
  accessUrl: 'https://host.invalid',
  from: '08:00',
  to: '09:00',
  token: 'A'.repeat(43),
  accountsUrl: 'https://host.invalid',
  table: 'incident',
  mappingExpression: 'C1',
  conditionsExpression: 'C1',
  event: 'account.reveal',
};

/**
 * An input that a call accepts, made from its schema alone, every field filled. `ids` gives the ids of real objects by
 * the name of the field. Throws when no such input can be made: then the call needs a rule here before it is tested.
 */
export function inputFor(
  call: Pick<Call<string, z.ZodType, z.ZodType>, 'name' | 'input'>,
  ids: Readonly<Record<string, unknown>>,
): Json {
  const schema = z.toJSONSchema(call.input, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json;
  const made = valueOf('', schema, { ids, defs: (schema['$defs'] ?? {}) as Json });
  const parsed = call.input.safeParse(made);
  if (!parsed.success)
    throw new Error(
      `no input can be made for ${call.name}: ${JSON.stringify(parsed.error.issues)} of ${JSON.stringify(made)}`,
    );
  return made as Json;
}

interface Frame {
  readonly ids: Readonly<Record<string, unknown>>;
  readonly defs: Json;
}

function valueOf(name: string, schema: Json, frame: Frame): unknown {
  if (name in frame.ids) return frame.ids[name];
  const reference = schema['$ref'];
  if (typeof reference === 'string') return valueOf(name, frame.defs[reference.split('/').at(-1) ?? ''] as Json, frame);
  if ('const' in schema) return schema['const'];
  const choices = schema['enum'] as unknown[] | undefined;
  if (choices) return choices[0];
  // Beside a type it is only several patterns for one text.
  const together = 'type' in schema ? undefined : schema['allOf'];
  const either = (schema['anyOf'] ?? schema['oneOf'] ?? together) as Json[] | undefined;
  if (either?.[0]) return valueOf(name, either[0], frame);
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema['properties'] ?? {}) as Record<string, Json>).map(([key, part]) => [
          key,
          valueOf(key, part, frame),
        ]),
      );
    case 'array':
      return [valueOf(name.replace(/s$/, ''), (schema['items'] ?? {}) as Json, frame)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'string':
      return textOf(name, schema);
    default:
      return {};
  }
}

function textOf(name: string, schema: Json): string {
  switch (schema['format']) {
    case 'email':
      return 'new@example.org';
    case 'uuid':
      return '01990000-0000-7000-8000-000000000001';
    case 'date-time':
      return '2099-01-01T00:00:00.000Z';
    default:
      return (words[name] ?? 'Some-text-of-9').padEnd(Number(schema['minLength'] ?? 0), '-9');
  }
}
