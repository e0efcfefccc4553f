import type { OwnColumn, Ticketing } from '@strongroom/contract';
import { compare } from './compare.ts';
import { evaluate, readExpression, type Truth } from './expression.ts';
import type { Fields } from './systems/fields.ts';

/** What is known here of a use, by the names that a mapping takes. What is not known is left out. */
export type Own = Readonly<Partial<Record<OwnColumn, string>>>;
export type Rules = Pick<Ticketing, 'mapping' | 'mappingExpression' | 'conditions' | 'conditionsExpression'>;

/** What each condition says of a ticket, and what they say together. */
export function conditionsOf(rules: Rules, fields: Fields): { rows: Truth[]; together: Truth } {
  const rows = rules.conditions.map((row) => compare(row.operator, fields.get(row.field), row.value));
  return { rows, together: evaluate(readExpression(rules.conditionsExpression, rows.length), rows) };
}

/** What the mapping says of a ticket and a use. */
function mappingOf(rules: Rules, fields: Fields, own: Own): Truth {
  const rows = rules.mapping.map((row) => compare(row.operator, fields.get(row.field), own[row.column]));
  return evaluate(readExpression(rules.mappingExpression, rows.length), rows);
}

/** Why a ticket does not fit a use, as a sentence; undefined when it does. What cannot be told does not fit. */
export function misfit(rules: Rules, fields: Fields, own: Own): string | undefined {
  if (mappingOf(rules, fields, own) !== true) return 'It is not for you, or not for this.';
  if (conditionsOf(rules, fields).together !== true) return 'It is not as the organisation asks tickets to be.';
  return undefined;
}
