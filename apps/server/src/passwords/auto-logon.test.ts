import { createResource, listAccounts, revealAccount, revealFormer, updateSettings } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';

let w: World;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

const signsIn = 'https://%DNS_NAME%/login?user=%ACCOUNT_NAME%&password=%PASSWORD%';
async function shared(url: string): Promise<never> {
  const made = await w.invoke(createResource, keeper, {
    name: newId(),
    type: 'Linux',
    dnsName: 'host.invalid',
    url,
    accounts: [{ username: 'root', password: 'Starting-Point-11-!!' }],
  });
  for (const who of ['nobody', 'auditor', 'admin'] as const)
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'x')`,
      [newId(), w.organisationId, made.id, w.people[who].id],
    );
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
  return items[0]?.id as never;
}

describe('where a resource logs in by itself', () => {
  it('password users and auditors do not open its passwords, if the organisation says so; others do, and they do elsewhere [PWD-02]', async () => {
    const [byItself, page] = [await shared(signsIn), await shared('https://%DNS_NAME%/')];
    const open = async (
      who: 'nobody' | 'auditor' | 'admin' | 'keeper' | 'boss',
      accountId: never,
    ): Promise<string[]> => {
      const actor = await w.people[who].actor();
      const { items } = await w.invoke(listAccounts, actor, {});
      const can = items.find((one) => one.id === accountId)?.can ?? [];
      const said: string[] = [
        can.includes('account.reveal') ? 'offered' : 'hidden',
        can.includes('account.open-url') ? 'opens' : 'no URL',
      ];
      for (const asked of [
        () => w.invoke(revealAccount, actor, { accountId }),
        () => w.invoke(revealAccount, actor, { accountId, purpose: 'copy' }),
        () => w.invoke(revealFormer, actor, { accountId, version: 1 }),
      ])
        said.push(
          await asked().then(
            ({ password }) => password,
            (error: unknown) => (error as { code: string }).code,
          ),
        );
      return said;
    };
    const clear = ['offered', 'opens', ...Array<string>(3).fill('Starting-Point-11-!!')];
    const kept = ['hidden', 'opens', ...Array<string>(3).fill('auto-logon-only')];
    for (const who of ['nobody', 'auditor'] as const) expect(await open(who, byItself)).toEqual(clear);
    await w.invoke(updateSettings, await w.people.privileged.actor(), { noRevealWithAutoLogon: true });
    for (const who of ['nobody', 'auditor'] as const) {
      expect([who, await open(who, byItself)]).toEqual([who, kept]);
      expect([who, await open(who, page)]).toEqual([who, clear]);
    }
    for (const who of ['admin', 'keeper', 'boss'] as const)
      expect([who, await open(who, byItself)]).toEqual([who, clear]);
    expect((await w.audit('account.reveal')).filter((row) => row.outcome === 'refused').at(-1)?.details.code).toBe(
      'auto-logon-only',
    );
  });
});
