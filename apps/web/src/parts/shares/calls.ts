import {
  listAccountShares,
  listGroupShares,
  listResourceShares,
  previewAccountShares,
  previewGroupShares,
  previewResourceShares,
  shareAccount,
  shareGroup,
  shareResource,
  type AccountId,
  type HeldKind,
  type ResourceGroupId,
  type ResourceId,
  type UserId,
} from '@strongroom/contract';
import { ask } from '../../lib/client.ts';
import { keys, queries } from '../../lib/query.ts';
import type { differenceOf } from './draft.ts';

/** What is shared: an account, a resource or a resource group. */
export interface Shared {
  readonly kind: HeldKind;
  readonly id: string;
  readonly name: string;
  /** Who owns it, by name. */
  readonly owner: string;
}
type Difference = ReturnType<typeof differenceOf>;
interface Listing {
  readonly limit: number;
  readonly search?: string;
  readonly inherited?: boolean;
}
type Options = { readonly signal?: AbortSignal };

export function askShares({ kind, id }: Shared, listing: Listing, options: Options) {
  switch (kind) {
    case 'account':
      return ask(listAccountShares, { accountId: id as AccountId, ...listing }, options);
    case 'resource':
      return ask(listResourceShares, { resourceId: id as ResourceId, ...listing }, options);
    case 'resource-group':
      return ask(listGroupShares, { groupId: id as ResourceGroupId, ...listing }, options);
  }
}

/** What a difference would change; `userId` for the hold of one person besides. */
export function askPreview({ kind, id }: Shared, difference: Difference, userId: UserId | undefined, options: Options) {
  const more = { ...difference, ...(userId ? { userId } : {}) };
  switch (kind) {
    case 'account':
      return ask(previewAccountShares, { accountId: id as AccountId, ...more } as never, options);
    case 'resource':
      return ask(previewResourceShares, { resourceId: id as ResourceId, ...more }, options);
    case 'resource-group':
      return ask(previewGroupShares, { groupId: id as ResourceGroupId, ...more }, options);
  }
}

export function saveShares({ kind, id }: Shared, difference: Difference, reason: string) {
  const more = { ...difference, ...(reason ? { reason } : {}) };
  switch (kind) {
    case 'account':
      return ask(shareAccount, { accountId: id as AccountId, ...more } as never);
    case 'resource':
      return ask(shareResource, { resourceId: id as ResourceId, ...more });
    case 'resource-group':
      return ask(shareGroup, { groupId: id as ResourceGroupId, ...more });
  }
}

export const sharesKey = ({ kind, id }: Pick<Shared, 'kind' | 'id'>) => ['shares', kind, id] as const;

/** After shares or an owner changed: whatever shows who holds what is fetched again. */
export async function refreshShares(): Promise<void> {
  await Promise.all(
    [['shares'], ['access'], keys.groups, keys.explorer, keys.resources, keys.accounts].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );
}
