import css from './marked.module.css';

/** The words of a search as one pattern that finds them, longest first; null for none. */
export function marked(search: string): RegExp | null {
  const words = [...new Set(search.split(/\s+/).filter((word) => word !== ''))]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return words.length === 0 ? null : new RegExp(`(${words.join('|')})`, 'giu');
}

/** A text in which the words of a search stand out. */
export function Marked({ text, words }: { readonly text: string; readonly words: RegExp | null }) {
  if (words === null) return text;
  // A split by a pattern with one group gives what lies between at even places and the words at odd ones.
  return text.split(words).map((part, n) =>
    n % 2 === 1 ? (
      <mark key={n} className={css.mark}>
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
