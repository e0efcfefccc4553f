/**
 * Finds code nobody needs: files that no entry leads to, and exports that no other file uses. It reads syntax only, so a
 * whole checkout takes a second or two.
 *
 * What counts as used: named and default imports, re-exports whose own name is used, everything of a module that is
 * imported as a namespace or dynamically, and a type that is spoken of in its own file (exported signatures need it).
 * What it does not see: members of classes and objects, and a use by text other than a relative path.
 * An export for the outside carries `@public` in its docstring, with a reason.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from './sources.mjs';

/** Files that are started or read by something other than an import of ours. */
const entries = [
  /\.(test|bench)\.tsx?$/,
  /\.config\.[cm]?[jt]s$/,
  /^(tools|bench|test|e2e)\/[^/]+\.m?[jt]s$/,
  /^apps\/server\/(src\/main\.ts|src\/.+-process\.ts$|bin\/|test\/global-)/,
  // The order of test files, which vitest.config.ts imports.
  /^tools\/lib\/longest-first\.mjs$/,
  // Vitest's global set-ups, which vitest.config.ts names.
  /^test\/lib\/warm\.ts$/,
  /^apps\/web\/src\/main\.tsx$/,
  /^packages\/[^/]+\/[^/]+\.m?js$/,
  /\.d\.[cm]?ts$/,
];

/**
 * @param {string} directory absolute path of the checkout
 * @returns {string[]} one line per finding, sorted
 */
export function deadCode(directory) {
  const files = sourceFiles(directory, ['apps', 'packages', 'tools', 'test', 'e2e', 'bench']);
  const known = new Set(files);
  const doors = packageDoors(directory);
  const read = new Map(
    files.map((file) => [file, readModule(file, readFileSync(join(directory, file), 'utf8'), known, doors)]),
  );
  const isDoor = new Set([...doors.values()]);
  const isEntry = (file) => isDoor.has(file) || entries.some((pattern) => pattern.test(file));

  const used = new Set();
  const todo = [];
  const use = (file, name) => {
    const key = `${file}\0${name}`;
    if (used.has(key) || !read.has(file)) return;
    used.add(key);
    todo.push([file, name]);
  };
  const useAll = (file) => {
    use(file, '*');
    for (const { name } of read.get(file)?.exports ?? []) use(file, name);
    for (const star of read.get(file)?.stars ?? []) useAll(star);
  };
  for (const [file, module] of read) {
    for (const { from, name } of module.imports) name === '*' ? useAll(from) : use(from, name);
    if (isEntry(file)) useAll(file);
  }
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [file, name] = next;
    const module = read.get(file);
    const own = module.exports.find((entry) => entry.name === name);
    if (own?.from) own.imported === '*' ? useAll(own.from) : use(own.from, own.imported);
    if (!own && name !== '*' && name !== 'default') for (const star of module.stars) use(star, name);
  }

  const reached = new Set();
  const walk = files.filter(isEntry);
  for (let file = walk.pop(); file; file = walk.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    walk.push(...(read.get(file)?.leadsTo ?? []));
  }

  const findings = [];
  for (const [file, module] of read) {
    if (!reached.has(file)) {
      findings.push(`${file}: nothing leads to this file`);
      continue;
    }
    for (const { name, line, exempt } of module.exports) {
      if (exempt || used.has(`${file}\0${name}`)) continue;
      findings.push(`${file}:${line}: ${name} is exported, but no other file uses it`);
    }
  }
  return findings.sort();
}

/** The files behind the names packages are imported by: `@strongroom/driver-kit/testing` gives its source file. */
function packageDoors(directory) {
  const doors = new Map();
  for (const kind of ['packages', 'apps']) {
    if (!existsSync(join(directory, kind))) continue;
    for (const folder of readdirSync(join(directory, kind))) {
      const file = join(directory, kind, folder, 'package.json');
      if (!existsSync(file)) continue;
      const { name, exports = {} } = JSON.parse(readFileSync(file, 'utf8'));
      for (const [door, target] of Object.entries(exports)) {
        if (typeof target === 'string') doors.set(posix.join(name, door), posix.join(kind, folder, target));
      }
    }
  }
  return doors;
}

function readModule(file, text, known, doors) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const module = { exports: [], stars: [], imports: [], leadsTo: [] };
  const words = new Map();
  const resolve = (specifier) => {
    const target = specifier.startsWith('.') ? posix.join(dirname(file), specifier) : doors.get(specifier);
    return target !== undefined && known.has(target) ? target : undefined;
  };
  const lead = (specifier) => {
    const from = resolve(specifier);
    if (from !== undefined) module.leadsTo.push(from);
    return from;
  };
  const offer = (node, name, more = {}) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const exempt = ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'public');
    module.exports.push({ name, line, exempt, ...more });
  };

  const importFrom = (node) => {
    const from = lead(node.moduleSpecifier.text);
    const clause = node.importClause;
    if (from === undefined || clause === undefined) return;
    if (clause.name) module.imports.push({ from, name: 'default' });
    if (clause.namedBindings && ts.isNamespaceImport(clause.namedBindings)) module.imports.push({ from, name: '*' });
    else
      for (const item of clause.namedBindings?.elements ?? []) {
        module.imports.push({ from, name: (item.propertyName ?? item.name).text });
      }
  };
  const exportFrom = (node) => {
    const from = node.moduleSpecifier ? lead(node.moduleSpecifier.text) : undefined;
    if (!node.exportClause) {
      if (from !== undefined) module.stars.push(from);
    } else if (ts.isNamespaceExport(node.exportClause)) {
      offer(node, node.exportClause.name.text, { from, imported: '*' });
    } else {
      for (const item of node.exportClause.elements) {
        offer(item, item.name.text, { from, imported: (item.propertyName ?? item.name).text });
      }
    }
  };
  for (const node of source.statements) {
    if (ts.isImportDeclaration(node)) importFrom(node);
    else if (ts.isExportDeclaration(node)) exportFrom(node);
    else if (ts.isExportAssignment(node)) offer(node, 'default');
    else if (node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) {
      const isDefault = node.modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
      if (isDefault) offer(node, 'default');
      else if (ts.isVariableStatement(node)) {
        for (const { name } of node.declarationList.declarations) {
          const names = ts.isIdentifier(name) ? [name] : name.elements.map((element) => element.name).filter(Boolean);
          for (const each of names) offer(node, each.getText());
        }
      } else {
        const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
        offer(node, node.name.text, { isType });
      }
    }
  }
  const visit = (node) => {
    if (ts.isIdentifier(node)) words.set(node.text, (words.get(node.text) ?? 0) + 1);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const from = ts.isStringLiteralLike(node.arguments[0]) ? lead(node.arguments[0].text) : undefined;
      if (from !== undefined) module.imports.push({ from, name: '*' });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const from = lead(node.argument.literal.text);
      if (from !== undefined) module.imports.push({ from, name: '*' });
    } else if (ts.isStringLiteralLike(node) && /^\.{1,2}\/.+\.[cm]?[jt]sx?$/.test(node.text)) {
      // A worker or a child process named by its path: new URL('./sealer.ts', import.meta.url).
      lead(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const entry of module.exports) {
    // A class or a schema shares its name with a type; then the type's use counts for both.
    if (entry.isType && (words.get(entry.name) ?? 0) > 1) entry.exempt = true;
  }
  return module;
}
