import type { Inherit } from '@strongroom/contract';
import { sql } from 'kysely';
import { requireAlso, type Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { isDuplicate } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { requireReleased } from './access.ts';
import { copyAccounts } from './copy-accounts.ts';
import { copyFieldSecrets } from './fields.ts';
import { typeNamed } from './types.ts';

/** A copy that was made. */
export interface Copied {
  readonly id: string;
  readonly number: number;
  readonly name: string;
}

/**
 * Makes copies of the grant's resource, which the actor owns. Nothing of the original changes. Of
 * files, those that accounts hold go along; those in fields do not.
 * Throws `name-taken`, naming it, and then makes none.
 */
export async function copyResource(
  grant: Grant<'resource.copy'>,
  vault: Vault,
  asked: { readonly names?: readonly string[] | undefined; readonly count: number; readonly inherit: Inherit },
): Promise<Copied[]> {
  const { inherit } = asked;
  const { db, objectId, actor } = grant;
  // Held, so that the copies are of one state of it.
  const source = await db
    .selectFrom('resource')
    .selectAll()
    .where('id', '=', objectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  // Held, so that it is not renamed away from under the copies.
  await typeNamed(db, source.type);
  if (inherit.history && !inherit.accounts)
    throw new Problem('input-invalid', {
      errors: [{ path: 'inherit.history', message: 'comes only with the accounts' }],
    });
  const { loginWith } = (source.reset ?? {}) as { loginWith?: unknown };
  if (inherit.reset && !inherit.accounts && loginWith === 'another account')
    throw new Problem('input-invalid', {
      errors: [{ path: 'inherit.reset', message: 'needs the accounts: one of them logs in for the others' }],
    });
  // A copy of a password is a way to it.
  if (inherit.accounts) await requireReleased(grant, objectId);
  // Whoever hands on shares, shares.
  if (inherit.shares) await requireAlso(grant, 'resource.share', objectId);
  const names = asked.names ?? (await freeNames(grant, source.name, asked.count));
  const twice = names.find((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== i);
  if (twice !== undefined) throw nameTaken(twice);
  const there = await sql<{
    name: string;
  }>`select name from resource where lower(name) = any(select lower(x) from unnest(${[...names]}::text[]) x) limit 1`.execute(
    db,
  );
  if (there.rows[0]) throw nameTaken(there.rows[0].name);

  const first = await takeNumbers(db, actor.organisationId, 'resource', names.length);
  const copies = names.map((name, i): Copied => ({ id: newId(), number: first + i, name }));
  try {
    await db
      .insertInto('resource')
      .values(
        copies.map((copy) => ({
          ...copy,
          organisationId: actor.organisationId,
          type: source.type,
          dnsName: source.dnsName,
          description: source.description,
          department: source.department,
          location: source.location,
          domain: source.domain,
          url: source.url,
          policyId: source.policyId,
          ownerId: actor.userId ?? '',
          fields: JSON.stringify(inherit.fields ? source.fields : {}),
          reset: inherit.reset && source.reset !== null ? JSON.stringify(source.reset) : null,
        })),
      )
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw new Problem('name-taken');
    throw error;
  }
  const pairs = copies.map((copy): readonly [string, string] => [objectId, copy.id]);
  if (inherit.fields) await copyFieldSecrets(grant, vault, 'resource', pairs);
  if (inherit.tags)
    await sql`insert into resource_tag (organisation_id, resource_id, tag_value_id)
      select x.organisation_id, c, x.tag_value_id from resource_tag x, unnest(${copies.map((copy) => copy.id)}::uuid[]) c where x.resource_id = ${objectId}`.execute(
      db,
    );
  if (inherit.groups) await joinSameGroups(grant, copies);
  const accounts = inherit.accounts ? await copyAccounts(grant, vault, copies, inherit) : [];
  if (inherit.shares) await copyShares(grant, [...pairs, ...accounts]);
  for (const copy of copies) grant.each({ kind: 'resource', id: copy.id, name: copy.name }, { 'copy of': source.name });
  grant.note({ copies: copies.length, inherited: inheritedText(inherit), accounts: accounts.length });
  return copies;
}

const nameTaken = (name: string): Problem =>
  new Problem('name-taken', {
    errors: [{ path: 'names', message: `has ${name}, which is in use by another resource` }],
  });
const inheritedText = (inherit: Inherit): string =>
  Object.entries(inherit)
    .flatMap(([what, wanted]) => (wanted ? [what] : []))
    .join(' ');

/** Names for copies: the resource's with a number behind it, those left out that are in use. */
async function freeNames(grant: Grant<'resource.copy'>, name: string, count: number): Promise<string[]> {
  const base = name.slice(0, 108);
  const { rows } = await sql<{
    name: string;
  }>`select ${base} || ' (copy ' || n || ')' as name from generate_series(1, 10000) n
    where not exists (select 1 from resource r where lower(r.name) = lower(${base} || ' (copy ' || n || ')')) order by n limit ${count}`.execute(
    grant.db,
  );
  if (rows.length < count) throw new Problem('name-taken', { detail: 'Name the copies yourself.' });
  return rows.map((row) => row.name);
}

/** Puts the copies into the static groups that the original is in and the actor manages; of others nothing is said. */
async function joinSameGroups(grant: Grant<'resource.copy'>, copies: readonly Copied[]): Promise<void> {
  const groups = await grant.db
    .selectFrom('resourceGroupMember as m')
    .innerJoin('resourceGroup as g', 'g.id', 'm.groupId')
    .select(['g.id', 'g.name'])
    .where('m.resourceId', '=', grant.objectId)
    .where('g.kind', '=', 'static')
    .execute();
  for (const group of groups) {
    const refused = await requireAlso(grant, 'resource-group.change-members', group.id).catch((error: unknown) => {
      if (error instanceof Problem) return undefined;
      throw error;
    });
    if (refused === undefined) continue;
    await grant.db
      .insertInto('resourceGroupMember')
      .values(
        copies.map((copy) => ({
          organisationId: grant.actor.organisationId,
          groupId: group.id,
          resourceId: copy.id,
        })),
      )
      .execute();
    grant.each({ kind: 'resource-group', id: group.id, name: group.name }, { joined: copies.length });
  }
}

/** Copies the shares of each first to each second. One that has ended is left out, and one to the new owner, who needs none. */
async function copyShares(grant: Grant<'resource.copy'>, pairs: readonly (readonly [string, string])[]): Promise<void> {
  const { actor, actorName, db } = grant;
  const from = pairs.map(([one]) => one);
  const to = pairs.map(([, other]) => other);
  const { rows } = await sql<{ target: string; whom: string; permission: string; account: boolean }>`
    insert into share (id, organisation_id, account_id, resource_id, user_id, user_group_id, permission, valid_from, valid_until, shared_by_id, shared_by)
    select gen_random_uuid(), s.organisation_id, case when s.account_id is not null then p.b end, case when s.resource_id is not null then p.b end,
      s.user_id, s.user_group_id, s.permission, s.valid_from, s.valid_until, ${actor.userId}, ${actorName}
    from unnest(${from}::uuid[], ${to}::uuid[]) p(a, b) join share s on s.target_id = p.a
    where (s.valid_until is null or s.valid_until > now()) and s.user_id is distinct from ${actor.userId}::uuid
    returning target_id as target, to_id as whom, permission, account_id is not null as account`.execute(db);
  grant.note({ shares: rows.length });
}
