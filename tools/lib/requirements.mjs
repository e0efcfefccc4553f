/**
 * Ties requirements to the tests that show them. The requirements stand in tools/requirements/*.json, one file per area:
 * a sentence each and, where a requirement is not (or not wholly) met, the written decision. A test names what it shows
 * at the end of its title: `it('hides the name from a stranger [SHR-04]', …)`, several as `[SHR-04, G-1]`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from './sources.mjs';

const id = /^([A-Z]{3}-\d{2}|G-\d)$/;
const starters = new Set(['it', 'test', 'describe']);
/** A test that does not run shows nothing. */
const idle = new Set(['skip', 'todo', 'fails']);

/**
 * Reads the areas in the order of their files' names.
 * @param {string} directory absolute path of the checkout
 * @returns {{ area: string, requirements: { id: string, says: string, decision?: string }[] }[]}
 */
export function readRequirements(directory) {
  const folder = join(directory, 'tools', 'requirements');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { area, requirements } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return { area, requirements: Object.entries(requirements).map(([key, entry]) => ({ id: key, ...entry })) };
    });
}

/** The ids in a title's brackets: `does it [AAA-01, G-1]` gives both; other brackets give none. */
export function idsIn(title) {
  return [...title.matchAll(brackets)].flatMap(([, list]) => idList(list));
}

const brackets = /\s*\[([A-Z0-9,\s-]+)\]/g;

function idList(list) {
  const names = list.split(/[\s,]+/).filter(Boolean);
  return names.every((name) => id.test(name)) ? names : [];
}

/**
 * The titles in one source text that name requirements, without their ids. Titles are read from the syntax, so a comment
 * or a string elsewhere does not count; in a benchmark every string does, because rows carry what they show.
 * @param {string} file path, for what kind of file it is
 * @param {string} text its content
 * @returns {{ title: string, ids: string[] }[]}
 */
export function titlesWithIds(file, text) {
  if (!/\[(?:[A-Z]{3}-\d{2}|G-\d)\b/.test(text)) return [];
  const found = [];
  const bench = file.endsWith('.bench.ts');
  const take = (title) => {
    const ids = idsIn(title);
    const rest = title.replace(brackets, (whole, list) => (idList(list).length > 0 ? '' : whole));
    if (ids.length > 0) found.push({ title: rest.trim(), ids });
  };
  const visit = (node) => {
    if (bench && ts.isStringLiteralLike(node)) take(node.text);
    if (!bench && ts.isCallExpression(node) && runs(node.expression)) take(textOf(node.arguments[0]));
    if (!bench && ts.isCallExpression(node) && isIdle(node.expression)) return;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

/**
 * Everything the page and its test need: the page's text, how many requirements tests show, and what is wrong.
 * @param {string} directory absolute path of the checkout
 * @returns {{ page: string, shown: number, total: number, faults: string[] }}
 */
export function traceRequirements(directory) {
  const areas = readRequirements(directory);
  const tests = new Map();
  for (const file of sourceFiles(directory, ['apps', 'packages', 'test', 'e2e', 'tools', 'bench'])) {
    if (!/\.(test|bench)\.tsx?$/.test(file)) continue;
    for (const { title, ids } of titlesWithIds(file, readFileSync(join(directory, file), 'utf8'))) {
      for (const name of ids) tests.set(name, [...(tests.get(name) ?? []), { file, title }]);
    }
  }
  const faults = [];
  const known = new Set();
  let shown = 0;
  for (const { area, requirements } of areas) {
    for (const requirement of requirements) {
      if (known.has(requirement.id)) faults.push(`${requirement.id} is written twice (again in ${area})`);
      known.add(requirement.id);
      if (!requirement.says) faults.push(`${requirement.id} has no sentence`);
      const its = tests.get(requirement.id) ?? [];
      if (its.length > 0 && !requirement.decision) shown += 1;
      if (its.length === 0 && !requirement.decision) faults.push(`${requirement.id} has neither tests nor a decision`);
      if (its.length > 0 && requirement.decision) {
        faults.push(
          `${requirement.id} is shown by ${its[0].file} and still carries the decision "${requirement.decision}"`,
        );
      }
    }
  }
  for (const [name, its] of tests) {
    if (!known.has(name)) faults.push(`${its[0].file} names ${name}, which is no requirement`);
  }
  return { page: pageOf(areas, tests, shown, known.size), shown, total: known.size, faults };
}

function pageOf(areas, tests, shown, total) {
  const lines = [
    '# Requirements and what shows them',
    '',
    'Written by `npm run trace` from `tools/requirements/` and the titles of the tests; do not edit.',
    'A requirement counts as shown when tests show all of it; otherwise a decision says what is not there.',
    '',
    `**${shown} of ${total} requirements shown by tests.**`,
  ];
  for (const { area, requirements } of areas) {
    lines.push('', `## ${area}`, '', '| id | requirement | shown by, or decided |', '| --- | --- | --- |');
    for (const { id: name, says, decision } of requirements) {
      const its = (tests.get(name) ?? []).map(({ file, title }) => `\`${file}\`: ${title}`);
      const cell = [...new Set(its), ...(decision ? [`*${decision}*`] : [])].map(escape).join('<br>');
      lines.push(`| ${name} | ${escape(says)} | ${cell || '**nothing yet**'} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const escape = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Whether the callee is it, test or describe, with any of their forms that run: it.each(…)(…), describe.sequential(…). */
function runs(callee) {
  if (isIdle(callee)) return false;
  return starters.has(rootOf(callee));
}

function isIdle(callee) {
  if (!starters.has(rootOf(callee))) return false;
  for (let at = callee; !ts.isIdentifier(at); at = at.expression ?? at.tag) {
    if (ts.isPropertyAccessExpression(at) && idle.has(at.name.text)) return true;
  }
  return false;
}

function rootOf(callee) {
  let at = callee;
  while (ts.isPropertyAccessExpression(at) || ts.isCallExpression(at) || ts.isTaggedTemplateExpression(at)) {
    at = ts.isTaggedTemplateExpression(at) ? at.tag : at.expression;
  }
  return ts.isIdentifier(at) ? at.text : undefined;
}

/** The constant text of a title; where a value is put in, three dots stand. */
function textOf(node) {
  if (node === undefined) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
  }
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  return '';
}
