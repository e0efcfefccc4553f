import { Select } from '@mantine/core';
import { updateResource, type Resource } from '@strongroom/contract';
import { IconChevronRight } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useResource, useResourceTypes } from '../../parts/accounts/use-lists.ts';
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
  const errors = fieldErrors(error);
  const dirty = !saved && (typeName !== resource.type || JSON.stringify(draft) !== JSON.stringify(stored));
  const save = async () => {
    setChecked(true);
    if (draft.name.trim() === '') return;
    setBusy(true);
    setError(null);
    try {
      const changed = await ask(updateResource, {
        resourceId: resource.id,
        version: resource.version,
        ...detailsOf(draft, type),
        ...(typeName === resource.type ? {} : { type: typeName }),
      });
      setSaved(true);
      queries.setQueryData(keys.resource(resource.id), changed);
      await Promise.all([keys.resources, keys.accounts].map((queryKey) => queries.invalidateQueries({ queryKey })));
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
          </FormSection>
          {error !== null && Object.keys(errors).length === 0 && <ErrorBox error={error} />}
        </FormColumn>
        <SaveBar
          dirty={dirty}
          busy={busy}
          save={() => void save()}
          discard={() => {
            setDraft(stored);
            setTypeName(resource.type);
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
