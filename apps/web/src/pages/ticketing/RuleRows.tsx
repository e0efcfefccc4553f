import { ActionIcon, Autocomplete, Button, Select, TextInput } from '@mantine/core';
import { ownColumns, TicketOperator } from '@strongroom/contract';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { FormSection } from '../../ui/FormSection.tsx';
import type { RuleRow } from './ticketing-form.ts';
import css from './ticketing.module.css';

const operators = TicketOperator.options.map((value) => ({ value, label: ticketing(`op.${value}`) }));
const labelOf = (column: string): string => {
  const own = ownColumns.find((one) => one === column);
  if (own) return ticketing(`col.${own}`);
  const [of, ...name] = column.split('@');
  return ticketing(of === 'Account' ? 'columnOf.Account' : 'columnOf.Resource', { name: name.join('@') });
};

/** The rows of the mapping, or of the conditions, and how they are combined. */
export function RuleRows(props: {
  readonly of: 'mapping' | 'conditions';
  readonly rows: readonly RuleRow[];
  readonly expression: string;
  readonly change: (rows: readonly RuleRow[]) => void;
  readonly changeExpression: (text: string) => void;
  /** Fields that a test has shown, to choose from. */
  readonly fields: readonly string[];
  /** Fields of one's own, as columns. */
  readonly fieldColumns: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
}) {
  const { of, rows, errors } = props;
  const set = (at: number, part: Partial<RuleRow>) =>
    props.change(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  // A column that is stored stays to choose, whatever became of its field.
  const columns = [...new Set([...ownColumns, ...props.fieldColumns, ...rows.map((row) => row.other)])]
    .filter((column) => column !== '')
    .map((value) => ({ value, label: labelOf(value) }));
  const fault = errors[of] ?? Object.entries(errors).find(([path]) => path.startsWith(`${of}.`))?.[1];
  return (
    <FormSection id={of} title={ticketing(of)} text={ticketing(`${of}.text`)}>
      {rows.length === 0 ? (
        <p className={css.none}>{ticketing('noRows')}</p>
      ) : (
        <ol className={css.rows}>
          {rows.map((row, i) => {
            const name = `C${i + 1}`;
            return (
              <li key={name} className={css.rule}>
                <span className={css.name} aria-hidden>
                  {name}
                </span>
                <Autocomplete
                  aria-label={ticketing('field', { row: name })}
                  placeholder={ticketing('fieldHint')}
                  data={[...props.fields]}
                  limit={50}
                  maxLength={200}
                  value={row.field}
                  onChange={(field) => set(i, { field })}
                />
                <Select
                  aria-label={ticketing('operator', { row: name })}
                  data={operators}
                  allowDeselect={false}
                  value={row.operator}
                  onChange={(value) => {
                    const operator = TicketOperator.options.find((one) => one === value);
                    if (operator) set(i, { operator });
                  }}
                />
                {of === 'mapping' ? (
                  <Select
                    aria-label={ticketing('column', { row: name })}
                    data={columns}
                    allowDeselect={false}
                    value={row.other}
                    onChange={(other) => other && set(i, { other })}
                  />
                ) : (
                  <TextInput
                    aria-label={ticketing('value', { row: name })}
                    placeholder={ticketing('valueHint')}
                    maxLength={500}
                    value={row.other}
                    onChange={(event) => set(i, { other: event.currentTarget.value })}
                  />
                )}
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={ticketing('remove', { row: name })}
                  onClick={() => props.change(rows.filter((_, other) => other !== i))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </li>
            );
          })}
        </ol>
      )}
      {fault && (
        <p className={css.fault} role="alert" tabIndex={-1}>
          {fault}
        </p>
      )}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          disabled={rows.length >= 20}
          onClick={() =>
            props.change([...rows, { field: '', operator: 'EQUAL', other: of === 'mapping' ? 'user' : '' }])
          }
        >
          {ticketing('addRow')}
        </Button>
      </div>
      {rows.length > 0 && (
        <TextInput
          label={ticketing('expression')}
          description={ticketing('expressionHelp')}
          maxLength={500}
          spellCheck={false}
          value={props.expression}
          onChange={(event) => props.changeExpression(event.currentTarget.value)}
          error={errors[`${of}Expression`]}
        />
      )}
    </FormSection>
  );
}
