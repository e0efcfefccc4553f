import { Button } from '@mantine/core';
import type { ResourceType } from '@strongroom/contract';
import { lazy, Suspense } from 'react';
import { resources } from '../../lib/messages/resources.ts';
import { custom } from '../../lib/messages/custom.ts';
import { policyOf, usePolicies } from '../../parts/accounts/use-lists.ts';
import { draftFaults, fieldComplaints, typed } from '../../parts/fields/field-draft.ts';
import { OwnFields } from '../../parts/fields/OwnFields.tsx';
import { useFields } from '../../parts/fields/use-custom.ts';
import { DetailsFields } from '../../parts/resource/DetailsFields.tsx';
import { TypePicker } from '../../parts/resource/TypePicker.tsx';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import type { Draft } from './draft.ts';
import css from './wizard.module.css';

// Both choose among many: what that takes is fetched while the first fields are filled in.
const TagPicker = lazy(() => import('../../parts/fields/TagPicker.tsx').then((part) => ({ default: part.TagPicker })));
const GroupPicker = lazy(() =>
  import('../../parts/fields/GroupPicker.tsx').then((part) => ({ default: part.GroupPicker })),
);

/** First what it is, then what it is called and where it is. */
export function DetailsStep(props: {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly types: readonly ResourceType[];
  readonly type: ResourceType | undefined;
  readonly errors: Readonly<Record<string, string>>;
  readonly checked: boolean;
}) {
  const { draft, change, type } = props;
  const ownFields = useFields('resource');
  const policy = policyOf(usePolicies(), draft.details.policyId);
  if (props.types.length === 0) return <Bones />;
  if (!type) {
    return (
      <>
        <TypePicker
          types={props.types}
          chosen={draft.type}
          choose={(chosen) => change({ type: chosen.name, reset: null })}
        />
        {props.checked && (
          <p className={css.fault} role="alert">
            {resources('typeMissing')}
          </p>
        )}
      </>
    );
  }
  return (
    <>
      <div className={css.chosen}>
        <TypeIcon type={type.name} size={18} />
        <b>{type.title}</b>
        <span className="dim">{type.driver ? resources('canRotate') : ''}</span>
        <Button size="xs" variant="subtle" color="gray" onClick={() => change({ type: null, reset: null })}>
          {resources('changeType')}
        </Button>
      </div>
      <FormSection title={resources('general')} text={resources('generalText')}>
        <DetailsFields
          draft={draft.details}
          onChange={(details) => change({ details })}
          type={type}
          errors={props.errors}
          checked={props.checked}
          folded
          autoFocus
        />
        <Suspense fallback={null}>
          <TagPicker value={draft.tags} onChange={(tags) => change({ tags })} />
          <GroupPicker value={draft.groups} onChange={(groups) => change({ groups })} />
        </Suspense>
      </FormSection>
      {typed(ownFields).length > 0 && (
        <FormSection title={custom('ownFields')} text={custom('ownFieldsText')}>
          <OwnFields
            fields={ownFields}
            draft={draft.fields}
            onChange={(fields) => change({ fields })}
            errors={{
              ...(props.checked ? draftFaults(ownFields, draft.fields) : {}),
              ...fieldComplaints(props.errors),
            }}
            policy={policy}
          />
        </FormSection>
      )}
    </>
  );
}
