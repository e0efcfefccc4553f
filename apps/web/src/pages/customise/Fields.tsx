import { Button } from '@mantine/core';
import { deleteField, fieldsAtMost, listFields, type Field, type FieldBelongsTo } from '@strongroom/contract';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { customise } from '../../lib/messages/customise.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { customKeys } from '../../parts/fields/use-custom.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import admin from '../settings/admin.module.css';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './customise.module.css';
import { FieldDialog } from './FieldDialog.tsx';

const refresh = () =>
  Promise.all(
    [customKeys.fields, keys.resources, keys.accounts, keys.resourceTypes].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );

function FieldList({ belongsTo, fields }: { readonly belongsTo: FieldBelongsTo; readonly fields: readonly Field[] }) {
  const mayAdd = useCan('field.create');
  const [editing, setEditing] = useState<Field | 'new' | null>(null);
  const [removing, setRemoving] = useState<Field | null>(null);
  return (
    <FormSection
      title={customise(`fields.${belongsTo}`)}
      text={customise('fields.used', { count: fields.length, most: fieldsAtMost })}
    >
      {fields.length === 0 ? (
        <p className={css.none}>{customise('fields.none')}</p>
      ) : (
        <ul className={css.list}>
          {fields.map((field) => (
            <li key={field.id}>
              <div>
                <b>
                  <bdi>{field.name}</bdi>
                </b>
                <span>
                  {[
                    customise(`kind.${field.kind}`),
                    ...(field.required ? [customise('requiredMark')] : []),
                    customise('fields.values', { count: field.values ?? 0 }),
                    ...(field.types.length > 0 ? [field.types.join(', ')] : []),
                  ].join(' · ')}
                </span>
                {field.description && <span>{field.description}</span>}
              </div>
              {mayAdd && (
                <span className={css.buttons}>
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<IconPencil size={14} />}
                    aria-label={customise('fields.edit', { name: field.name })}
                    onClick={() => setEditing(field)}
                  >
                    {customise('change')}
                  </Button>
                  <Button
                    size="xs"
                    variant="subtle"
                    color="gray"
                    leftSection={<IconTrash size={14} />}
                    aria-label={customise('fields.removeWhat', { name: field.name })}
                    onClick={() => setRemoving(field)}
                  >
                    {customise('tags.go')}
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayAdd && fields.length < fieldsAtMost && (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={15} />}
            aria-label={customise(belongsTo === 'resource' ? 'fields.addResource' : 'fields.addAccount')}
            onClick={() => setEditing('new')}
          >
            {customise('fields.add')}
          </Button>
        </div>
      )}
      {editing !== null && (
        <FieldDialog
          belongsTo={belongsTo}
          field={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
          saved={refresh}
        />
      )}
      {removing !== null && (
        <ConfirmByName
          open
          close={() => setRemoving(null)}
          title={customise('fields.removeTitle', { name: removing.name })}
          name={removing.name}
          keep={customise('fields.keep')}
          go={customise('fields.remove')}
          does={async () => {
            const { values } = await ask(deleteField, { fieldId: removing.id });
            await refresh();
            toast({ message: customise('fields.removed', { name: removing.name, count: values }) });
          }}
        >
          <p>{customise('fields.removeText', { count: removing.values ?? 0 })}</p>
        </ConfirmByName>
      )}
    </FormSection>
  );
}

/** The organisation's own fields of resources and accounts. */
export default function FieldsPage() {
  const found = useQuery({
    queryKey: [...customKeys.fields, 'counts'],
    queryFn: ({ signal }) => ask(listFields, { counts: true }, { signal }),
  });
  const of = (belongsTo: FieldBelongsTo) => (found.data?.items ?? []).filter((field) => field.belongsTo === belongsTo);
  return (
    <AdminFrame>
      <div className={admin.form}>
        <PageHeader title={customise('fields.title')} sub={customise('fields.sub', { most: fieldsAtMost })} />
        <FormColumn>
          {found.isPending && <Bones lines={[70, 50, 60]} />}
          {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
          {found.data && (
            <>
              <FieldList belongsTo="resource" fields={of('resource')} />
              <FieldList belongsTo="account" fields={of('account')} />
            </>
          )}
        </FormColumn>
      </div>
    </AdminFrame>
  );
}
