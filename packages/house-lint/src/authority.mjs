/** Rules that keep authority, secrets and transactions where the architecture puts them. */
import { firstName, isFunction, lastName, plainModule, rule, typeName } from './ast.mjs';

/** Settings are read once, checked together and passed down; a second reader would see unchecked text. */
export const envInConfigOnly = rule(
  'process.env is read by the configuration alone',
  'Settings come from the configuration object; only config.ts reads process.env.',
  (report) => ({
    MemberExpression(node) {
      if (node.object.type === 'Identifier' && node.object.name === 'process' && lastName(node) === 'env') report(node);
    },
    ImportDeclaration(node) {
      if (plainModule(String(node.source.value)) !== 'process') return;
      for (const specifier of node.specifiers) if (specifier.imported?.name === 'env') report(specifier);
    },
    VariableDeclarator(node) {
      if (node.init?.type !== 'Identifier' || node.init.name !== 'process' || node.id.type !== 'ObjectPattern') return;
      for (const property of node.id.properties) if (property.key?.name === 'env') report(property);
    },
  }),
);

/** A cast can forge what only perform may make, and hides what the compiler would have found. */
export const noForgingCasts = rule(
  'no cast to Grant, to any, or through unknown',
  'Casts to Grant, to any or through unknown are not allowed: narrow the value, or parse it.',
  (report) => {
    const check = (node) => {
      const to = node.typeAnnotation;
      const through = node.expression;
      const viaUnknown =
        (through.type === 'TSAsExpression' || through.type === 'TSTypeAssertion') &&
        through.typeAnnotation.type === 'TSUnknownKeyword';
      if (to.type === 'TSAnyKeyword' || typeName(to) === 'Grant' || viaUnknown) report(node);
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
);

/** A secret becomes text only where it leaves the process; eslint.config.mjs lists those places. */
export const exposeAtTheEdge = rule(
  'Secret.expose() is called only where a secret leaves us',
  'A secret is exposed only by endpoints, doors, the vault, password hashing, the rotation worker, drivers and reach.',
  (report) => ({
    MemberExpression(node) {
      if (lastName(node) === 'expose') report(node);
    },
  }),
);

const network = new Set([
  'net',
  'http',
  'https',
  'http2',
  'tls',
  'dns',
  'dns/promises',
  'dgram',
  'ssh2',
  'undici',
  'nodemailer',
  '@strongroom/drivers',
  '@strongroom/reach',
]);
const driverVerbs = new Set(['verify', 'reset', 'discover', 'dependants', 'restart']);
const openers = new Set(['perform', 'performEach']);

/** A dial inside a transaction holds locks for as long as a stranger's machine likes. */
export const noNetworkInPerform = rule(
  'nothing talks to the network while a transaction is open',
  'No network or driver call inside perform or in a function that takes a grant: a transaction is open there.',
  (report) => {
    const imported = new Set();
    const inTransaction = (node) => {
      for (let at = node.parent, below = node; at; below = at, at = at.parent) {
        if (!isFunction(at) || at.body !== below) continue;
        const first = at.params[0];
        if (first?.type === 'Identifier') {
          const type = first.typeAnnotation?.typeAnnotation;
          if (first.name === 'grant' || typeName(type) === 'Grant') return true;
        }
        if (at.parent.type === 'CallExpression' && openers.has(lastName(at.parent.callee))) {
          if (at.parent.arguments.includes(at)) return true;
        }
      }
      return false;
    };
    const check = (node) => {
      const first = firstName(node.callee);
      if (first === undefined) {
        // this.driver.reset(...), reached(target).driver.verify(...)
        if (!isDriverCall(node.callee) || !inTransaction(node)) return;
        report(node);
        return;
      }
      const dials = (first === 'fetch' && node.callee.type === 'Identifier') || imported.has(first);
      if ((dials || lastName(node.callee) === 'fetch' || isDriverCall(node.callee)) && inTransaction(node))
        report(node);
    };
    return {
      ImportDeclaration(node) {
        if (node.importKind === 'type' || !network.has(plainModule(String(node.source.value)))) return;
        for (const specifier of node.specifiers) {
          if (specifier.importKind !== 'type') imported.add(specifier.local.name);
        }
      },
      CallExpression: check,
      NewExpression: check,
    };
  },
);

function isDriverCall(callee) {
  const inner = callee.type === 'TSNonNullExpression' ? callee.expression : callee;
  return (
    inner.type === 'MemberExpression' &&
    driverVerbs.has(lastName(inner)) &&
    /^driver$|Driver$/.test(lastName(inner.object) ?? '')
  );
}

/** Text that becomes SQL unescaped is how row-level security is walked around. */
export const noRawSql = rule(
  'sql.raw is for the platform alone',
  'sql.raw puts text into a statement unescaped: use sql`...` with parameters, sql.ref or sql.table.',
  (report) => ({
    MemberExpression(node) {
      if (lastName(node) === 'raw' && lastName(node.object) === 'sql') report(node);
    },
  }),
);
