import { sql, type RawBuilder } from 'kysely';
import { leaseHolds } from './lease.ts';
import { permitsOf, type Permit } from './permissions.ts';

// Who can decide about requests for a password, told once, as SQL without parameters: named statements, lists, mails and rounds all put it into theirs.

const permit: Permit = 'manage-passwords';
const roles = sql.join(
  Object.entries(permitsOf).flatMap(([role, permits]) => (permits.includes(permit) ? [sql.lit(role)] : [])),
);
const hasRole = (u: string): RawBuilder<boolean> => sql<boolean>`(case ${sql.ref(`${u}.role`)}
    when 'custom' then exists (select from custom_role cr where cr.id = ${sql.ref(`${u}.custom_role_id`)} and ${sql.lit(permit)} = any(cr.permissions))
    else ${sql.ref(`${u}.role`)} in (${roles}) end)`;

/** Whether the user of the table named by `u` can approve at this moment: active, and of a role that may ‘manage-passwords’. */
export const canApprove = (u: string): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(`${u}.state`)} = 'active' and ${hasRole(u)})`;

/**
 * A query for the seats of a control at this moment, as `user_id` and `place_id`: who can decide, and whose place on the list of approvers they do it
 * from, their own or that of whom they are the deputy. Whoever is named by a deputy gains nothing, since only the list itself gives places. The absent
 * may be locked or disabled, but who lost the role has no place to leave to anybody. Whoever is excluded from asking is nobody's deputy under this
 * control, nor is, where `account` is given, who has that password out.
 */
export const seats = ({
  control,
  account,
}: {
  readonly control: RawBuilder<unknown>;
  readonly account?: RawBuilder<unknown>;
}): RawBuilder<{
  user_id: string;
  place_id: string;
}> => sql`select st.user_id, sp.user_id as place_id from access_control_user sp
    cross join lateral (select sp.user_id union all
      select sd.deputy_id from deputy sd where sd.user_id = sp.user_id and sd.begins_at <= now() and sd.ends_at > now()
        and not exists (select from access_control_user se where se.control_id = sp.control_id and se.part = 'excluded' and se.user_id = sd.deputy_id)
        ${account === undefined ? sql`` : sql`and not exists (select from lease l where l.account_id = ${account} and l.user_id = sd.deputy_id and ${leaseHolds})`}) st (user_id)
    join app_user su on su.id = st.user_id and ${canApprove('su')}
    join app_user sw on sw.id = sp.user_id and ${hasRole('sw')}
  where sp.control_id = ${control} and sp.part = 'approver'`;

/** The control in force over the account `a`: its own, else its resource's. */
export const controlOf = (a: string): RawBuilder<string> =>
  sql`(select c.id from access_control c where c.target_id in (${sql.ref(`${a}.id`)}, ${sql.ref(`${a}.resource_id`)}) order by c.account_id is null limit 1)`;

/** A query for the seats from which the request `x` for the account `a` is decided: nobody decides as the deputy of whoever asks. */
export const seatsOfRequest = (x: string, a: string): RawBuilder<{ user_id: string; place_id: string }> =>
  sql`select s.user_id, s.place_id from (${seats({ control: controlOf(a), account: sql.ref(`${a}.id`) })}) s
    where s.user_id = s.place_id or s.place_id is distinct from ${sql.ref(`${x}.requester_id`)}`;
