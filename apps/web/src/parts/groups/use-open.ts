import { useCallback, useEffect, useState } from 'react';
import { aboveOf } from '../../ui/tree-rows.ts';
import type { ExplorerLine } from './use-explorer.ts';

/**
 * Which lines of the explorer are open. One's own root is at first, and so is everything above `selected` once it is known
 * where that hangs.
 */
export function useOpen(): {
  readonly open: ReadonlySet<string>;
  readonly set: (line: Pick<ExplorerLine, 'id'>, open: boolean) => void;
  readonly reveal: (lines: readonly ExplorerLine[], selected: string | undefined) => void;
} {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const set = useCallback(
    (line: Pick<ExplorerLine, 'id'>, to: boolean) =>
      setOpen((before) => {
        const after = new Set(before);
        if (to) after.add(line.id);
        else after.delete(line.id);
        return after;
      }),
    [],
  );
  const [begun, setBegun] = useState(false);
  const [revealed, setRevealed] = useState<string>();
  const reveal = useCallback(
    (lines: readonly ExplorerLine[], selected: string | undefined) => {
      const own = lines.filter((line) => line.root?.own).map((line) => line.id);
      if (!begun && own.length > 0) {
        setBegun(true);
        setOpen((before) => new Set([...before, ...own]));
      }
      if (selected && selected !== revealed && lines.some((line) => line.id === selected)) {
        setRevealed(selected);
        setOpen((before) => new Set([...before, ...aboveOf(lines, selected)]));
      }
    },
    [begun, revealed],
  );
  return { open, set, reveal };
}

/** `useOpen` that follows the lines by itself. */
export function useReveal(
  { reveal }: ReturnType<typeof useOpen>,
  lines: readonly ExplorerLine[],
  selected: string | undefined,
): void {
  useEffect(() => reveal(lines, selected), [reveal, lines, selected]);
}
