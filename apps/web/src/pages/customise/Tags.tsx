import { Button, TextInput } from '@mantine/core';
import { createTagValue, deleteTag, deleteTagValue, listTags, type Tag } from '@strongroom/contract';
import { IconPlus, IconTag } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { customise } from '../../lib/messages/customise.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { customKeys } from '../../parts/fields/use-custom.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import admin from '../settings/admin.module.css';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import css from './customise.module.css';
import { TagDialog, ValueDialog } from './TagDialog.tsx';

const refresh = () =>
  Promise.all([customKeys.tags, keys.resources].map((queryKey) => queries.invalidateQueries({ queryKey })));
type Value = Tag['values'][number];

function NewValue({ tag }: { readonly tag: Tag }) {
  const [value, setValue] = useState('');
  const [error, setError] = useState<string | null>(null);
  const add = async () => {
    if (value.trim() === '') {
      setError(customise('tags.valueMissing'));
      return;
    }
    try {
      await ask(createTagValue, { tagId: tag.id, value: value.trim() });
      setValue('');
      setError(null);
      await refresh();
    } catch (failure) {
      const said = fieldErrors(failure)['value'];
      if (said) setError(said);
      else toastProblem(failure);
    }
  };
  return (
    <form
      className={css.newValue}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <TextInput
        aria-label={customise('tags.valuesOf', { name: tag.name })}
        placeholder={customise('tags.newValue')}
        maxLength={120}
        value={value}
        onChange={(event) => {
          setValue(event.currentTarget.value);
          setError(null);
        }}
        error={error}
        autoComplete="off"
      />
      <Button type="submit" variant="default" leftSection={<IconPlus size={15} />}>
        {customise('tags.addValue')}
      </Button>
    </form>
  );
}

function TagCard({ tag }: { readonly tag: Tag }) {
  const may = useCan('tag.create');
  const [editing, setEditing] = useState(false);
  const [value, setValue] = useState<Value | null>(null);
  const [removing, setRemoving] = useState<Value | 'tag' | null>(null);
  const all = tag.values.reduce((sum, one) => sum + (one.resources ?? 0), 0);
  const name = removing === 'tag' ? tag.name : (removing?.value ?? '');
  return (
    <FormSection
      title={tag.name}
      text={`${customise(`scope.${tag.scope}`)}${tag.description ? ` · ${tag.description}` : ''}`}
    >
      {tag.values.length === 0 ? (
        <p className={css.none}>{customise('tags.noValues')}</p>
      ) : (
        <ul className={css.list} aria-label={customise('tags.valuesOf', { name: tag.name })}>
          {tag.values.map((one) => (
            <li key={one.id}>
              <div>
                <b>
                  <bdi>{one.value}</bdi>
                </b>
                <span>
                  {customise('tags.onResources', { count: one.resources ?? 0 })}
                  {one.description && ` · ${one.description}`}
                </span>
              </div>
              {may && (
                <span className={css.buttons}>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={customise('tags.edit', { name: one.value })}
                    onClick={() => setValue(one)}
                  >
                    {customise('change')}
                  </Button>
                  <Button
                    size="xs"
                    variant="subtle"
                    color="gray"
                    aria-label={customise('tags.remove', { name: one.value })}
                    onClick={() => setRemoving(one)}
                  >
                    {customise('tags.go')}
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {may && <NewValue tag={tag} />}
      {may && (
        <span className={css.buttons}>
          <Button
            size="xs"
            variant="default"
            aria-label={customise('tags.editTagWhat', { name: tag.name })}
            onClick={() => setEditing(true)}
          >
            {customise('tags.editTag')}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            aria-label={customise('tags.removeTagWhat', { name: tag.name })}
            onClick={() => setRemoving('tag')}
          >
            {customise('tags.removeTag')}
          </Button>
        </span>
      )}
      {editing && <TagDialog tag={tag} close={() => setEditing(false)} saved={refresh} />}
      {value !== null && <ValueDialog value={value} close={() => setValue(null)} saved={refresh} />}
      <AskDialog
        open={removing !== null}
        close={() => setRemoving(null)}
        title={customise('tags.removeTitle', { name })}
        body={customise('tags.removeText', { count: removing === 'tag' ? all : (removing?.resources ?? 0) })}
        keep={customise('tags.keep')}
        go={customise('tags.go')}
        danger
        does={async () => {
          if (removing === 'tag') await ask(deleteTag, { tagId: tag.id });
          else if (removing) await ask(deleteTagValue, { tagValueId: removing.id });
          await refresh();
          toast({ message: customise('tags.removed', { name }) });
        }}
      />
    </FormSection>
  );
}

/** Tags and their values. */
export default function TagsPage() {
  const mayAdd = useCan('tag.create');
  const [adding, setAdding] = useState(false);
  const found = useQuery({
    queryKey: [...customKeys.tags, 'counts'],
    queryFn: ({ signal }) => ask(listTags, { counts: true }, { signal }),
  });
  const add = mayAdd && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
      {customise('tags.add')}
    </Button>
  );
  const none = found.data?.items.length === 0;
  return (
    <AdminFrame>
      <div className={admin.form}>
        <PageHeader title={customise('tags.title')} sub={customise('tags.sub')}>
          {!none && add}
        </PageHeader>
        <FormColumn>
          {found.isPending && <Bones lines={[70, 50, 60]} />}
          {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
          {none && (
            <EmptyState icon={IconTag} title={customise('tags.none')} text={customise('tags.noneText')}>
              {add}
            </EmptyState>
          )}
          {found.data?.items.map((tag) => (
            <TagCard key={tag.id} tag={tag} />
          ))}
        </FormColumn>
      </div>
      {adding && <TagDialog tag={null} close={() => setAdding(false)} saved={refresh} />}
    </AdminFrame>
  );
}
