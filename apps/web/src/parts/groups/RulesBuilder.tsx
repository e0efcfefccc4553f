import { ActionIcon, Button, Loader, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listFields, previewCriteria, type Match, type ResourceGroupId } from '@strongroom/contract';
import { IconPlus, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { keys } from '../../lib/query.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { TypeIcon } from '../TypeIcon.tsx';
import css from './groups.module.css';
import { attributesOf, criteriaOf, emptyRule, incomplete, operators, type RuleDraft } from './rules.ts';

const mostRules = 20;

/** Rules a resource must meet, with what they match at this moment beside them. */
export function RulesBuilder(props: {
  readonly match: Match;
  readonly rules: readonly RuleDraft[];
  readonly onChange: (match: Match, rules: readonly RuleDraft[]) => void;
  /** For a group that stands: whose resources are asked. */
  readonly groupId?: ResourceGroupId;
  /** True once the form was sent: then what is missing is said. */
  readonly checked: boolean;
  readonly disabled?: boolean;
}) {
  const { match, rules, onChange, checked, disabled } = props;
  const matchLabel = useId();
  const fields = useQuery({
    queryKey: ['fields', 'all'],
    queryFn: ({ signal }) => ask(listFields, {}, { signal }),
    staleTime: 60_000,
  });
  const attributes = attributesOf(fields.data?.items ?? []);
  const wrong = incomplete(rules);
  const change = (key: number, part: Partial<RuleDraft>) =>
    onChange(
      match,
      rules.map((rule) => (rule.key === key ? { ...rule, ...part } : rule)),
    );
  return (
    <div className={css.rules}>
      <div className={css.ruleList}>
        <div className={css.match}>
          <span id={matchLabel}>{groups('match')}</span>
          <SegmentedControl
            aria-labelledby={matchLabel}
            size="xs"
            disabled={disabled ?? false}
            value={match}
            onChange={(value) => onChange(value === 'any' ? 'any' : 'all', rules)}
            data={[
              { value: 'all', label: groups('matchAll') },
              { value: 'any', label: groups('matchAny') },
            ]}
          />
        </div>
        <ul>
          {rules.map((rule, index) => (
            <li key={rule.key} className={css.rule} aria-label={groups('rule', { n: index + 1 })}>
              <Select
                className={css.ruleField}
                aria-label={groups('ruleField', { n: index + 1 })}
                data={attributes}
                value={rule.attribute}
                onChange={(attribute) => attribute && change(rule.key, { attribute })}
                allowDeselect={false}
                searchable
                disabled={disabled ?? false}
              />
              <Select
                className={css.ruleOperator}
                aria-label={groups('ruleOperator', { n: index + 1 })}
                data={operators}
                value={rule.operator}
                onChange={(operator) => operator && change(rule.key, { operator: operator })}
                allowDeselect={false}
                disabled={disabled ?? false}
              />
              <TextInput
                className={css.ruleValue}
                aria-label={groups('ruleValue', { n: index + 1 })}
                value={rule.value}
                maxLength={255}
                onChange={(event) => change(rule.key, { value: event.currentTarget.value })}
                error={checked && wrong.includes(rule.key) ? groups('ruleValueMissing') : null}
                autoComplete="off"
                spellCheck={false}
                disabled={disabled ?? false}
              />
              <ActionIcon
                className={css.ruleRemove}
                size={32}
                aria-label={groups('ruleRemove', { n: index + 1 })}
                disabled={(disabled ?? false) || rules.length === 1}
                onClick={() =>
                  onChange(
                    match,
                    rules.filter((other) => other.key !== rule.key),
                  )
                }
              >
                <IconX size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        {!disabled && rules.length < mostRules && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange(match, [...rules, emptyRule()])}
          >
            {groups('ruleAdd')}
          </Button>
        )}
      </div>
      {!disabled && <Preview match={match} rules={rules} complete={wrong.length === 0} groupId={props.groupId} />}
    </div>
  );
}

function Preview(props: {
  readonly match: Match;
  readonly rules: readonly RuleDraft[];
  readonly complete: boolean;
  readonly groupId: ResourceGroupId | undefined;
}) {
  const asked = JSON.stringify({ match: props.match, criteria: criteriaOf(props.rules) });
  const [settled] = useDebouncedValue(asked, 300);
  const found = useQuery({
    queryKey: [...keys.groups, 'preview', props.groupId ?? null, settled],
    queryFn: ({ signal }) => {
      const { match, criteria } = JSON.parse(settled) as { match: Match; criteria: ReturnType<typeof criteriaOf> };
      return ask(
        previewCriteria,
        { match, criteria, ...(props.groupId ? { groupId: props.groupId } : {}) },
        { signal },
      );
    },
    enabled: props.complete && settled === asked,
    placeholderData: keepPreviousData,
    staleTime: 5000,
  });
  const now = props.complete ? found.data : undefined;
  return (
    <section className={css.preview} aria-label={groups('members')}>
      <p role="status" className={css.previewCount}>
        {found.isFetching && <Loader size={13} color="currentColor" />}
        <b>{now ? groups('matches', { count: now.total }) : groups('matchesWait')}</b>
      </p>
      {found.isError && props.complete && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {now && now.total > 0 && (
        <>
          {now.total > now.items.length && <p className="dim">{groups('matchesFirst', { count: now.items.length })}</p>}
          <ul>
            {now.items.map((item) => (
              <li key={item.id}>
                <TypeIcon type={item.type} />
                <bdi className="trunc">{item.name}</bdi>
                <bdi className="dim trunc">{item.dnsName}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
