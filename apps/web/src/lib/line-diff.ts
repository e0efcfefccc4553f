/** One line of a comparison. */
export interface DiffLine {
  readonly is: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Lines compared in full: more of them on both sides are shown as removed and added whole. */
const most = 3000;

/** What became of `before`, line by line: a longest common subsequence, with what was removed before what was added. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length > most || after.length > most)
    return [
      ...before.map((text): DiffLine => ({ is: 'removed', text })),
      ...after.map((text): DiffLine => ({ is: 'added', text })),
    ];
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      lines.push({ is: 'same', text: old });
      i++;
      j++;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ is: 'removed', text: old });
      i++;
    } else {
      lines.push({ is: 'added', text: now ?? '' });
      j++;
    }
  }
  return lines;
}

/** The comparison with long stretches of unchanged lines folded to their number: `context` lines beside each change stay. */
export function folded(
  lines: readonly DiffLine[],
  context = 3,
): readonly (DiffLine | { readonly is: 'fold'; readonly count: number })[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some(({ is }) => is !== 'same'),
  );
  const shown: (DiffLine | { is: 'fold'; count: number })[] = [];
  lines.forEach((line, at) => {
    const last = shown.at(-1);
    if (near[at]) shown.push(line);
    else if (last?.is === 'fold') last.count++;
    else shown.push({ is: 'fold', count: 1 });
  });
  return shown;
}
