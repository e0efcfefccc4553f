/** The key or a kept checkpoint cannot be used at all, so nothing was learnt about the export. */
export class UnusableInput extends Error {}

/**
 * What the verifier found. `root` is base64. `first` and `last` bound the first bad event's index when they are known: equal for a
 * fault in one event, apart when only a root over several disagrees. `proven` events from the start are as they were sealed.
 */
export type Verdict =
  | {
      readonly intact: true;
      readonly organisationId: string;
      readonly organisationName: string;
      readonly exportedAt: string;
      readonly events: number;
      readonly checkpoints: number;
      readonly kept: number;
      readonly root: string;
    }
  | {
      readonly intact: false;
      readonly problem: string;
      readonly line: number;
      readonly first: number | undefined;
      readonly last: number | undefined;
      readonly proven: number;
    };

/**
 * Verifies an export, given as bytes in pieces of any size, which are read once and not kept.
 * `keyText` holds verifier key lines, each of `keptTexts` what a witness kept: one signed note or lines of `{"checkpoint":"…"}`.
 * Throws UnusableInput when the key or a kept text is malformed, and whatever reading the pieces throws.
 */
export function verifyExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  keyText: string,
  keptTexts?: readonly string[],
): Promise<Verdict>;
