import { expect, it } from 'vitest';
import { faultsOf, fieldsOf, startingValues } from './json-schema.ts';

const schema = {
  type: 'object',
  required: ['host'],
  properties: {
    host: { type: 'string', minLength: 1, maxLength: 10 },
    port: { type: 'integer', minimum: 1, maximum: 65535, default: 22, title: 'Port' },
    timeoutSeconds: { type: 'number', minimum: 0.5 },
    elevation: { type: 'string', enum: ['none', 'sudo'], default: 'none' },
    strict: { type: 'boolean', default: true },
    prompts: { type: 'object', properties: { su: { type: 'string', minLength: 1, default: 'Password' } } },
    strange: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
};
const fields = fieldsOf(schema);

it('reads fields with their bounds, titles and defaults, and leaves out what it does not know', () => {
  expect(fields.map(({ key, kind }) => [key, kind])).toEqual([
    ['host', 'text'],
    ['port', 'number'],
    ['timeoutSeconds', 'number'],
    ['elevation', 'choice'],
    ['strict', 'flag'],
    ['prompts', 'group'],
  ]);
  expect(fields.find(({ key }) => key === 'timeoutSeconds')?.title).toBe('Timeout seconds');
  expect(fields.find(({ key }) => key === 'host')?.required).toBe(true);
});

it('starts from what is stored, else from the defaults, in groups too', () => {
  expect(startingValues(fields, { port: 2200, prompts: {} })).toEqual({
    host: '',
    port: 2200,
    timeoutSeconds: null,
    elevation: 'none',
    strict: true,
    prompts: { su: 'Password' },
  });
});

it('names each fault by its dotted path', () => {
  const values = {
    ...startingValues(fields),
    host: 'much-too-long',
    port: 70_000,
    timeoutSeconds: 0,
    prompts: { su: ' ' },
  };
  expect(Object.fromEntries(Object.entries(faultsOf(fields, values)).map(([path, { key }]) => [path, key]))).toEqual({
    host: 'fault-long',
    port: 'fault-number',
    timeoutSeconds: 'fault-min',
    'prompts.su': 'fault-text',
  });
  expect(faultsOf(fields, { ...startingValues(fields), host: 'h' })).toEqual({});
});

it('gives no fields for a type without settings', () => {
  expect(fieldsOf(null)).toEqual([]);
  expect(fieldsOf({ type: 'string' })).toEqual([]);
});
