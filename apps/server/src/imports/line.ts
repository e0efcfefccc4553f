import type { ImportMapping } from '@strongroom/contract';
import type { Row } from '@strongroom/tabular';
import type { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import { rowProblems } from './source.ts';

/** What became of a line, or would. */
export interface LineResult {
  readonly line: number;
  readonly outcome: 'created' | 'merged' | 'skipped';
  readonly name: string;
  readonly code: string | null;
  readonly detail: string | null;
  readonly objectId: string | null;
}

/** A call of the contract that changes what was there before, and what it is about. */
export interface Step {
  readonly call: string;
  readonly objectId: string;
  readonly input: Record<string, unknown>;
}

/** What is to be done for a line. A new thing is made with others in one statement; a merge goes through the contract's calls. */
export type Planned<T> = { readonly line: number; readonly name: string } & (
  | { readonly is: 'skip'; readonly code: string; readonly detail: string }
  | { readonly is: 'create'; readonly make: T; readonly steps: readonly Step[]; readonly detail?: string }
  | { readonly is: 'merge'; readonly objectId: string; readonly steps: readonly Step[]; readonly detail?: string }
);

export const skip = (line: number, name: string, code: string, detail: string): Planned<never> => ({
  line,
  name: name.slice(0, 400),
  is: 'skip',
  code,
  detail: detail.slice(0, 1000),
});

/** The fields of calls as people say them. */
const spoken: Readonly<Record<string, string>> = {
  dnsName: 'DNS name',
  username: 'account name',
  fullName: 'full name',
  timeZone: 'time zone',
  policyId: 'policy',
};

/** ‘type’ and ‘is not a resource type’ make a sentence; other messages follow the field's name. */
function faultInWords({ path, message }: { path: string; message: string }): string {
  // A field of the organisation's own is named by the message itself.
  if (path === '' || path.startsWith('field')) return message;
  const name = spoken[path] ?? path;
  return /^(is|are|must|has|have|cannot|needs|holds)\b/.test(message)
    ? `The ${name} ${message}`
    : `${name}: ${message}`;
}

/** A problem in one sentence, as the report shows it. Never has a cell's text in it, as problems do not. */
export function inWords(problem: Problem): string {
  const faults = (problem.errors ?? []).map(faultInWords);
  const main = faults.length > 0 && problem.code === 'input-invalid' ? [] : [problem.detail ?? problem.message];
  return [...main, ...faults]
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(' ')
    .slice(0, 1000);
}

/** A skip for whatever problem of the line alone. Throws anything else on. */
export function skipFor(line: number, name: string, error: unknown): Planned<never> {
  if (!(error instanceof Problem)) throw error;
  return skip(line, name, error.code, inWords(error));
}

/** Reads the cells of a row by what its columns hold. */
export interface Cells {
  readonly line: number;
  /** The cell of a field, without spaces around; empty without a column. */
  get(key: string): string;
  /** As it stands. */
  raw(key: string): string;
  /** The cells of an organisation's own fields that are not empty, by field id. */
  fields(belongsTo: 'resource' | 'account'): Record<string, string>;
  /** The cells of reset settings that are not empty, by the path of the setting; undefined for none. */
  reset(): Readonly<Record<string, string>> | undefined;
}

export function cellsOf(row: Row, mapping: ImportMapping): Cells {
  const raw = (key: string): string => row.cells[mapping[key] ?? -1] ?? '';
  return {
    line: row.line,
    raw,
    get: (key) => raw(key).trim(),
    fields(belongsTo) {
      const prefix = `${belongsTo}-field:`;
      const found = Object.keys(mapping).filter((key) => key.startsWith(prefix) && raw(key).trim() !== '');
      return Object.fromEntries(found.map((key) => [key.slice(prefix.length), raw(key).trim()]));
    },
    reset() {
      const found = Object.keys(mapping).filter((key) => key.startsWith('reset.') && raw(key).trim() !== '');
      if (found.length === 0) return undefined;
      return Object.fromEntries(found.map((key) => [key.slice('reset.'.length), raw(key).trim()]));
    },
  };
}

/** A skip for a row that could not be read; undefined for one that could. */
export const unreadable = (row: Row, name: string): Planned<never> | undefined =>
  row.problem === undefined ? undefined : skip(row.line, name, 'unreadable', rowProblems[row.problem]);

/** Parses values by a schema. Throws `input-invalid` with a line for each fault. */
export function parsed<T extends z.ZodType>(schema: T, values: unknown): z.output<T> {
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  throw new Problem('input-invalid', {
    errors: read.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  });
}

/** Only what is not empty. */
export const given = <K extends string>(cells: Cells, keys: readonly K[]): Partial<Record<K, string>> =>
  Object.fromEntries(keys.map((key) => [key, cells.get(key)]).filter(([, text]) => text !== '')) as Partial<
    Record<K, string>
  >;
