import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../../../tools/lib/letters.ts';
import { readCommand, UsageFault, type Command } from './command.ts';

const separator = /(^|\s)--(resource|account|newpassword|resourcetype|reason|ticketid|notes)=/i;
const texts = fc.oneof(
  fc.string({ unit: letter, minLength: 1 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', '-', '=', ' ', '$', '`', 'ä', '😀', '--x=', '\n'), minLength: 1 }),
);
const passwords = texts.filter(
  (text) => !separator.test(text) && !separator.test(`x${text}`) && !/--resourcetype=/i.test(text),
);
const plain = texts
  .map((text) => text.trim())
  .filter((text) => text !== '' && !separator.test(text) && !/--(newpassword|resourcetype)=/i.test(text));
const told = (text: string): string => {
  try {
    readCommand(text);
  } catch (error) {
    if (error instanceof UsageFault) return error.message;
    throw error;
  }
  return 'read';
};

describe('the command line', () => {
  it.each<[string, Command]>([
    [
      'RETRIEVE --resource=test-server --account=root --reason=Testing password retrieval using ssh client API --ticketid=7',
      {
        verb: 'RETRIEVE',
        options: {
          resource: 'test-server',
          account: 'root',
          reason: 'Testing password retrieval using ssh client API',
          ticketid: '7',
        },
      },
    ],
    [
      'RESET_LOCAL --resource=test-server --account=root--newpassword=rootnew --reason=Rotating Password --ticketid=7',
      {
        verb: 'RESET_LOCAL',
        options: {
          resource: 'test-server',
          account: 'root',
          newpassword: 'rootnew',
          reason: 'Rotating Password',
          ticketid: '7',
        },
      },
    ],
    [
      'CREATE --resource=testresource --account=testaccount --newpassword=test password--resourcetype=Windows --notes=A New resource is added',
      {
        verb: 'CREATE',
        options: {
          resource: 'testresource',
          account: 'testaccount',
          newpassword: 'test password',
          resourcetype: 'Windows',
          notes: 'A New resource is added',
        },
      },
    ],
    [
      'CREATE --resource=r --account=a--newpassword=p--resourcetype=Linux --notes=',
      { verb: 'CREATE', options: { resource: 'r', account: 'a', newpassword: 'p', resourcetype: 'Linux' } },
    ],
    [
      '  retrieve  --account=Administrator --resource=Windows Server --reason=Password lookup via ssh',
      {
        verb: 'RETRIEVE',
        options: { account: 'Administrator', resource: 'Windows Server', reason: 'Password lookup via ssh' },
      },
    ],
  ])('reads %s', (text, command) => {
    expect(readCommand(text)).toEqual(command);
  });

  it('keeps every value whole, whatever stands in it', () => {
    fc.assert(
      fc.property(plain, plain, passwords, plain, plain, (resource, account, newpassword, reason, ticketid) => {
        const given = { resource, account, newpassword, reason, ticketid };
        const line = Object.entries(given)
          .map(([name, value]) => `--${name}=${value}`)
          .join(' ');
        for (const verb of ['RESET_LOCAL', 'RESET_REMOTE'] as const)
          expect(readCommand(`${verb} ${line}`)).toEqual({ verb, options: given });
        const { reason: notes } = given;
        const made = { resource, account, newpassword, notes };
        expect(
          readCommand(
            `CREATE --notes=${notes} --newpassword=${newpassword} --account=${account} --resource=${resource}`,
          ).options,
        ).toEqual(made);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a password that looks like options of others', () => {
    for (const newpassword of [
      '-- --',
      ' a--reason=b',
      'x--resourcetype=y',
      '"quoted \\" one"',
      ' spaces ',
      '--resource',
    ])
      expect(
        readCommand(`RESET_LOCAL --resource=r --account=a --newpassword=${newpassword} --reason=because`).options,
      ).toEqual({ resource: 'r', account: 'a', newpassword, reason: 'because' });
  });

  it('reads any text at all or says what is wrong with it, and repeats none of it', () => {
    const secret = 'Kq7vZx';
    const pieces = fc.constantFrom(
      ...['RETRIEVE', 'CREATE', ' ', '--', '=', '--newpassword=', ' --reason=', '--resourcetype=', ' --notes=', secret],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          expect(told(text)).not.toContain(secret);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'A command begins with'],
    ['ls -l', 'A command begins with'],
    ['toString', 'A command begins with'],
    ['RETRIEVE', '--resource= is missing.'],
    ['RETRIEVE --resource= --account= --reason=', '--resource= is missing.'],
    ['RETRIEVE --resource=r', '--account= is missing.'],
    ['RESET_REMOTE --resource=r --account=a', '--newpassword= is missing.'],
    ['RETRIEVE r a', 'and nothing else'],
    ['RETRIEVE --server=x --resource=r --account=a', 'and nothing else'],
    ['RETRIEVE --resource=r --account=a --notes=n', '--notes is no option of RETRIEVE.'],
    ['RESET_LOCAL --resource=r --account=a --newpassword=a --reason=b --reason=c', '--reason is given twice.'],
    [
      'CREATE --resource=r --account=a --newpassword=a--resourcetype=b --resourcetype=c',
      '--resourcetype is given twice.',
    ],
    ['RESET_LOCAL --resource=r --account=a--newpassword=x --newpassword=y', '--newpassword is given twice.'],
  ])('refuses %s', (text, says) => {
    expect(told(text)).toContain(says);
  });

  it('takes time in proportion to the length', () => {
    const started = performance.now();
    for (const piece of [' ', '-', ' --', '--newpassword=', '\n'])
      told(`CREATE --resource=r --account=${piece.repeat(30_000)} --newpassword=x`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
