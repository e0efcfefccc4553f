import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import house from './index.mjs';

const linter = new Linter();

/** How many times the rule refuses something in the code; a parse error is a failure, not a finding. */
function findings(rule: keyof typeof house.rules, code: string): number {
  const found = linter.verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser as Linter.Parser },
      plugins: { house },
      rules: { [`house/${rule}`]: 'error' },
    } as Linter.Config,
    'case.ts',
  );
  for (const fault of found) expect(fault.ruleId, `${fault.message}\n${code}`).toBe(`house/${rule}`);
  return found.length;
}

function cases(rule: keyof typeof house.rules, refused: readonly string[], allowed: readonly string[]): void {
  for (const code of refused) it(`refuses ${code}`, () => expect(findings(rule, code)).toBeGreaterThan(0));
  for (const code of allowed) it(`allows ${code}`, () => expect(findings(rule, code)).toBe(0));
}

describe('env-in-config-only', () => {
  cases(
    'env-in-config-only',
    [
      'process.env.HOME',
      "process['env'].HOME",
      'const { env } = process',
      "import { env } from 'node:process'",
      'start(process.env)',
    ],
    ['const env = readConfig()', 'process.argv', 'request.env'],
  );
});

describe('no-forging-casts', () => {
  cases(
    'no-forging-casts',
    ['x as any', 'x as unknown as Y', 'x as Grant', "x as Grant<'account.reveal'>", 'x as auth.Grant', '<any>x'],
    ['x as const', 'x as unknown', 'x as Account', 'const y = x satisfies Grant', 'x as Grants'],
  );
});

describe('expose-at-the-edge', () => {
  cases(
    'expose-at-the-edge',
    ['secret.expose()', 'secret?.expose()', 'a.b.expose()', "secret['expose']()", 'const f = secret.expose'],
    ['expose(secret)', 'secret.exposed', 'const expose = 1'],
  );
});

describe('no-network-in-perform', () => {
  const ask = '{ actor, action, objectId }';
  cases(
    'no-network-in-perform',
    [
      `perform(${ask}, async (grant) => { await fetch(url) })`,
      `perform(${ask}, async () => { await globalThis.fetch(url) })`,
      `doors.perform(${ask}, () => driver.reset(target))`,
      `perform(${ask}, () => reach.driver.verify(target))`,
      `perform(${ask}, () => this.driver.reset!(target))`,
      `perform(${ask}, () => pick().driver.discover(target))`,
      `import { connect } from 'node:net'; perform(${ask}, () => { connect(22, host) })`,
      `import net from 'net'; perform(${ask}, () => new net.Socket())`,
      `import { openSsh } from '@strongroom/reach'; function work(grant) { return openSsh(x) }`,
      `import tls from 'node:tls'; async function stage(g: Grant<'a.b'>) { for (const x of y) { tls.connect(x) } }`,
      `perform(${ask}, async (grant) => { await Promise.all(xs.map((x) => fetch(x))) })`,
      `import * as mail from 'nodemailer'; endpoint(call, { async run(grant, input) { mail.createTransport(input) } })`,
    ],
    [
      'const page = await fetch(url)',
      `perform({ objectId: await fetch(url) }, (grant) => work(grant))`,
      `import { connect } from 'node:net'; const a = connect(22); perform(${ask}, (grant) => stage(grant))`,
      `perform(${ask}, (grant) => proof.verify(grant))`,
      `import type { Socket } from 'node:net'; perform(${ask}, (grant) => Socket(grant))`,
      'driver.reset(target)',
    ],
  );
});

describe('no-raw-sql', () => {
  cases('no-raw-sql', ['sql.raw(text)', 'k.sql.raw(text)', "sql['raw'](text)"], ['sql`select 1`', 'String.raw`x`']);
});

describe('no-shell', () => {
  cases(
    'no-shell',
    [
      "import { exec } from 'node:child_process'",
      "import { execSync as run } from 'child_process'",
      "import cp from 'node:child_process'; cp.exec(text)",
      "import * as cp from 'node:child_process'; cp.spawn(x, [], { shell: true })",
      "import { spawn } from 'node:child_process'; spawn(x, [], { shell: '/bin/sh' })",
      "import { spawn } from 'node:child_process'; spawn(x, [], { shell })",
      "import { execFile } from 'node:child_process'; execFile('sh', ['-c', `ls ${dir}`])",
      "import { spawn } from 'node:child_process'; spawn('/bin/bash', ['-lc', text])",
      "import { spawn } from 'node:child_process'; spawn('sh', ['-c', 'ls ' + dir])",
    ],
    [
      "import { spawn } from 'node:child_process'; spawn('ls', [dir])",
      "import { spawn } from 'node:child_process'; spawn('ls', [dir], { shell: false })",
      `import { spawn } from 'node:child_process'; spawn('sh', ['-c', 'exec "$0" "$@"', program, dir])`,
      '/x/.exec(text)',
      'terminal.shell(true)',
    ],
  );
});

describe('constant-log-messages', () => {
  cases(
    'constant-log-messages',
    [
      'log.info(`signed in ${user}`)',
      "log.warn('user ' + user)",
      'log.error(error.message)',
      'request.log.info({ user }, `signed in ${user}`)',
      'request.log.info({ user }, problem.code)',
      "this.logger.info('signed in %s', user)",
      'auditLog.error({ err })',
      'log.info()',
    ],
    [
      "log.info('signed in')",
      "request.log.info({ user }, 'signed in')",
      "log.error(context, 'failed')",
      'log.info(`signed in`)',
      'catalog.info(user)',
      'Math.log(2)',
    ],
  );
});

describe('no-licence-gates', () => {
  const refused = [
    'if (isLicensed()) go()',
    'hasLicense(x)',
    'this.checkLicence()',
    'requireValidLicense()',
    'const licenseGate = 1',
    'licenceExpired',
    'isEnterprise',
    'hasPremiumPlan',
    'isTrial',
    'featureGate(x)',
    "if (edition === 'enterprise') go()",
    "x.edition !== 'MSP'",
    "switch (config.tier) { case 'a': }",
    "throw new Problem('Upgrade your licence')",
    "'This is not available in your edition'",
    '`Enterprise edition only: ${x}`',
  ];
  const allowed = [
    "const type = 'License Store'",
    'const licenceStore = makeStore()',
    'readLicences(grant)',
    "if (plan.steps === 'none') go()",
    'const plan = makePlan()',
    "'AGPL-3.0-or-later licence'",
    'isProven(account)',
    'isPrivileged(user)',
    'isProduction',
    'isFree(port)',
  ];
  it('refuses every form of a licence, edition, plan or tier check and leaves other words alone [XTR-06]', () => {
    for (const code of refused) expect(findings('no-licence-gates', code), code).toBeGreaterThan(0);
    for (const code of allowed) expect(findings('no-licence-gates', code), code).toBe(0);
  });
});

describe('no-math-random', () => {
  cases('no-math-random', ['Math.random()', "Math['random']()", 'xs.map(Math.random)'], ['random()', 'Math.max(1)']);
});

describe('no-sleep-in-tests', () => {
  cases(
    'no-sleep-in-tests',
    [
      'await new Promise((resolve) => setTimeout(resolve, 100))',
      'await new Promise((done) => { setTimeout(() => done(), 100) })',
      'await new Promise(function (r) { return setTimeout(r, 5) })',
      "import { setTimeout as sleep } from 'node:timers/promises'; await sleep(100)",
      "import timers from 'timers/promises'; await timers.setTimeout(100)",
    ],
    [
      'await new Promise((resolve, reject) => { socket.once("x", resolve); setTimeout(reject, 100) })',
      'const timer = setTimeout(() => fail(), 100)',
      'await new Promise((_, reject) => setTimeout(reject, 100))',
      "import { setTimeout as later } from 'node:timers'; later(go, 10)",
    ],
  );
});
