import { describe, expect, it } from 'vitest';
import { ladder } from './hold.ts';
import { permits, permitsOf } from './permissions.ts';
import { abilities, derive, policy, refusal, type Action, type Facts } from './policy.ts';

const nobody: Facts = {
  actorKind: 'user',
  live: true,
  mustChangePassword: false,
  role: 'password-user',
  permits: permitsOf['password-user'],
  superAdministrator: false,
  scopes: null,
  relation: 'none',
  self: false,
  reasonGiven: false,
  ticketGiven: false,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  ticketAsked: [],
  ticketVerdict: 'unneeded',
  attemptOpen: false,
  autoLogonHides: false,
  autoLogon: false,
  byCriteria: false,
  controlled: false,
  excused: false,
  lease: 'none',
  seesCheckedOut: false,
  requester: false,
  approver: false,
  mayShareCriteria: false,
};
const everything = { role: 'privileged-administrator', permits, superAdministrator: true, relation: 'owner' } as const;
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
const own =
  /^(me\.|deputy\.(read|end)$|access-request\.(list|count|open-link)|identity\.sign-out|policy\.|dashboard\.read|explorer\.read|search\.all|event\.follow|view\.(list|create)|task\.(list|start)|run\.(list|start|preview)|resource\.preview-reset|schedule\.(list|calendar|preview)|account\.count-consumers|import\.(list|upload)|(resource-type|resource|account|resource-group|field|tag|role|user-group|key)\.(list|export)$)/;

describe('policy', () => {
  it.each(actions.filter((a) => !open.includes(a)))(
    'refuses %s to a stranger, to an ended session and to a program without scopes',
    (action) => {
      expect(refusal(action, { ...nobody, actorKind: 'anonymous', role: null, live: false })).toBeDefined();
      expect(refusal(action, { ...nobody, ...everything, live: false })).toBeDefined();
      expect(refusal(action, { ...nobody, ...everything, scopes: [] })).toBeDefined();
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
      for (const relation of ladder) {
        const facts: Facts = {
          ...nobody,
          relation,
          role: 'password-administrator',
          permits: permitsOf['password-administrator'],
        };
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
