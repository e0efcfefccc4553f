import { IconHistory, IconKey, IconStar, type Icon } from '@tabler/icons-react';

/** The lists of Home. */
export const views = ['favourite', 'recent', 'all'] as const;
export type View = (typeof views)[number];
export const viewIcons: Readonly<Record<View, Icon>> = { favourite: IconStar, recent: IconHistory, all: IconKey };
/** The view an address names; all passwords when it names none. */
export function viewOf(text: string | undefined): View {
  return views.find((view) => view === text) ?? 'all';
}
