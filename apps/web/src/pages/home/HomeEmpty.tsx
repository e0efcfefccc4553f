import { Button } from '@mantine/core';
import { IconFolder, IconKey, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { home } from '../../lib/messages/home.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { viewIcons, type View } from './views.ts';

/** What Home says where a list or a group has nothing. */
export function HomeEmpty(props: {
  readonly view: View;
  readonly ofGroup: boolean;
  /** The group is there no more, or not for the one who looks. */
  readonly gone: boolean;
  /** The button that adds a resource, for whoever may. */
  readonly add: ReactNode;
  readonly showAll: () => void;
}) {
  const all = (
    <Button variant="default" onClick={props.showAll}>
      {home('showAll')}
    </Button>
  );
  if (props.gone)
    return (
      <EmptyState icon={IconLock} title={home('groupGone')} text={home('groupGoneText')}>
        {all}
      </EmptyState>
    );
  if (props.ofGroup)
    return (
      <EmptyState icon={IconFolder} title={home('emptyGroup')} text={home('emptyGroupText')}>
        {all}
      </EmptyState>
    );
  if (props.view === 'all')
    return (
      <EmptyState icon={IconKey} title={home('emptyTitle')} text={home(props.add ? 'emptyOwn' : 'emptyShared')}>
        {props.add}
      </EmptyState>
    );
  const favourite = props.view === 'favourite';
  return (
    <EmptyState
      icon={viewIcons[props.view]}
      title={home(favourite ? 'emptyFavourite' : 'emptyRecent')}
      text={home(favourite ? 'emptyFavouriteText' : 'emptyRecentText')}
    >
      {all}
    </EmptyState>
  );
}
