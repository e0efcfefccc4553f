import { newRow, type AccountDraft } from '../../parts/accounts/AccountRows.tsx';
import { emptyDetails, type DetailsDraft } from '../../parts/resource/details.ts';
import type { FieldDraft } from '../../parts/fields/field-draft.ts';
import type { ChosenGroup } from '../../parts/fields/GroupPicker.tsx';
import type { ResetDraft } from '../../parts/reset/ResetFields.tsx';

/** What the wizard has gathered so far. */
export interface Draft {
  readonly type: string | null;
  readonly details: DetailsDraft;
  readonly accounts: readonly AccountDraft[];
  /** Null while rotation is off, or was not looked at yet. */
  readonly reset: ResetDraft | null;
  readonly rotationOff: boolean;
  /** Values of own fields. */
  readonly fields: FieldDraft;
  /** Ids of values of tags. */
  readonly tags: readonly string[];
  readonly groups: readonly ChosenGroup[];
}
export const emptyDraft = (): Draft => ({
  type: null,
  details: emptyDetails,
  accounts: [newRow()],
  reset: null,
  rotationOff: false,
  fields: {},
  tags: [],
  groups: [],
});

const storageKey = 'strongroom-new-resource';

/** Keeps the draft for this tab, without its passwords and the values of `secretFields`: a secret never lies in storage. Forgets an empty one. */
export function keepDraft(draft: Draft | null, secretFields: readonly string[] = []): void {
  try {
    if (draft === null) sessionStorage.removeItem(storageKey);
    else {
      const bare = draft.accounts.map(({ key, username, notes }) => ({ key, username, notes, password: '' }));
      const fields = Object.fromEntries(Object.entries(draft.fields).filter(([id]) => !secretFields.includes(id)));
      sessionStorage.setItem(storageKey, JSON.stringify({ ...draft, accounts: bare, fields }));
    }
  } catch {
    // Storage is full or forbidden: the draft lives as long as the page does.
  }
}

/** The draft of this tab, or an empty one. What does not look like a draft of ours is left alone. */
export function readDraft(): Draft {
  const empty = emptyDraft();
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Partial<Draft> | null;
    if (!kept || typeof kept !== 'object' || !Array.isArray(kept.accounts) || typeof kept.details !== 'object')
      return empty;
    return {
      ...empty,
      ...kept,
      details: { ...empty.details, ...kept.details },
      accounts: kept.accounts.length > 0 ? kept.accounts : empty.accounts,
      fields: kept.fields ?? {},
      tags: kept.tags ?? [],
      groups: kept.groups ?? [],
    };
  } catch {
    return empty;
  }
}
