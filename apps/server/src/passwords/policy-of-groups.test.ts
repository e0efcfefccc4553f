import {
  changeCriteria,
  changePassword,
  createAccounts,
  createResource,
  createResourceGroup,
  listPolicies,
  previewCriteria,
  readResource,
  readResourceGroup,
  revealAccount,
  updateResource,
  updateResourceGroup,
  type Criterion,
  type CriterionOperator,
  type Policy,
} from '@strongroom/contract';
import { faults } from '@strongroom/password-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';

let w: World;
let keeper: Actor;
let policies: Readonly<Record<string, Policy>>;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  const { items } = await w.invoke(listPolicies, keeper, {});
  policies = Object.fromEntries(items.map((policy) => [policy.name, policy]));
});
afterAll(() => w.close());

const code = (error: unknown): unknown => (error as { code?: string }).code;
const policy = (name: string): Policy => {
  const found = policies[name];
  if (!found) throw new Error(`no policy ${name}`);
  return found;
};
/** The first password of a new account on a resource. */
async function drawn(resourceId: string): Promise<string> {
  const { items } = await w.invoke(createAccounts, keeper, {
    resourceId: resourceId as never,
    accounts: [{ username: newId() }],
  });
  return (await w.invoke(revealAccount, keeper, { accountId: items[0]?.id as never })).password;
}
const keeps = (password: string, name: string): boolean => faults(policy(name), password, '').length === 0;

describe('the policy of a group', () => {
  it('counts where a resource and its account have none; a resource’s own wins; of several groups the strictest', async () => {
    const name = `machine-${newId()}`;
    // Low is short: whatever else applies would refuse it.
    const weak = 'aB3$efgh';
    expect([keeps(weak, 'Low'), keeps(weak, 'Medium'), keeps(weak, 'Strong')].filter(Boolean)).toHaveLength(1);
    const criteria: Criterion[] = [{ field: 'name', fieldId: null, operator: 'equals', value: name }];
    const low = await w.invoke(createResourceGroup, keeper, {
      name: `low-${name}`,
      kind: 'criteria',
      criteria,
      policyId: policy('Low').id,
    });
    // By criteria it is in the group before its first password is drawn.
    const made = await w.invoke(createResource, keeper, { name, type: 'Linux', accounts: [{ username: 'root' }] });
    expect(made.groupPolicyId).toBe(policy('Low').id);
    const [first] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [made.id]);
    const change = (password: string) =>
      w.invoke(changePassword, keeper, { accountId: first?.id as never, where: 'local', password });
    await change(weak);
    // A second group asks for more.
    const strong = await w.invoke(createResourceGroup, keeper, {
      name: `strong-${name}`,
      resourceIds: [made.id],
      policyId: policy('Strong').id,
    });
    expect((await w.invoke(readResource, keeper, { resourceId: made.id })).groupPolicyId).toBe(policy('Strong').id);
    await expect(change('aB3$efgi').catch(code)).resolves.toBe('password-weak');
    expect(keeps(await drawn(made.id), 'Strong')).toBe(true);
    // The resource's own counts before any group's.
    await w.invoke(updateResource, keeper, { resourceId: made.id, policyId: policy('Low').id });
    await change('aB3$efgj');
    await w.invoke(updateResource, keeper, { resourceId: made.id, policyId: null });
    await expect(change('aB3$efgk').catch(code)).resolves.toBe('password-weak');
    // Without a policy of any group the default counts again.
    for (const group of [low, strong])
      await w.invoke(updateResourceGroup, keeper, { groupId: group.id, policyId: null });
    const isDefault = Object.values(policies).find((one) => one.isDefault);
    expect((await w.invoke(readResource, keeper, { resourceId: made.id })).groupPolicyId).toBeNull();
    expect(faults(isDefault as never, await drawn(made.id), '')).toEqual([]);
  });

  it(
    'comes with groups of either kind, whose members are previewed and follow every attribute, operator and change [GRP-01]',
    { timeout: 60_000 },
    async () => {
      const fields = { resource: newId(), account: newId() };
      for (const [belongsTo, id] of Object.entries(fields))
        await w.sql(
          `insert into strongroom.custom_field (id, organisation_id, belongs_to, slot, name, kind) values ($1, $2, $3, 3, 'Rack', 'text')`,
          [id, w.organisationId, belongsTo],
        );
      // Two machines that differ in every attribute, each told apart from the other by one criterion alone.
      const make = async (say: (field: string) => string): Promise<string> => {
        const { id } = await w.invoke(createResource, keeper, {
          name: say('name'),
          type: say('type'),
          description: say('description'),
          department: say('department'),
          location: say('location'),
          dnsName: say('dns-name'),
          domain: say('domain'),
          accounts: [{ username: say('account') }],
        });
        await w.sql(`update strongroom.resource set fields = $2 where id = $1`, [
          id,
          JSON.stringify({ [fields.resource]: say('resource-field') }),
        ]);
        await w.sql(`update strongroom.account set fields = $2 where resource_id = $1`, [
          id,
          JSON.stringify({ [fields.account]: say('account-field') }),
        ]);
        return id;
      };
      const wanted = (field: string): string => (field === 'type' ? 'Linux' : `lunar-${field}-base`);
      const other = (field: string): string => (field === 'type' ? 'Windows' : `other ${field}`);
      const one = await make(wanted);
      const two = await make(other);
      const group = await w.invoke(createResourceGroup, keeper, {
        name: newId(),
        kind: 'criteria',
        criteria: [{ field: 'name', operator: 'equals', value: 'none' }],
        policyId: policy('Strong').id,
      });
      const membersOf = async (criteria: Criterion[], match: 'all' | 'any' = 'all'): Promise<string[]> => {
        const preview = await w.invoke(previewCriteria, keeper, { criteria, match });
        await w.invoke(changeCriteria, keeper, { groupId: group.id, criteria, match });
        const rows = await w.sql<{ id: string }>(
          'select resource_id as id from strongroom.resource_group_member where group_id = $1',
          [group.id],
        );
        // The preview said exactly what the group holds now.
        expect(preview.items.map((item) => item.id).sort()).toEqual(rows.map((row) => row.id).sort());
        expect(preview.total).toBe(rows.length);
        return rows.map((row) => row.id).filter((id) => id === one || id === two);
      };
      const all = [
        'name',
        'type',
        'dns-name',
        'description',
        'department',
        'location',
        'domain',
        'account',
        'resource-field',
        'account-field',
      ] as const;
      for (const field of all) {
        const value = wanted(field);
        const cases: [CriterionOperator, string, boolean][] = [
          ['contains', value.slice(1, -1).toUpperCase(), true],
          ['not-contains', value.slice(1, -1), false],
          ['equals', value.toUpperCase(), true],
          ['not-equals', value, false],
          ['starts', value.slice(0, 4), true],
          ['ends', value.slice(-4), true],
        ];
        for (const [operator, text, first] of cases) {
          const fieldId =
            field === 'resource-field' ? fields.resource : field === 'account-field' ? fields.account : null;
          expect([
            field,
            operator,
            await membersOf([{ field, fieldId: fieldId as never, operator, value: text }]),
          ]).toEqual([field, operator, [first ? one : two]]);
        }
      }
      const name = (value: string): Criterion => ({ field: 'name', fieldId: null, operator: 'equals', value });
      expect(await membersOf([name(wanted('name')), name(other('name'))])).toEqual([]);
      expect((await membersOf([name(wanted('name')), name(other('name'))], 'any')).sort()).toEqual([one, two].sort());
      // Membership follows a change at once, and with it the policy.
      await membersOf([{ field: 'location', fieldId: null, operator: 'equals', value: 'moon' }]);
      const policyNow = async () => (await w.invoke(readResource, keeper, { resourceId: one as never })).groupPolicyId;
      expect(await policyNow()).toBeNull();
      await w.invoke(updateResource, keeper, { resourceId: one as never, location: 'Moon' });
      expect((await w.invoke(readResourceGroup, keeper, { groupId: group.id })).members).toBe(1);
      expect(await policyNow()).toBe(policy('Strong').id);
      expect(keeps(await drawn(one), 'Strong')).toBe(true);
      const byHand = await w.invoke(createResourceGroup, keeper, {
        name: newId(),
        resourceIds: [two as never],
        policyId: policy('Low').id,
      });
      expect(byHand.members).toBe(1);
      expect((await w.invoke(readResource, keeper, { resourceId: two as never })).groupPolicyId).toBe(policy('Low').id);
      await w.invoke(updateResource, keeper, { resourceId: two as never, policyId: policy('Strong').id });
      expect(keeps(await drawn(two), 'Strong')).toBe(true);
    },
  );
});
