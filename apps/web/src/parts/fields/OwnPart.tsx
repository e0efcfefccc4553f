import { Button } from '@mantine/core';
import { tagResource, type Resource } from '@strongroom/contract';
import { IconTag } from '@tabler/icons-react';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { custom } from '../../lib/messages/custom.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys, queries } from '../../lib/query.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './fields.module.css';
import { shownFields, TagList } from './ShownFields.tsx';
import { TagPicker } from './TagPicker.tsx';
import { useFields, useTags } from './use-custom.ts';

function TagsDialog({ resource, close }: { readonly resource: Resource; readonly close: () => void }) {
  const had = resource.tags.map(({ valueId }) => valueId as string);
  const [tags, setTags] = useState<readonly string[]>(had);
  const action = useAction();
  const save = () =>
    action.run(async () => {
      const add = tags.filter((id) => !had.includes(id));
      const remove = had.filter((id) => !tags.includes(id));
      await ask(tagResource, { resourceId: resource.id, add, remove });
      await Promise.all(
        [keys.resource(resource.id), keys.resources].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      toast({ message: custom('tagsSaved', { name: resource.name }) });
    });
  return (
    <Dialog open close={close} title={custom('editTagsTitle', { name: resource.name })} closable={!action.busy}>
      <TagPicker value={tags} onChange={setTags} always />
      {action.error !== null && <ErrorBox error={action.error} />}
      <DialogActions>
        <Button variant="default" onClick={close} disabled={action.busy}>
          {kit('cancel')}
        </Button>
        <BusyButton busy={action.busy} onClick={() => void save().then((done) => done && close())}>
          {kit('save')}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}

/** What a resource has in own fields and tags. Nothing where the organisation has neither. */
export function OwnPart({ resource }: { readonly resource: Resource }) {
  const items = shownFields(useFields('resource'), { kind: 'resource', of: resource });
  const anyTags = useTags().length > 0;
  const [editing, setEditing] = useState(false);
  const mayTag = resource.can.includes('resource.tag') && anyTags;
  if (items.length === 0 && resource.tags.length === 0 && !mayTag) return null;
  return (
    <div className={css.own}>
      {items.length > 0 && (
        <>
          <h2>{custom('ownFields')}</h2>
          <Details items={items} />
        </>
      )}
      {(resource.tags.length > 0 || mayTag) && (
        <>
          <div className={css.head}>
            <h2>{custom('tags')}</h2>
            {mayTag && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                leftSection={<IconTag size={13} />}
                onClick={() => setEditing(true)}
              >
                {custom('editTags')}
              </Button>
            )}
          </div>
          {resource.tags.length > 0 ? (
            <TagList tags={resource.tags} />
          ) : (
            <span className="dim">{custom('noTags')}</span>
          )}
        </>
      )}
      {editing && <TagsDialog resource={resource} close={() => setEditing(false)} />}
    </div>
  );
}
