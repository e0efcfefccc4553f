import { Button } from '@mantine/core';
import { deleteResourceType, listResourceTypes, type ResourceType } from '@strongroom/contract';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { scripts } from '../../lib/messages/scripts.ts';
import { customise } from '../../lib/messages/customise.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { customKeys } from '../../parts/fields/use-custom.ts';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import admin from '../settings/admin.module.css';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import css from './customise.module.css';
import { TypeDialog } from './TypeDialog.tsx';

const refresh = () =>
  Promise.all(
    [keys.resourceTypes, customKeys.fields, keys.resources, keys.accounts].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );

/** Resource types: the organisation's own, and those the product comes with. */
export default function TypesPage() {
  const may = useCan('resource-type.create');
  const [editing, setEditing] = useState<ResourceType | 'new' | null>(null);
  const [removing, setRemoving] = useState<ResourceType | null>(null);
  const found = useQuery({
    queryKey: keys.resourceTypes,
    queryFn: ({ signal }) => ask(listResourceTypes, {}, { signal }),
  });
  const types = found.data?.items ?? [];
  const own = types.filter((type) => !type.builtIn);
  return (
    <AdminFrame>
      <div className={admin.form}>
        <PageHeader title={customise('types.title')} sub={customise('types.sub')}>
          {may && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>
              {customise('types.add')}
            </Button>
          )}
        </PageHeader>
        <FormColumn>
          {found.isPending && <Bones lines={[70, 50, 60]} />}
          {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
          {found.data && (
            <>
              <FormSection title={customise('types.own')}>
                {own.length === 0 ? (
                  <p className={css.none}>{customise('types.none')}</p>
                ) : (
                  <ul className={css.list}>
                    {own.map((type) => (
                      <li key={type.name}>
                        <span className={css.tile}>
                          <TypeIcon type={type.name} size={20} />
                        </span>
                        <div>
                          <b>
                            <bdi>{type.name}</bdi>
                          </b>
                          <span>
                            {type.holdsFiles
                              ? `${customise('types.holds')}: ${customise('types.holdsFiles')}`
                              : type.script
                                ? scripts('own')
                                : type.resetsLike
                                  ? customise('types.resetsLike', { name: type.resetsLike })
                                  : customise('types.resetsNot')}
                          </span>
                        </div>
                        {may && (
                          <span className={css.buttons}>
                            <Button
                              size="xs"
                              variant="default"
                              aria-label={customise('types.edit', { name: type.name })}
                              onClick={() => setEditing(type)}
                            >
                              {customise('change')}
                            </Button>
                            <Button
                              size="xs"
                              variant="subtle"
                              color="gray"
                              aria-label={customise('tags.remove', { name: type.name })}
                              onClick={() => setRemoving(type)}
                            >
                              {customise('tags.go')}
                            </Button>
                          </span>
                        )}
                      </li>
                    ))}
                  </ul>
                )}
              </FormSection>
              <FormSection title={customise('types.builtIn')} text={customise('types.builtInText')}>
                <ul className={css.builtIn}>
                  {types
                    .filter((type) => type.builtIn)
                    .map((type) => (
                      <li key={type.name}>
                        <TypeIcon type={type.name} />
                        {type.name}
                      </li>
                    ))}
                </ul>
              </FormSection>
            </>
          )}
        </FormColumn>
      </div>
      {editing !== null && (
        <TypeDialog
          type={editing === 'new' ? null : editing}
          types={types}
          close={() => setEditing(null)}
          saved={refresh}
        />
      )}
      <AskDialog
        open={removing !== null}
        close={() => setRemoving(null)}
        title={customise('types.removeTitle', { name: removing?.name ?? '' })}
        body={customise('types.removeText')}
        keep={customise('types.keep')}
        go={customise('types.remove')}
        danger
        does={async () => {
          if (!removing?.id) return;
          await ask(deleteResourceType, { resourceTypeId: removing.id });
          await refresh();
          toast({ message: customise('types.removed', { name: removing.name }) });
        }}
      />
    </AdminFrame>
  );
}
