// What is linted how. The house rules know no paths: where each of them holds is said here and nowhere else.
// Rules that ask for types are in .oxlintrc.json: working out the types here took most of a minute and a half.
import house from '@strongroom/house-lint';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/*.test.tsx', 'apps/server/test/**', 'test/**', 'e2e/**'];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', '**/fixtures/', '**/*.generated.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: globals.node },
    plugins: { house },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', 'house/no-shell': 'error', eqeqeq: 'error' },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parser: tseslint.parser,
    },
    plugins: { '@typescript-eslint': tseslint.plugin, house },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'start' }],
      'house/env-in-config-only': 'error',
      'house/no-forging-casts': 'error',
      'house/expose-at-the-edge': 'error',
      'house/no-network-in-perform': 'error',
      'house/no-raw-sql': 'error',
      'house/no-shell': 'error',
      'house/constant-log-messages': 'error',
      'house/no-licence-gates': 'error',
      'house/no-math-random': 'error',
    },
  },
  { files: ['apps/server/src/**', 'packages/*/src/**'], ignores: tests, rules: { 'no-console': 'error' } },
  // The only reader of the environment; everything else gets the frozen object it makes.
  { files: ['apps/server/src/platform/config*.ts'], rules: { 'house/env-in-config-only': 'off' } },
  { files: ['apps/server/src/platform/**'], rules: { 'house/no-raw-sql': 'off' } },
  // Where a secret may become text: it is handed out, sealed, hashed or typed at a target here.
  {
    files: [
      'apps/server/src/**/*.endpoints.ts',
      'apps/server/src/doors/**',
      'apps/server/src/vault/**',
      'apps/server/src/identity/*password*.ts',
      'apps/server/src/identity/*hash*.ts',
      'apps/server/src/rotation/worker*.ts',
      'apps/server/src/rotation/outpost*.ts',
      'packages/driver-kit/src/**',
      'packages/drivers/src/**',
      'packages/reach/src/**',
      // Where a mail server is given its password, and where a password is held against its policy.
      'apps/server/src/mail/smtp.ts',
      'apps/server/src/tickets/{systems,own-module}/*.ts',
      'apps/server/src/mail/deliver.ts',
      'apps/server/src/passwords/policies.ts',
      'apps/server/src/policies/verdict.ts',
      // Where listeners are given passwords, their files are opened and their calls are signed.
      'apps/server/src/listeners/{approval,hand-over,open-file,webhook}.ts',
      // Where webhooks are signed.
      'apps/server/src/webhooks/send.ts',
    ],
    rules: { 'house/expose-at-the-edge': 'off' },
  },
  {
    files: [...tests, 'bench/**'],
    rules: {
      'house/env-in-config-only': 'off',
      'house/expose-at-the-edge': 'off',
      'house/no-network-in-perform': 'off',
      'house/no-raw-sql': 'off',
    },
  },
  { files: tests, rules: { 'house/no-sleep-in-tests': 'error' } },
  // The rules' own tests are full of what the rules refuse.
  { files: ['packages/house-lint/src/*.test.ts'], rules: { 'house/no-licence-gates': 'off' } },
);
