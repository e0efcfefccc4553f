import type { Me } from '@strongroom/contract';
import { settings } from '../../lib/messages/settings.ts';
import type { Entry } from './entries.ts';
import { sections } from './fields.ts';

/** Every setting as a place of its own, for the search. */
export function adminSettings(me: Me): readonly Entry[] {
  if (!me.can.includes('setting.update')) return [];
  const fields = sections.flatMap((section) =>
    section.fields.map((field): Entry => ({
      id: field.name,
      group: 'organisation',
      label: settings(field.name),
      says: settings(`${field.name}.says`),
      to: '/admin/settings',
      anchor: field.name,
    })),
  );
  return fields;
}
