import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { settingKeys, settings, wordsOf, type SettingKey, type Settings } from './settings.ts';

/** One thing wrong with the settings. `where` is `environment` or the path of the file; `key` is the name as written there. */
export interface Fault {
  readonly where: string;
  readonly key: string;
  readonly problem: string;
  readonly allowed: string;
}

/** Variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;
/** A value as it was written, and where. */
export interface Raw {
  readonly text: string;
  readonly where: string;
  readonly name: string;
}
/** The source that is not a file. */
export const environment = 'environment';
/** The entries of the environment that are ours, by their names in the file. An empty variable counts as absent. */
export function fromEnvironment(env: Environment): [string, unknown][] {
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith('STRONGROOM_') && value !== undefined && value !== '')
    .map(([name, value]) => [name.slice('STRONGROOM_'.length).toLowerCase(), value]);
}

/** The entries of the file of settings; none when there is no file. Faults of its form are added to `faults`. */
export function fromFile(file: string, faults: Fault[]): [string, unknown][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    faults.push({
      where: file,
      key: '(file)',
      problem: `cannot be read (${codeOf(error)})`,
      allowed: 'a file the server may read',
    });
    return [];
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  for (const error of document.errors) {
    faults.push({
      where: file,
      key: `line ${lineCounter.linePos(error.pos[0]).line}`,
      problem: error.message,
      allowed: 'YAML: one `name: value` a line',
    });
  }
  if (document.errors.length > 0 || document.contents === null) return [];
  const content: unknown = document.toJS();
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return Object.entries(content);
  faults.push({
    where: file,
    key: '(file)',
    problem: 'is not a list of settings',
    allowed: 'YAML: one `name: value` a line',
  });
  return [];
}

/** Sorts one source's entries into `raws`, where an earlier source stays, and reads the files that `…_file` entries name. */
export function collect(
  entries: [string, unknown][],
  where: string,
  nameOf: (key: string) => string,
  raws: Map<SettingKey, Raw>,
  faults: Fault[],
): void {
  const here = new Set<SettingKey>();
  for (const [key, value] of entries) {
    const name = nameOf(key);
    const direct = isKey(key) ? key : undefined;
    const byFile = direct === undefined && key.endsWith('_file') ? key.slice(0, -'_file'.length) : undefined;
    const target =
      direct ?? (byFile !== undefined && isKey(byFile) && wordsOf(byFile).file === true ? byFile : undefined);
    if (target === undefined) {
      faults.push({ where, key: name, problem: 'is not a setting', allowed: suggestion(key, nameOf) });
    } else if (where !== environment && target === 'home') {
      faults.push({
        where,
        key: name,
        problem: 'cannot be set here',
        allowed: 'the environment variable STRONGROOM_HOME',
      });
    } else if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      faults.push({ where, key: name, problem: 'has no single value', allowed: wordsOf(target).allowed });
    } else if (here.has(target)) {
      faults.push({
        where,
        key: name,
        problem: `is given twice, as a value and as a file`,
        allowed: `${nameOf(target)} or ${nameOf(`${target}_file`)}`,
      });
    } else {
      here.add(target);
      if (raws.has(target)) continue;
      const text = direct === undefined ? readValue(String(value), where, name, faults) : String(value);
      if (text !== undefined) raws.set(target, { text, where, name });
    }
  }
}

function readValue(file: string, where: string, name: string, faults: Fault[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    faults.push({
      where,
      key: name,
      problem: `names the file ${file}, which cannot be read (${codeOf(error)})`,
      allowed: 'a file the server may read',
    });
    return undefined;
  }
}

/** A setting's value through its schema, or undefined when it is absent or has a fault, which is added to `faults`. */
export function parsed<K extends SettingKey>(key: K, raw: Raw | undefined, faults: Fault[]): Settings[K] | undefined {
  if (raw === undefined) return undefined;
  const result = settings.shape[key].safeParse(raw.text);
  if (result.success) return result.data as Settings[K];
  // The value is not repeated: it may be a password put into the wrong variable.
  faults.push({
    where: raw.where,
    key: raw.name,
    problem: 'has a value that is not allowed',
    allowed: wordsOf(key).allowed,
  });
  return undefined;
}

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings.shape, key);

function suggestion(key: string, nameOf: (key: string) => string): string {
  const near = settingKeys.map((known) => ({ known, far: distance(key, known) })).sort((a, b) => a.far - b.far)[0];
  const withoutFile = key.replace(/_file$/, '');
  if (isKey(withoutFile)) return nameOf(withoutFile);
  return near !== undefined && near.far <= 3
    ? `perhaps ${nameOf(near.known)}`
    : 'the settings listed in docs/configuration.md';
}

/** Edit distance (Levenshtein), for suggesting the name that was meant. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
