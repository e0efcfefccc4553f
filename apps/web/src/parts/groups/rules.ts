import { CriterionField, CriterionOperator, type Criterion, type Field, type FieldId } from '@strongroom/contract';
import { groups } from '../../lib/messages/groups.ts';

/** A rule as the form holds it. `attribute` is a field's name, or `resource-field:ID` for one of one's own. */
export interface RuleDraft {
  readonly key: number;
  readonly attribute: string;
  readonly operator: CriterionOperator;
  readonly value: string;
}

let last = 0;
export const emptyRule = (): RuleDraft => ({ key: ++last, attribute: 'name', operator: 'contains', value: '' });
export const draftOf = ({ field, fieldId, operator, value }: Criterion): RuleDraft => ({
  key: ++last,
  attribute: fieldId === null ? field : `${field}:${fieldId}`,
  operator,
  value,
});
/** The rules as the server takes them. */
export const criteriaOf = (rules: readonly RuleDraft[]): Criterion[] =>
  rules.map(({ attribute, operator, value }) => {
    const [field = 'name', fieldId] = attribute.split(':');
    return {
      field: CriterionField.options.find((one) => one === field) ?? 'name',
      fieldId: fieldId === undefined ? null : (fieldId as FieldId),
      operator,
      value: value.trim(),
    };
  });
/** The keys of rules that say nothing: only for an empty attribute one may ask without a text. */
export const incomplete = (rules: readonly RuleDraft[]): readonly number[] =>
  rules
    .filter(({ value, operator }) => value.trim() === '' && operator !== 'equals' && operator !== 'not-equals')
    .map((rule) => rule.key);

/** What a rule may ask for, for a select. Sealed fields and files cannot be asked for. */
export function attributesOf(fields: readonly Field[]): { value: string; label: string }[] {
  const plain = CriterionField.options.filter((field) => field !== 'resource-field' && field !== 'account-field');
  return [
    ...plain.map((field) => ({ value: field as string, label: groups(`field-${field}`) })),
    ...fields
      .filter(({ kind }) => kind !== 'password' && kind !== 'file')
      .map(({ id, name, belongsTo }) => ({
        value: `${belongsTo}-field:${id}`,
        label: groups(belongsTo === 'resource' ? 'fieldOfResource' : 'fieldOfAccount', { name }),
      })),
  ];
}
export const operators = CriterionOperator.options.map((value) => ({ value, label: groups(`operator-${value}`) }));
