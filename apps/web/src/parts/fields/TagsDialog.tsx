import { Button } from '@mantine/core';
import { tagResource, type Resource } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { custom } from '../../lib/messages/custom.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys, queries } from '../../lib/query.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { TagPicker } from './TagPicker.tsx';

/** Chooses the tags of a resource. */
export default function TagsDialog({ resource, close }: { readonly resource: Resource; readonly close: () => void }) {
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
