import { Button, Loader, Radio, Textarea, TextInput } from '@mantine/core';
import {
  createResourceGroup,
  readExplorer,
  type GroupKind,
  type Match,
  type PolicyId,
  type ResourceGroupId,
} from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import type { Picked } from '../../parts/groups/ResourcePicker.tsx';
import { criteriaOf, emptyRule, incomplete, type RuleDraft } from '../../parts/groups/rules.ts';
import { RulesBuilder } from '../../parts/groups/RulesBuilder.tsx';
import { refreshGroups } from '../../parts/groups/use-explorer.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import page from '../resource/resource.module.css';
import { GroupCrumbs } from './GroupCrumbs.tsx';
import css from './groups.module.css';
import { ParentSelect } from './ParentSelect.tsx';
import { PolicySelect } from './PolicySelect.tsx';

const ResourcePicker = lazy(() =>
  import('../../parts/groups/ResourcePicker.tsx').then((part) => ({ default: part.ResourcePicker })),
);

/** Adds a group: by rules, with what they match beside them, or of resources chosen by hand. */
export default function NewGroup() {
  const me = useMe();
  const navigate = useNavigate();
  const explorer = useQuery({
    queryKey: keys.explorer,
    queryFn: ({ signal }) => ask(readExplorer, {}, { signal }),
  });
  const offered = explorer.data?.staticGroupsOffered ?? true;
  const [kind, setKind] = useState<GroupKind>('criteria');
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [parentId, setParent] = useState<ResourceGroupId | null>(null);
  const [policyId, setPolicy] = useState<PolicyId | null>(null);
  const [match, setMatch] = useState<Match>('all');
  const [rules, setRules] = useState<readonly RuleDraft[]>(() => [emptyRule()]);
  const [picked, setPicked] = useState<Picked>(new Map());
  const [checked, setChecked] = useState(false);
  const save = useAction();
  useEffect(() => {
    document.title = `${groups('newTitle')} · Strongroom`;
  }, []);
  const errors = fieldErrors(save.error);
  const create = async () => {
    setChecked(true);
    const good = name.trim() !== '' && (kind === 'static' || incomplete(rules).length === 0);
    if (!good) {
      setTimeout(() => document.querySelector<HTMLElement>('main [aria-invalid=true]')?.focus());
      return;
    }
    await save.run(async () => {
      const made = await ask(createResourceGroup, {
        kind,
        name,
        description,
        parentId,
        policyId,
        ...(kind === 'criteria' ? { match, criteria: criteriaOf(rules) } : { resourceIds: [...picked.keys()] }),
      });
      queries.setQueryData(keys.group(made.id), made);
      await refreshGroups();
      await navigate({ to: `/resources/groups/${made.id}`, replace: true });
      toast({ message: groups('created', { name: made.name }) });
    });
  };
  return (
    <div className={page.page}>
      <div className={page.wrap}>
        <GroupCrumbs here={groups('newTitle')} />
        <header className={css.head}>
          <h1 tabIndex={-1}>{groups('newTitle')}</h1>
        </header>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void create();
          }}
        >
          <FormColumn required>
            <FormSection title={groups('details')}>
              {offered && (
                <Radio.Group
                  label={groups('kind')}
                  value={kind}
                  onChange={(value) => setKind(value === 'static' ? 'static' : 'criteria')}
                >
                  <div className={css.kinds}>
                    {(['criteria', 'static'] as const).map((value) => (
                      <label key={value} className={css.kind} data-checked={kind === value || undefined}>
                        <Radio
                          value={value}
                          label={groups(value === 'criteria' ? 'kindCriteria' : 'kindStatic')}
                          description={groups(value === 'criteria' ? 'kindCriteriaHelp' : 'kindStaticHelp')}
                        />
                      </label>
                    ))}
                  </div>
                </Radio.Group>
              )}
              <TextInput
                label={groups('name')}
                withAsterisk
                maxLength={120}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={errors['name'] ?? (checked && name.trim() === '' ? groups('nameMissing') : null)}
                autoComplete="off"
              />
              <Textarea
                label={groups('description')}
                autosize
                minRows={2}
                maxRows={8}
                maxLength={2000}
                value={description}
                onChange={(event) => setDescription(event.currentTarget.value)}
              />
              <ParentSelect value={parentId} onChange={setParent} error={errors['parentId']} />
              <PolicySelect value={policyId} onChange={setPolicy} />
            </FormSection>
            {kind === 'criteria' ? (
              <FormSection
                title={groups('rules')}
                text={groups(me.user.superAdministrator ? 'rulesHelpAll' : 'rulesHelp')}
              >
                <RulesBuilder
                  match={match}
                  rules={rules}
                  checked={checked}
                  onChange={(to, now) => {
                    setMatch(to);
                    setRules(now);
                  }}
                />
              </FormSection>
            ) : (
              <FormSection title={groups('pick')} text={groups('pickHelp')}>
                <Suspense fallback={<Bones />}>
                  <ResourcePicker picked={picked} onChange={setPicked} />
                </Suspense>
              </FormSection>
            )}
            {save.error !== null && <ErrorBox error={save.error} />}
            <div className={css.formActions}>
              <Button component={Link} to="/resources/groups" variant="default">
                {kit('cancel')}
              </Button>
              <Button
                type="submit"
                aria-disabled={save.busy}
                {...(save.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
              >
                {groups('create')}
              </Button>
            </div>
          </FormColumn>
        </form>
      </div>
    </div>
  );
}
