/* Who may import whom. The order of the list is the architecture: a folder may import only from folders below it. */
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const server = [
  'commands',
  'doors',
  'setup',
  'audit',
  'search',
  'imports',
  'webhooks',
  'notices',
  'listeners',
  'schedules',
  'tasks',
  'checkout',
  'keys',
  'rotation',
  'files',
  'passwords',
  'tickets',
  'sandbox',
  'share',
  'group',
  'resource',
  'policies',
  'identity',
  'mail',
  'trust',
  'vault',
  'authorise',
  'platform',
];
const above = (i) => server.slice(0, i).join('|');
const tests = '(\\.test\\.tsx?$|^apps/[^/]+/test/|^(test|e2e|bench)/)';

/* What each package declares of ours. The packages are linked into one node_modules, so an undeclared neighbour would resolve. */
const declares = ['apps', 'packages'].flatMap((kind) =>
  readdirSync(join(__dirname, kind)).map((name) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(__dirname, kind, name, 'package.json'), 'utf8'));
    const ours = Object.keys(dependencies).filter((other) => other.startsWith('@strongroom/'));
    return { kind, name, may: [name, ...ours.map((other) => other.slice('@strongroom/'.length))] };
  }),
);

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...server.slice(1).map((folder, i) => ({
      name: `${folder}-looks-down-only`,
      severity: 'error',
      from: { path: `^apps/server/src/${folder}/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^apps/server/src/((${above(i + 1)})/|main\\.ts$)` },
    })),
    {
      name: 'every-module-has-its-place',
      comment: 'a new folder needs a line in the list above',
      severity: 'error',
      from: { path: '^apps/server/src/[^/]+/', pathNot: `^apps/server/src/(${above(server.length)})/` },
      to: {},
    },
    {
      name: 'through-the-front-door',
      comment: 'other modules are used by their index.ts; platform is open',
      severity: 'error',
      from: { path: '^apps/server/src/([^/]+)/' },
      to: {
        path: '^apps/server/src/([^/]+)/',
        pathNot: ['^apps/server/src/$1/', '/index\\.ts$', '^apps/server/src/platform/'],
      },
    },
    {
      name: 'only-perform-makes-grants',
      severity: 'error',
      from: { pathNot: '^apps/server/src/authorise/' },
      to: { path: '^apps/server/src/authorise/grant\\.ts$' },
    },
    {
      name: 'only-vault-touches-ciphers',
      comment:
        'identity hashes passwords and tokens, audit seals the trail, platform makes randomness, certificates and checksums',
      severity: 'error',
      from: {
        path: '^apps/server/src/',
        pathNot: [
          '^apps/server/src/(vault|identity|audit)/',
          '^apps/server/src/platform/(random|certificate|tls|postgres|migrate|log)\\.ts$',
          tests,
        ],
      },
      to: { path: '^(node:)?crypto$|node_modules/@node-rs/argon2/' },
    },
    {
      name: 'only-platform-touches-pg',
      severity: 'error',
      from: { path: '^apps/server/src/', pathNot: ['^apps/server/src/platform/', tests] },
      to: { path: 'node_modules/(@types/)?pg/' },
    },
    {
      name: 'only-the-worker-runs-drivers',
      severity: 'error',
      from: { path: '^apps/', pathNot: ['^apps/server/src/rotation/(outpost-process|catalogue)\\.ts$', tests] },
      to: { path: '^packages/(drivers|reach)/' },
    },
    {
      name: 'drivers-know-only-the-kit',
      severity: 'error',
      from: { path: '^packages/drivers/src/', pathNot: tests },
      to: { path: '^(apps|packages)/', pathNot: '^packages/(drivers|driver-kit)/' },
    },
    {
      name: 'drivers-never-dial',
      comment: 'a driver gets a target to speak with; reach alone opens connections',
      severity: 'error',
      from: { path: '^packages/(drivers|driver-kit)/src/', pathNot: [tests, '/testing\\.ts$'] },
      to: {
        path: '^(node:)?(net|tls|http|https|http2|dgram|dns|dns/promises|child_process)$|node_modules/(@types/)?ssh2/',
      },
    },
    {
      name: 'clients-know-only-the-contract',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: { path: '^(apps|packages)/', pathNot: '^(apps/web|packages/contract)/' },
    },
    {
      name: 'contract-knows-nobody',
      severity: 'error',
      from: { path: '^packages/contract/' },
      to: { path: '^(apps|packages)/', pathNot: '^packages/contract/' },
    },
    {
      name: 'audit-proof-stands-alone',
      comment: 'whoever checks the trail must not have to trust anything else of ours, or of anyone',
      severity: 'error',
      from: { path: '^packages/audit-proof/', pathNot: tests },
      to: { path: '^(apps|packages|node_modules)/', pathNot: '^packages/audit-proof/' },
    },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    ...declares.map(({ kind, name, may }) => ({
      name: `declared-packages-only-${name}`,
      comment: 'what a package imports of ours stands in its dependencies',
      severity: 'error',
      from: { path: `^${kind}/${name}/`, pathNot: tests },
      to: { path: '^packages/', pathNot: `^packages/(${may.join('|')})/` },
    })),
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: { path: '^(apps|packages)/[^/]+/src/', pathNot: [tests, '/testing\\.ts$'] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [tests, '\\.d\\.[cm]?ts$', '\\.config\\.[cm]?[jt]s$', '^packages/audit-proof/verify\\.mjs$'],
      },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|fixtures)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
};
