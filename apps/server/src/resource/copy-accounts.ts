import type { Inherit } from '@strongroom/contract';
import type { Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { verdictsOn } from '../policies/index.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { copyFieldSecrets } from './fields.ts';

/** How many passwords one copy seals anew at most: a few seconds of work. */
const mostSecrets = 20_000;
/** A statement carries at most 65,535 values. */
const rowsAtOnce = 4000;

/**
 * Copies the accounts of the grant's resource to each of its copies, with their present passwords and, for `history`, the
 * former ones; a candidate of an unfinished rotation is not theirs. What was proven of the originals says nothing of them.
 * Returns each account's id with that of its copy.
 */
export async function copyAccounts(
  grant: Grant<'resource.copy'>,
  vault: Vault,
  copies: readonly { readonly id: string }[],
  inherit: Inherit,
): Promise<(readonly [string, string])[]> {
  const { db, actor, actorName, objectId } = grant;
  const accounts = await db
    .selectFrom('account')
    .selectAll()
    .where('resourceId', '=', objectId)
    .orderBy('number')
    .execute();
  if (accounts.length === 0) return [];
  const secrets = await db
    .selectFrom('secret as s')
    .innerJoin('account as a', 'a.id', 's.accountId')
    .select([
      's.accountId',
      's.version',
      's.state',
      's.sealed',
      's.fileId',
      's.origin',
      's.changedBy',
      's.changedFrom',
      's.changedAt',
    ])
    .where('a.resourceId', '=', objectId)
    .where('s.state', 'in', inherit.history ? ['current', 'former'] : ['current'])
    .execute();
  if (secrets.length * copies.length > mostSecrets)
    throw new Problem('input-invalid', {
      detail: `That would be ${secrets.length * copies.length} passwords; at most ${mostSecrets} are copied at once.`,
    });
  const opened = [];
  for (const { sealed: bytes, ...secret } of secrets) {
    const place = { column: 'secret.sealed', rowId: secret.accountId, version: secret.version } as const;
    opened.push({ ...secret, password: await vault.open(grant, bytes, place) });
  }
  const current = new Map(
    opened.flatMap((secret) =>
      secret.state === 'current' && secret.fileId === null ? [[secret.accountId, secret.password] as const] : [],
    ),
  );
  // Its copy may be in other groups, which ask for more.
  const verdicts = await verdictsOn(
    db,
    copies.flatMap((copy) =>
      accounts.map(({ id, username, policyId }) => ({
        resourceId: copy.id,
        policyId,
        username,
        password: current.get(id) ?? null,
      })),
    ),
  );
  const first = await takeNumbers(db, actor.organisationId, 'account', accounts.length * copies.length);
  const pairs: (readonly [string, string])[] = [];
  const rows = copies.flatMap((copy, c) =>
    accounts.map((account, i) => {
      const id = newId();
      pairs.push([account.id, id]);
      return {
        id,
        organisationId: actor.organisationId,
        number: first + c * accounts.length + i,
        resourceId: copy.id,
        username: account.username,
        notes: account.notes,
        policyId: account.policyId,
        fields: JSON.stringify(inherit.fields ? account.fields : {}),
        secretVersion: inherit.history ? account.secretVersion : 1,
        ...verdicts[c * accounts.length + i],
      };
    }),
  );
  for (let i = 0; i < rows.length; i += rowsAtOnce)
    await db
      .insertInto('account')
      .values(rows.slice(i, i + rowsAtOnce))
      .execute();

  const copiesOf = new Map<string, string[]>();
  for (const [from, to] of pairs) copiesOf.set(from, [...(copiesOf.get(from) ?? []), to]);
  const sealed = [];
  for (const { password, ...secret } of opened) {
    const version = inherit.history ? secret.version : 1;
    for (const accountId of copiesOf.get(secret.accountId) ?? [])
      sealed.push({
        ...secret,
        organisationId: actor.organisationId,
        accountId,
        version,
        ...(secret.state === 'current'
          ? { origin: 'copied', changedBy: actorName, changedFrom: actor.origin.address, changedAt: new Date() }
          : {}),
        sealed: await vault.seal(grant, password, { column: 'secret.sealed', rowId: accountId, version }),
      });
  }
  for (let i = 0; i < sealed.length; i += rowsAtOnce)
    await db
      .insertInto('secret')
      .values(sealed.slice(i, i + rowsAtOnce))
      .execute();
  if (inherit.fields) await copyFieldSecrets(grant, vault, 'account', pairs);
  if (inherit.reset) await pointAtCopies(grant, copies, accounts.length, pairs);
  return pairs;
}

/** The accounts that log in and elevate for the original are, for each copy, the copies of them. */
async function pointAtCopies(
  grant: Grant<'resource.copy'>,
  copies: readonly { readonly id: string }[],
  each: number,
  pairs: readonly (readonly [string, string])[],
): Promise<void> {
  const source = await grant.db
    .selectFrom('resource')
    .select(['adminAccountId', 'elevationAccountId'])
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  if (source.adminAccountId === null && source.elevationAccountId === null) return;
  for (const [c, copy] of copies.entries()) {
    const own = new Map(pairs.slice(c * each, (c + 1) * each));
    await grant.db
      .updateTable('resource')
      .set({
        adminAccountId: own.get(source.adminAccountId ?? '') ?? null,
        elevationAccountId: own.get(source.elevationAccountId ?? '') ?? null,
      })
      .where('id', '=', copy.id)
      .execute();
  }
}
