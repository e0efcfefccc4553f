import type { KeyStage } from '@strongroom/contract';

/** A key in its versions: `next` while another is on its way. */
export interface Versions {
  readonly stage: KeyStage;
  readonly current: number;
  readonly next: number | undefined;
}

/** What is known of a key on one account. */
export interface PlaceFacts {
  readonly wanted: boolean;
  /** Versions whose line may be there. */
  readonly placed: readonly number[];
  /** Versions with which a log-in worked since. */
  readonly proven: readonly number[];
}

/** What is to be done there now: lines to put in and take out in one change, each proven afterwards. */
export interface Step {
  readonly add: readonly number[];
  readonly remove: readonly number[];
}

/** The versions that are to open the account at this stage. */
export function due({ stage, current, next }: Versions, { wanted }: Pick<PlaceFacts, 'wanted'>): number[] {
  if (!wanted) return [];
  return stage === 'rotating' && next !== undefined ? [current, next] : [current];
}

/**
 * The next step on one account; undefined when all is as it should be. A line is taken out only when the key that is to stay was
 * proven there: at no moment is there none that works.
 */
export function nextStep(versions: Versions, place: PlaceFacts): Step | undefined {
  const wanted = due(versions, place);
  const add = wanted.filter((version) => !place.proven.includes(version));
  const extra = place.placed.filter((version) => !wanted.includes(version));
  const remove = add.length > 0 ? [] : extra;
  return add.length > 0 || remove.length > 0 ? { add, remove } : undefined;
}

/** Whether nothing is left to be done there. */
export const isSettled = (versions: Versions, place: PlaceFacts): boolean => nextStep(versions, place) === undefined;

/**
 * Where a key goes from its stage, with what is known of all its places; undefined when it stays. A rotation commits when the next key was
 * proven on every account that it is to open.
 */
export function nextStage(versions: Versions, places: readonly PlaceFacts[]): 'commit' | 'settled' | undefined {
  const { stage, next } = versions;
  if (stage === 'settled') return undefined;
  if (stage === 'rotating') {
    const everywhere = places
      .filter(({ wanted }) => wanted)
      .every(({ proven }) => next !== undefined && proven.includes(next));
    return everywhere ? 'commit' : undefined;
  }
  return places.filter(({ wanted }) => wanted).every((place) => isSettled(versions, place)) ? 'settled' : undefined;
}
