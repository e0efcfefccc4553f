/** The rows of bench/results.json: what a benchmark must deliver and how its rows are merged and shown. */
import { cpus, release, totalmem } from 'node:os';

/**
 * Checks what a benchmark returned. `value` is ours in `unit`; `against` names the limit or the peer measured in the same
 * run, `ratio` compares the two (greater is better), `target` says what is asked and `ok` whether it is met.
 * Returns what is wrong with the rows, nothing when all are right.
 * @param {unknown} rows
 * @returns {string[]}
 */
export function faultsOf(rows) {
  if (!Array.isArray(rows) || rows.length === 0) return ['it returned no rows'];
  const kinds = { name: 'string', what: 'string', unit: 'string', against: 'string', target: 'string', ok: 'boolean' };
  return rows.flatMap((row, index) => {
    const wrong = Object.entries(kinds).filter(([key, kind]) => typeof row?.[key] !== kind);
    const faults = wrong.map(([key, kind]) => `row ${index}: ${key} is not a ${kind}`);
    for (const key of ['value', 'ratio']) {
      if (!Number.isFinite(row?.[key])) faults.push(`row ${index}: ${key} is not a finite number`);
    }
    return faults;
  });
}

/** One line about the machine: cores and their model, memory in GB, kernel, Node.js. */
export function describeMachine(nodeVersion) {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, ${memory} GB, Linux ${release()}, Node.js ${nodeVersion}`;
}

/** The new rows, and of the old ones those whose name was not measured again, sorted by name. */
export function merge(old, fresh) {
  const names = new Set(fresh.map(({ name }) => name));
  const all = [...old.filter(({ name }) => !names.has(name)), ...fresh];
  return all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The rows as a table of text. */
export function table(rows) {
  const head = ['', 'name', 'what', 'value', 'against', 'ratio', 'target'];
  const lines = rows.map((row) => [
    row.ok ? 'ok' : 'FAIL',
    row.name,
    row.what,
    `${figure(row.value)} ${row.unit}`,
    row.against,
    figure(row.ratio),
    row.target,
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i].length)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const figure = (number) => String(Number(number.toPrecision(number >= 1000 ? 6 : 3)));
