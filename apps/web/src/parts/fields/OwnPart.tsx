import { Button } from '@mantine/core';
import type { Resource } from '@strongroom/contract';
import { IconTag } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { custom } from '../../lib/messages/custom.ts';
import { Details } from '../../ui/Facts.tsx';
import css from './fields.module.css';
import { shownFields, TagList } from './ShownFields.tsx';
import { useFields, useTags } from './use-custom.ts';

const TagsDialog = lazy(() => import('./TagsDialog.tsx'));

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
      {editing && (
        <Suspense fallback={null}>
          <TagsDialog resource={resource} close={() => setEditing(false)} />
        </Suspense>
      )}
    </div>
  );
}
