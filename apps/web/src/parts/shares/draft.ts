import type { Permission, Share } from '@strongroom/contract';

/** One line of the list as it is edited: what stands, if anything, and what is wanted; `wanted` null for a share that ends. */
export interface Line {
  readonly kind: 'user' | 'user-group';
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly standing: Share | null;
  readonly wanted: Wanted | null;
}
export interface Wanted {
  readonly permission: Permission;
  /** Instants; null for at once, and for no end. */
  readonly from: string | null;
  readonly until: string | null;
}
/** What was edited and not saved, by recipient. */
export type Draft = Readonly<Record<string, Line>>;
export type Mark = 'added' | 'changed' | 'removed' | null;

const wantedOf = ({ permission, from, until }: Share): Wanted => ({ permission, from, until });

/** The lines to show: what was added on top, then what stands, edited or not. */
export function linesOf(shares: readonly Share[], draft: Draft): readonly Line[] {
  const standing = shares.map(
    (share): Line =>
      draft[share.to.id] ?? {
        kind: share.to.kind,
        id: share.to.id,
        // A person is called by their full name, with the log-in name beneath.
        name: (share.to.kind === 'user' && share.to.detail) || share.to.name,
        detail: share.to.kind === 'user' ? share.to.name : share.to.detail,
        standing: share,
        wanted: wantedOf(share),
      },
  );
  const shown = new Set(standing.map((line) => line.id));
  return [...Object.values(draft).filter((line) => !shown.has(line.id)), ...standing];
}

/** How a line differs from what stands. */
export function markOf({ standing, wanted }: Line): Mark {
  if (!standing) return wanted ? 'added' : null;
  if (!wanted) return 'removed';
  return standing.permission === wanted.permission && standing.from === wanted.from && standing.until === wanted.until
    ? null
    : 'changed';
}

/** The draft with one line as it is wanted now. A line that changes nothing any more is dropped. */
export function edited(draft: Draft, line: Line): Draft {
  const { [line.id]: _, ...others } = draft;
  return markOf(line) === null ? others : { ...others, [line.id]: line };
}

export function countsOf(draft: Draft): { readonly added: number; readonly changed: number; readonly removed: number } {
  const marks = Object.values(draft).map(markOf);
  const of = (mark: Mark) => marks.filter((one) => one === mark).length;
  return { added: of('added'), changed: of('changed'), removed: of('removed') };
}

/** The difference that the server is sent. */
export function differenceOf(draft: Draft) {
  const lines = Object.values(draft);
  return {
    set: lines.flatMap(({ kind, id, wanted }) => (wanted ? [{ to: { kind, id } as Share['to'], ...wanted }] : [])),
    remove: lines.flatMap(({ kind, id, wanted, standing }) =>
      !wanted && standing ? [{ kind, id } as Share['to']] : [],
    ),
  };
}
