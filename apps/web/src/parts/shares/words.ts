import type { AccessEdge, Decider, Permission, Standing } from '@strongroom/contract';
import { exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';

const holds = {
  none: 'holdNone',
  part: 'holdPart',
  view: 'holdView',
  modify: 'holdModify',
  manage: 'holdManage',
  owner: 'holdOwner',
} as const;
/** A hold in a word. */
export const holdWord = (hold: Standing): string => access(holds[hold]);
export const permissionWord = (permission: Permission): string => access(permission);

const deciders = {
  'super-administrator': 'bySuper',
  'ownership': 'byOwner',
  'account-user': 'byAccountUser',
  'account-user-group': 'byAccountGroup',
  'resource-user': 'byResourceUser',
  'resource-user-group': 'byResourceGroup',
  'group-user': 'byGroupUser',
  'group-user-group': 'byGroupGroup',
  'part': 'byPart',
  'nothing': 'byNothing',
} as const; // prettier-ignore
/** What a hold rests on, in a few words. */
export const deciderWord = (decider: Decider): string => access(deciders[decider]);

const named = (end: AccessEdge['from'] | AccessEdge['to']): string =>
  end.name ?? access('unnamed', { kind: access(`kind_${end.kind}`) });

/** An edge as a sentence. */
export function edgeSentence(edge: AccessEdge): string {
  const [who, what] = [named(edge.from), named(edge.to)];
  switch (edge.kind) {
    case 'super-administrator':
      return access('edgeSuper', { who });
    case 'ownership':
      return access('edgeOwns', { who, what });
    case 'membership':
      return access('edgeMember', { who, what });
    case 'gathering':
      return access('edgeGathers', { who, what });
    case 'share': {
      const permission = edge.permission ? permissionWord(edge.permission) : '';
      return edge.until
        ? access('edgeShareUntil', { who, what, permission, until: exact(edge.until) })
        : access('edgeShare', { who, what, permission });
    }
  }
}

/** ‘3 added, 1 removed’. Empty when nothing is. */
export const countsText = (counts: { added: number; changed: number; removed: number }): string =>
  [
    counts.added > 0 ? access('nAdded', { count: counts.added }) : '',
    counts.changed > 0 ? access('nChanged', { count: counts.changed }) : '',
    counts.removed > 0 ? access('nRemoved', { count: counts.removed }) : '',
  ]
    .filter(Boolean)
    .join(', ');
