/**
 * `node tools/new-driver.mjs NAME-ssh "Title"`: begins a driver for one more Unix over SSH. It writes the driver, a test that is
 * red until the words of the real system are in it, and the line in the list. Nothing that exists is overwritten; exit
 * status 2 for arguments that cannot be used. What a driver must keep to: docs/drivers.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/install.mjs';

const folder = join(root, 'packages', 'drivers', 'src');
const [type = '', title = ''] = process.argv.slice(2);
const file = join(folder, `${type}.ts`);
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*-ssh$/.test(type) || !/^[\w .()/-]{3,60}$/.test(title) || existsSync(file)) {
  process.stderr.write(
    existsSync(file)
      ? `${file} exists already.\n`
      : 'Usage: node tools/new-driver.mjs NAME-ssh "Title", such as freebsd-ssh "FreeBSD (SSH)"\n',
  );
  process.exit(2);
}
const name = type.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

const driver = `import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * ${title}.
 * Source: name the manual and its version here, for every command and every limit below.
 */
export const ${name} = unixDriver({
  type: '${type}',
  title: '${title}',
  limits: { maxLength: 128, forbidden: controlCharacters },
  prompts: { su: 'Password', current: 'Old password', next: 'New password', again: 'Retype' },
  passwd: 'passwd',
  discover: discoverBy('cat /etc/passwd'),
});
`;

const test = `import { unixContract, type UnixModel } from '@strongroom/driver-kit/testing';
import { ${name} } from './${type}.ts';

const asIn = (what: string): never => {
  throw new Error(\`write what passwd of ${title} prints: \${what}\`);
};

// As simple-minded as the real system: take every word from its manual or, better, from a session on it.
const model: UnixModel = {
  passwd: 'passwd',
  words: {
    title: () => asIn('its first line'),
    current: () => asIn('the question for the old password'),
    next: () => asIn('the question for the new password'),
    again: () => asIn('the question for it again'),
    weak: 'what it says of a weak password\\n',
    wrong: 'what it says of a wrong old password\\n',
    mismatch: 'what it says when the two differ\\n',
    done: () => asIn('its last line'),
  },
  lists: { 'cat /etc/passwd': 'root:x:0:0::/root:/bin/sh\\nana:x:1000:1000::/home/ana:/bin/sh\\n' },
};

unixContract(${name}, model, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);
`;

const index = join(folder, 'index.ts');
const before = readFileSync(index, 'utf8');
const after = before
  .replace(/((?:^import \{ \w+ \} from '\.\/.*\n)+)/m, (imports) =>
    [...imports.trimEnd().split('\n'), `import { ${name} } from './${type}.ts';`]
      .sort((a, b) => (a.split(' from ')[1] < b.split(' from ')[1] ? -1 : 1))
      .join('\n')
      .concat('\n'),
  )
  .replace(
    /(export const drivers: [^=]*= \[)([^\]]*)\]/,
    (_, head, list) => `${head}${list.trimEnd().replace(/,$/, '')}, ${name}]`,
  );
if (!after.includes(`from './${type}.ts'`) || !after.includes(`, ${name}]`)) {
  process.stderr.write(`${index} does not look as expected; nothing was written.\n`);
  process.exit(1);
}
writeFileSync(file, driver, { flag: 'wx' });
writeFileSync(join(folder, `${type}.test.ts`), test, { flag: 'wx' });
writeFileSync(index, after);
process.stdout.write(
  `packages/drivers/src/${type}.ts and its test are begun, and index.ts lists it.\n` +
    `Next: its manual, then: vitest run --project unit packages/drivers/src/${type}\n`,
);
