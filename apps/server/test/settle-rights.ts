import { addShare, permissions, randomShare, type Dice, type Rights } from './random-rights.ts';
import type { World } from './world.ts';

/** Where a world of rights lies: its organisation's tables, with the users and user groups that are there already. */
interface Place {
  readonly w: Pick<World, 'sql' | 'organisationId'>;
  readonly userGroups: readonly string[];
}

const insert = ({ w }: Place, table: string, columns: string, rows: readonly object[]): Promise<unknown> =>
  w.sql(
    `insert into strongroom.${table} (organisation_id, ${columns}) select '${w.organisationId}', ${columns} from jsonb_populate_recordset(null::strongroom.${table}, $1)`,
    [JSON.stringify(rows)],
  );
const shareRow = ({ userGroups }: Place, share: Rights['shares'][number]) => ({
  id: share.id,
  [{ 'account': 'account_id', 'resource': 'resource_id', 'resource-group': 'group_id' }[share.targetKind]]: share.target, // prettier-ignore
  [userGroups.includes(share.to) ? 'user_group_id' : 'user_id']: share.to,
  permission: share.permission,
  valid_from: share.from === null ? null : new Date(share.from),
  valid_until: share.until === null ? null : new Date(share.until),
  shared_by: 'x',
});
const shareColumns =
  'id, account_id, resource_id, group_id, user_id, user_group_id, permission, valid_from, valid_until, shared_by';

let number = 10_000;
/** Puts a world into the database, in the place of the one before. */
export async function settle(place: Place, rights: Rights): Promise<void> {
  const { w } = place;
  await w.sql(
    'delete from strongroom.user_group_member; delete from strongroom.resource_group; delete from strongroom.resource',
  );
  await w.sql(
    `update strongroom.app_user u set role = x.role, super_administrator = x.super, state = x.state
      from jsonb_to_recordset($1) x(id uuid, role text, super boolean, state text) where x.id = u.id`,
    [JSON.stringify(rights.users)],
  );
  await insert(place, 'resource', 'id, number, name, type, owner_id', rights.resources.map(({ id, owner }) => ({ id, number: ++number, name: `agreed ${id}`, type: 'Linux', owner_id: owner }))); // prettier-ignore
  await insert(place, 'account', 'id, number, resource_id, username', rights.accounts.map(({ id, resource }) => ({ id, number: ++number, resource_id: resource, username: id }))); // prettier-ignore
  await w.sql(
    `insert into strongroom.secret (organisation_id, account_id, version, state, sealed, origin, changed_by)
      select organisation_id, id, 1, 'current', '\\x00', 'created', 'x' from strongroom.account`,
  );
  await insert(place, 'resource_group', 'id, number, name, kind, owner_id', rights.groups.map(({ id, owner }) => ({ id, number: ++number, name: `agreed ${id}`, kind: 'static', owner_id: owner }))); // prettier-ignore
  await insert(place, 'resource_group_member', 'group_id, resource_id', rights.gathered.map(([group_id, resource_id]) => ({ group_id, resource_id }))); // prettier-ignore
  await insert(place, 'user_group_member', 'user_group_id, user_id', rights.joined.map(([user_group_id, user_id]) => ({ user_group_id, user_id }))); // prettier-ignore
  await insert(
    place,
    'share',
    shareColumns,
    rights.shares.map((share) => shareRow(place, share)),
  );
}

/** Changes a few things at random, in the lists and in the database alike. */
export async function operate(place: Place, d: Dice, rights: Rights, now: number): Promise<void> {
  const { w, userGroups } = place;
  const drop = <T>(list: T[]): T | undefined => (list.length > 1 ? list.splice(d.below(list.length), 1)[0] : undefined);
  for (let i = 0; i < 4; i++) {
    const gone = drop(rights.shares);
    if (gone) await w.sql('delete from strongroom.share where id = $1', [gone.id]);
    const share = randomShare(d, rights, userGroups, now);
    if (addShare(rights, share)) await insert(place, 'share', shareColumns, [shareRow(place, share)]);
    const changed = d.pick(rights.shares);
    changed.permission = changed.targetKind === 'account' ? d.pick(['view', 'modify']) : d.pick(permissions);
    await w.sql('update strongroom.share set permission = $2 where id = $1', [changed.id, changed.permission]);
  }
  const left = drop(rights.joined);
  if (left) await w.sql('delete from strongroom.user_group_member where user_group_id = $1 and user_id = $2', left);
  const joins: [string, string] = [d.pick(userGroups), d.pick(rights.users).id];
  if (!rights.joined.some((one) => one.join() === joins.join())) {
    rights.joined.push(joins);
    await insert(place, 'user_group_member', 'user_group_id, user_id', [
      { user_group_id: joins[0], user_id: joins[1] },
    ]);
  }
  const out = drop(rights.gathered);
  if (out) await w.sql('delete from strongroom.resource_group_member where group_id = $1 and resource_id = $2', out);
  const given = d.pick(rights.resources);
  given.owner = d.pick(rights.users).id;
  await w.sql('update strongroom.resource set owner_id = $2 where id = $1', [given.id, given.owner]);
  const group = d.pick(rights.groups);
  group.owner = d.pick(rights.users).id;
  await w.sql('update strongroom.resource_group set owner_id = $2 where id = $1', [group.id, group.owner]);
  const moved = d.pick(rights.accounts);
  moved.resource = d.pick(rights.resources).id;
  await w.sql('update strongroom.account set resource_id = $2 where id = $1', [moved.id, moved.resource]);
  const user = d.pick(rights.users);
  user.super = !user.super;
  user.state = d.chance(0.8) ? 'active' : 'disabled';
  await w.sql('update strongroom.app_user set super_administrator = $2, state = $3 where id = $1', [
    user.id,
    user.super,
    user.state,
  ]);
  if (d.chance(0.5)) {
    const account = drop(rights.accounts);
    if (account) {
      rights.shares = rights.shares.filter((one) => one.target !== account.id);
      await w.sql('delete from strongroom.account where id = $1', [account.id]);
    }
  }
}
