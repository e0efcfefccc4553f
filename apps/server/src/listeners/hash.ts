import type { ListenerSpec } from '@strongroom/contract';
import { sha256 } from '../platform/random.ts';

/** What a version of a listener says and carries: all that somebody approves. */
export interface Content {
  readonly name: string;
  readonly note: string;
  readonly spec: ListenerSpec;
  readonly file: FileMark | null;
  readonly companion: FileMark | null;
}
/** A file by its name and the SHA-256 of its bytes, in hexadecimal. */
export interface FileMark {
  readonly name: string;
  readonly sha256: string;
}

/** The same value for the same content, whatever the order of its keys: an object becomes its entries, sorted. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([name, inner]) => [name, settled(inner)]) };
}

const marked = (file: FileMark | null): FileMark | null => file && { name: file.name, sha256: file.sha256 };

/** SHA-256, in hexadecimal, over one version of one listener: the same content always gives the same, and no other does. */
export function hashOf(listener: string, version: number, { name, note, spec, file, companion }: Content): string {
  const all = { listener, version, name, note, spec, file: marked(file), companion: marked(companion) };
  return sha256(JSON.stringify(settled(all))).toString('hex');
}
