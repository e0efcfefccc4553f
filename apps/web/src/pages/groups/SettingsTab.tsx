import { Textarea, TextInput } from '@mantine/core';
import {
  changeCriteria,
  updateResourceGroup,
  type Match,
  type PolicyId,
  type ResourceGroup,
} from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { criteriaOf, draftOf, incomplete, type RuleDraft } from '../../parts/groups/rules.ts';
import { RulesBuilder } from '../../parts/groups/RulesBuilder.tsx';
import { refreshGroups } from '../../parts/groups/use-explorer.ts';
import { Details } from '../../ui/Facts.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { usePolicies } from '../../parts/accounts/use-lists.ts';
import { PolicySelect } from './PolicySelect.tsx';

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly policyId: PolicyId | null;
  readonly match: Match;
  readonly rules: readonly RuleDraft[];
}
const draftFrom = (group: ResourceGroup): Draft => ({
  name: group.name,
  description: group.description,
  policyId: group.policyId,
  match: group.match,
  rules: (group.criteria ?? []).map(draftOf),
});

/** How a group is set: its name, its policy and, for its owner, its rules. */
export default function SettingsTab({ group }: { readonly group: ResourceGroup }) {
  const [draft, setDraft] = useState(() => draftFrom(group));
  const [checked, setChecked] = useState(false);
  const save = useAction();
  const policies = usePolicies();
  const may = group.can.includes('resource-group.update');
  const mayRules = group.can.includes('resource-group.change-criteria');
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const details =
    draft.name !== group.name || draft.description !== group.description || draft.policyId !== group.policyId;
  const rules =
    mayRules &&
    (draft.match !== group.match || JSON.stringify(criteriaOf(draft.rules)) !== JSON.stringify(group.criteria ?? []));
  const errors = fieldErrors(save.error);
  const submit = async () => {
    setChecked(true);
    if (draft.name.trim() === '' || (rules && incomplete(draft.rules).length > 0)) return;
    await save.run(async () => {
      let now = group;
      try {
        if (details)
          now = await ask(updateResourceGroup, {
            groupId: group.id,
            version: now.version,
            name: draft.name,
            description: draft.description,
            policyId: draft.policyId,
          });
        if (rules)
          now = await ask(changeCriteria, {
            groupId: group.id,
            version: now.version,
            match: draft.match,
            criteria: criteriaOf(draft.rules),
          });
      } finally {
        queries.setQueryData(keys.group(group.id), now);
      }
      await queries.invalidateQueries({ queryKey: keys.group(group.id) });
      await refreshGroups();
      toast({ message: groups('saved') });
    });
  };
  if (!may)
    return (
      <section className="card" style={{ padding: 16 }} aria-label={groups('tabSettings')}>
        <Details
          items={[
            [groups('description'), group.description],
            [groups('policy'), policies.find(({ id }) => id === group.policyId)?.name ?? groups('policyNone')],
            [groups('owner'), group.ownerName],
          ]}
        />
      </section>
    );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <FormColumn required>
        {save.error !== null && <ErrorBox error={save.error} />}
        <FormSection title={groups('details')}>
          <TextInput
            label={groups('name')}
            withAsterisk
            maxLength={120}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={errors['name'] ?? (checked && draft.name.trim() === '' ? groups('nameMissing') : null)}
            autoComplete="off"
          />
          <Textarea
            label={groups('description')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={draft.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <PolicySelect value={draft.policyId} onChange={(policyId) => set({ policyId })} />
        </FormSection>
        {group.kind === 'criteria' && group.criteria !== null && (
          <FormSection title={groups('rules')} text={groups('rulesHelp')}>
            <RulesBuilder
              match={draft.match}
              rules={draft.rules}
              checked={checked}
              disabled={!mayRules}
              {...(mayRules ? { groupId: group.id } : {})}
              onChange={(match, now) => set({ match, rules: now })}
            />
          </FormSection>
        )}
      </FormColumn>
      <SaveBar
        dirty={details || rules}
        busy={save.busy}
        save={() => void submit()}
        discard={() => {
          setDraft(draftFrom(group));
          setChecked(false);
          save.clear();
        }}
      />
    </form>
  );
}
