/** Something that a column may hold: its key, and what people call it, the likelier name first. */
export interface MappedField {
  readonly key: string;
  readonly names: readonly string[];
}

/**
 * Which column (from 0) holds which field, told from the header. Case, spaces, punctuation and accents do not matter.
 * Fields without a column are absent; no column serves two fields. A field's own key and first names win over another
 * field's later ones; of two columns with the same text the left one is taken.
 */
export function guessMapping(header: readonly string[], fields: readonly MappedField[]): Record<string, number> {
  const columns = header.map(plain);
  const mapping = new Map<string, number>();
  const taken = new Set<number>();
  const names = fields.map((field) => [field.key, ...field.names].map(plain));
  const ranks = Math.max(0, ...names.map(({ length }) => length));
  for (let rank = 0; rank < ranks; rank++) {
    for (const [i, { key }] of fields.entries()) {
      const name = names[i]?.[rank];
      if (!name || mapping.has(key)) continue;
      const column = columns.findIndex((text, at) => text === name && !taken.has(at));
      if (column === -1) continue;
      mapping.set(key, column);
      taken.add(column);
    }
  }
  return Object.fromEntries(mapping);
}

/** Letters and digits only, small, without accents. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
