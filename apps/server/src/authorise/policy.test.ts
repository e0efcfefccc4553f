import { describe, expect, it } from 'vitest';
import { abilities, derive, policy, refusal, type Action, type Facts } from './policy.ts';

const nobody: Facts = {
  actorKind: 'user',
  live: true,
  mustChangePassword: false,
  role: 'password-user',
  superAdministrator: false,
  scopes: null,
  relation: 'none',
  self: false,
  reasonGiven: false,
  ticketGiven: false,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  attemptOpen: false,
};
const actions = Object.keys(policy) as Action[];
/** Open to strangers on purpose: the work itself checks a password, a link or a token. */
const open = [
  'setup.read',
  'setup.inspect',
  'setup.complete',
  'identity.sign-in',
  'identity.read-link',
  'identity.accept-link',
];
/** Open to everybody signed in: their own affairs, lists that show only what is theirs, and catalogues without secrets. */
const own = /^(me\.|identity\.sign-out|resource-type\.list|policy\.|resource\.list|account\.list|dashboard\.read)/;

describe('policy', () => {
  it.each(actions.filter((a) => !open.includes(a)))(
    'refuses %s to a stranger, to an ended session and to a program without scopes',
    (action) => {
      expect(refusal(action, { ...nobody, actorKind: 'anonymous', role: null, live: false })).toBeDefined();
      expect(
        refusal(action, { ...nobody, role: 'administrator', superAdministrator: true, relation: 'owner', live: false }),
      ).toBeDefined();
      expect(
        refusal(action, { ...nobody, role: 'administrator', superAdministrator: true, relation: 'owner', scopes: [] }),
      ).toBeDefined();
    },
  );

  it.each(actions.filter((a) => !open.includes(a) && !own.test(a)))('refuses %s to a signed-in nobody', (action) => {
    expect(refusal(action, nobody)).toBeDefined();
  });

  it('asks for a reason and a ticket only where the organisation does', () => {
    const owner: Facts = { ...nobody, relation: 'owner' };
    expect(refusal('account.reveal', owner)).toBeUndefined();
    expect(refusal('account.reveal', { ...owner, reasonToReveal: true })).toBe('reason-required');
    expect(refusal('account.reveal', { ...owner, reasonToReveal: true, reasonGiven: true, ticketToReveal: true })).toBe(
      'ticket-required',
    );
    expect(abilities(['account.reveal', 'account.delete'], { ...owner, reasonToReveal: true })).toEqual([
      'account.reveal',
    ]);
  });

  it('derives exactly what it decides', () => {
    for (const action of actions) {
      for (const relation of ['none', 'view', 'modify', 'manage', 'owner'] as const) {
        const facts: Facts = { ...nobody, relation, role: 'password-administrator' };
        expect(derive(action, facts).allowed).toBe(refusal(action, facts) === undefined);
      }
    }
  });

  it('reads as the page people review', async () => {
    const page = [
      '# Who may do what',
      '',
      'Written by policy.test.ts from policy.ts. Do not edit.',
      '',
      '| action | on | recorded | allowed to whoever |',
      '|---|---|---|---|',
    ];
    for (const action of actions) {
      const line = policy[action];
      page.push(
        `| ${action} | ${line.on} | ${'audit' in line ? 'when refused' : 'always'} | ${line.rules.map((r) => r.says).join('; ')} |`,
      );
    }
    await expect(page.join('\n') + '\n').toMatchFileSnapshot('../../../../docs/who-may-do-what.md');
  });
});
