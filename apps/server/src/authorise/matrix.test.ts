import { describe, expect, it } from 'vitest';
import { matrixFacts, matrixRoles, requestFacts, type RequestPart } from '../../test/matrix.ts';
import { ladder, lineOf, policy, refusal, type Action, type Relation } from './index.ts';

const actions = Object.keys(policy) as Action[];
const short: Record<(typeof matrixRoles)[number], string> = {
  'administrator': 'administrator',
  'privileged-administrator': 'privileged administrator',
  'password-administrator': 'password administrator',
  'password-user': 'password user',
  'password-auditor': 'password auditor',
}; // prettier-ignore
/** Kinds of object that are held by owning and sharing, and those that belong to one user alone. */
const held = ['resource', 'account', 'attempt', 'resource-group'];
const ownAffairs = ['task', 'import', 'view'];
/** What one may have to do with a request, as the page says it. */
const parts: Partial<Record<RequestPart, string>> = {
  asked: 'requester',
  approves: 'approver',
  manages: 'from manage',
};

/** What a role may, by what it holds: the weakest hold that is enough, or why none is. */
function cell(action: Action, role: (typeof matrixRoles)[number], superAdministrator: boolean): string {
  const { on } = lineOf(action);
  const answer = (relation: Relation): string =>
    refusal(action, matrixFacts(role, superAdministrator, relation)) ?? 'allowed';
  if (on === 'access-request') {
    const said = (part: RequestPart): string =>
      refusal(action, requestFacts(role, superAdministrator, part)) ?? 'allowed';
    if (superAdministrator && said('nothing') === 'allowed') return 'yes';
    const who = Object.entries(parts).filter(([part]) => said(part as RequestPart) === 'allowed');
    return who.map(([, words]) => words).join(', ') || said('manages');
  }
  if (!held.includes(on) && !ownAffairs.includes(on)) {
    const said = answer('view');
    return said === 'allowed' ? 'yes' : said;
  }
  if (superAdministrator)
    return answer(ownAffairs.includes(on) ? 'none' : 'owner') === 'allowed'
      ? 'yes'
      : answer(ownAffairs.includes(on) ? 'none' : 'owner');
  const least = ladder.find((relation) => answer(relation) === 'allowed');
  return least === undefined ? answer('owner') : least === 'owner' ? 'owner' : `from ${least}`;
}

describe('the permission matrix', () => {
  it('knows no action that a stronger hold would refuse where a weaker one allows', () => {
    for (const action of actions)
      for (const role of matrixRoles) {
        const answers = ladder.map((relation) => refusal(action, matrixFacts(role, false, relation)) === undefined);
        expect([action, role, answers]).toEqual([action, role, [...answers].sort()]);
      }
  });

  it('lets nobody of another organisation do anything to an object', () => {
    for (const action of actions) {
      const { on, rules } = lineOf(action);
      if (on === 'organisation' || on === 'self') continue;
      expect([
        action,
        rules.length > 0,
        refusal(action, matrixFacts('privileged-administrator', true, 'none')),
      ]).toEqual([action, true, expect.any(String)]);
    }
  });

  it('reads as the page people review', async () => {
    const page = [
      '# The permission matrix',
      '',
      'Written by matrix.test.ts from policy.ts. Do not edit.',
      '',
      'For each action: what each built-in role may do, and the weakest hold it needs on the object. `yes` needs no hold; `owner`',
      'needs to own it; `from manage` needs ‘manage’ or more; anything else is the code of the refusal, whatever the hold. Without',
      'the hold the answer is `not-found`, as for an object that does not exist. A super administrator holds every resource, account',
      'and resource group as its owner does. Nobody reaches an object of another organisation: the answer is `not-found`, or what',
      'their role is refused with. Actions of the product itself answer `not-your-role` to everybody.',
      '',
      'With a request for access have to do: its `requester`, each `approver` of the password with a role that may ‘manage-passwords’',
      'or the deputy of one, and whoever manages or owns the password (`from manage`). Nobody decides on a request of their own: the answer',
      'is `not-yourself`; nor, as a deputy, on one of whom they are the deputy.',
      '',
      `| action | on | ${matrixRoles.map((role) => short[role]).join(' | ')} | super administrator |`,
      `|---|---|${matrixRoles.map(() => '---|').join('')}---|`,
    ];
    for (const action of actions)
      page.push(
        `| ${action} | ${lineOf(action).on} | ${matrixRoles.map((role) => cell(action, role, false)).join(' | ')} | ${cell(action, 'administrator', true)} |`,
      );
    await expect(page.join('\n') + '\n').toMatchFileSnapshot('../../../../docs/permission-matrix.md');
  });
});
