import { Select } from '@mantine/core';
import { tagResource, updateResource, type Resource } from '@strongroom/contract';
import { IconChevronRight } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { custom } from '../../lib/messages/custom.ts';
import {
  draftFaults,
  fieldComplaints,
  startingDraft,
  typed,
  valuesOf,
  type FieldDraft,
} from '../../parts/fields/field-draft.ts';
import { OwnFields } from '../../parts/fields/OwnFields.tsx';
import { TagPicker } from '../../parts/fields/TagPicker.tsx';
import { useFields } from '../../parts/fields/use-custom.ts';
import { policyOf, usePolicies, useResource, useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { NotFound } from '../../parts/NotFound.tsx';
import { PageSkeleton } from '../../parts/PageSkeleton.tsx';
import { DetailsFields } from '../../parts/resource/DetailsFields.tsx';
import { detailsOf, type DetailsDraft } from '../../parts/resource/details.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './edit.module.css';

const draftOf = (resource: Resource): DetailsDraft => ({
  name: resource.name,
  dnsName: resource.dnsName,
  description: resource.description,
  department: resource.department,
  location: resource.location,
  domain: resource.domain,
  url: resource.url,
  policyId: resource.policyId,
});

function Edit({ resource }: { readonly resource: Resource }) {
  const navigate = useNavigate();
  const types = useResourceTypes();
  const stored = draftOf(resource);
  const [draft, setDraft] = useState<DetailsDraft>(stored);
  const [typeName, setTypeName] = useState(resource.type);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const type = types.find(({ name }) => name === typeName);
  const ownFields = useFields('resource');
  const [own, setOwn] = useState<FieldDraft | null>(null);
  const [tags, setTags] = useState<readonly string[]>(() => resource.tags.map(({ valueId }) => valueId));
  const fieldDraft = own ?? startingDraft(ownFields, resource.fields);
  const values = valuesOf(ownFields, fieldDraft, resource.fields);
  const faults = draftFaults(ownFields, fieldDraft, resource.secretFields);
  const had = resource.tags.map(({ valueId }) => valueId as string);
  const [given, taken] = [tags.filter((id) => !had.includes(id)), had.filter((id) => !tags.includes(id))];
  const policy = policyOf(usePolicies(), draft.policyId);
  const errors = fieldErrors(error);
  const touched = Object.keys(values).length + given.length + taken.length > 0;
  const dirty = !saved && (touched || typeName !== resource.type || JSON.stringify(draft) !== JSON.stringify(stored));
  const save = async () => {
    setChecked(true);
    if (draft.name.trim() === '' || Object.keys(faults).length > 0) return;
    setBusy(true);
    setError(null);
    try {
      const changed = await ask(updateResource, {
        resourceId: resource.id,
        version: resource.version,
        ...detailsOf(draft, type),
        ...(typeName === resource.type ? {} : { type: typeName }),
        fields: values,
      });
      if (given.length + taken.length > 0)
        await ask(tagResource, { resourceId: resource.id, add: given, remove: taken });
      setSaved(true);
      await Promise.all(
        [keys.resource(resource.id), keys.resources, keys.accounts].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      toast({ message: resources('saved', { name: changed.name }) });
      // In the next turn, when the form is no longer dirty and nothing holds one back.
      setTimeout(() => void navigate({ to: `/resources/${resource.id}` }));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <div className={css.page}>
      <div className={css.wrap}>
        <nav aria-label={resources('breadcrumb')} className={css.crumbs}>
          <Link to="/resources" className="lnk">
            {resources('title')}
          </Link>
          <IconChevronRight size={13} className="dim3" aria-hidden />
          <Link to={`/resources/${resource.id}`} className="lnk">
            <bdi>{resource.name}</bdi>
          </Link>
        </nav>
        <PageHeader title={resources('editTitle', { name: resource.name })} />
        <FormColumn required>
          <FormSection title={resources('general')} text={resources('generalText')}>
            <DetailsFields
              draft={draft}
              onChange={setDraft}
              type={type}
              errors={errors}
              checked={checked}
              folded={false}
              autoFocus
            />
            <Select
              label={resources('type')}
              description={resource.reset ? resources('typeChange') : undefined}
              allowDeselect={false}
              searchable
              data={types.map(({ name, title }) => ({ value: name, label: title }))}
              value={typeName}
              onChange={(name) => name && setTypeName(name)}
              error={errors['type'] ?? null}
            />
            <TagPicker value={tags} onChange={setTags} />
          </FormSection>
          {typed(ownFields).length > 0 && (
            <FormSection title={custom('ownFields')} text={custom('ownFieldsText')}>
              <OwnFields
                fields={ownFields}
                draft={fieldDraft}
                onChange={setOwn}
                errors={{ ...(checked ? faults : {}), ...fieldComplaints(errors) }}
                stored={resource.secretFields}
                policy={policy}
              />
            </FormSection>
          )}
          {error !== null && Object.keys(errors).length === 0 && <ErrorBox error={error} />}
        </FormColumn>
        <SaveBar
          dirty={dirty}
          busy={busy}
          save={() => void save()}
          discard={() => {
            setDraft(stored);
            setTypeName(resource.type);
            setOwn(null);
            setTags(had);
            setError(null);
            setChecked(false);
          }}
        />
      </div>
    </div>
  );
}

/** Changes a resource's details, on one page with a save bar. */
export default function EditResource() {
  const { id } = useParams({ strict: false });
  const query = useResource(id ?? null);
  if (query.data) return <Edit key={query.data.version} resource={query.data} />;
  if (query.isPending) return <PageSkeleton />;
  if (query.error instanceof ProblemError && query.error.status === 404) return <NotFound />;
  return (
    <div className={css.wrap}>
      <ErrorBox error={query.error} retry={() => void query.refetch()} />
    </div>
  );
}
