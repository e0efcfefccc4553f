import type { HeldKind } from '@strongroom/contract';
import { access } from '../../lib/messages/access.ts';

/** What the address says of the question. */
export const fields = ['kind', 'object', 'user', 'do', 'at', 'q'] as const;

export const heldKinds: readonly HeldKind[] = ['account', 'resource', 'resource-group'];
export const kindOf = (text: string | undefined): HeldKind => heldKinds.find((kind) => kind === text) ?? 'account';
export const kindChoices = (): { value: HeldKind; label: string }[] =>
  heldKinds.map((kind) => ({ value: kind, label: access(kind) }));

/** What people ask about, as actions of the product, by kind of object. */
const actions = {
  'account': {
    read: 'account.read',
    reveal: 'account.reveal',
    change: 'account.change-password',
    manage: 'account.update',
    share: 'account.share',
  },
  'resource': {
    read: 'resource.read',
    manage: 'resource.update',
    share: 'resource.share',
    own: 'resource.transfer',
  },
  'resource-group': {
    read: 'resource-group.read',
    manage: 'resource-group.update',
    share: 'resource-group.share',
    own: 'resource-group.transfer',
  },
} as const; // prettier-ignore
export type Deed = 'read' | 'reveal' | 'change' | 'manage' | 'share' | 'own';

export const deedsOf = (kind: HeldKind): Deed[] => Object.keys(actions[kind]) as Deed[];
export const deedOf = (kind: HeldKind, text: string | undefined): Deed =>
  deedsOf(kind).find((deed) => deed === text) ?? (kind === 'account' ? 'reveal' : 'read');
/** The action that a deed is on a kind of object. */
export function actionOf(kind: HeldKind, deed: Deed): string {
  const known: Readonly<Partial<Record<Deed, string>>> = actions[kind];
  return known[deed] ?? actions[kind].read;
}
