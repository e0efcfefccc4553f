import { leaseHoldsText } from './lease.ts';
import { permitsOf, type Permit } from './permissions.ts';

// Who can decide about requests for a password, told once, as SQL without parameters: named statements, lists, mails and rounds all put it into theirs.

const permit: Permit = 'manage-passwords';
const roles = Object.entries(permitsOf)
  .flatMap(([role, permits]) => (permits.includes(permit) ? [`'${role}'`] : []))
  .join(', ');
const hasRole = (u: string): string => `(case ${u}.role
    when 'custom' then exists (select from custom_role cr where cr.id = ${u}.custom_role_id and '${permit}' = any(cr.permissions))
    else ${u}.role in (${roles}) end)`;

/** Whether the user of the table named by `u` can approve at this moment: active, and of a role that may ‘manage-passwords’. */
export const canApproveText = (u: string): string => `(${u}.state = 'active' and ${hasRole(u)})`;

/** Of the table deputy as `d`: its time has come and is not over. */
const deputyHoldsText = (d: string): string => `(${d}.begins_at <= now() and ${d}.ends_at > now())`;

/**
 * A query for the seats of a control at this moment, as `user_id` and `place_id`: who can decide, and whose place on the list of approvers they do it
 * from, their own or that of whom they are the deputy. Whoever is named by a deputy gains nothing, since only the list itself gives places. The absent
 * may be locked or disabled, but who lost the role has no place to leave to anybody. Whoever is excluded from asking is nobody's deputy under this
 * control, nor is, where `account` is given, who has that password out.
 */
export const seatsText = ({ control, account }: { readonly control: string; readonly account?: string }): string =>
  `select st.user_id, sp.user_id as place_id from access_control_user sp
    cross join lateral (select sp.user_id union all
      select sd.deputy_id from deputy sd where sd.user_id = sp.user_id and ${deputyHoldsText('sd')}
        and not exists (select from access_control_user se where se.control_id = sp.control_id and se.part = 'excluded' and se.user_id = sd.deputy_id)
        ${account === undefined ? '' : `and not exists (select from lease l where l.account_id = ${account} and l.user_id = sd.deputy_id and ${leaseHoldsText})`}) st (user_id)
    join app_user su on su.id = st.user_id and ${canApproveText('su')}
    join app_user sw on sw.id = sp.user_id and ${hasRole('sw')}
  where sp.control_id = ${control} and sp.part = 'approver'`;

/** The control in force over the account `a`: its own, else its resource's. */
export const controlOfText = (a: string): string =>
  `(select c.id from access_control c where c.target_id in (${a}.id, ${a}.resource_id) order by c.account_id is null limit 1)`;

/** A query for the seats from which the request `x` for the account `a` is decided: nobody decides as the deputy of whoever asks. */
export const seatsOfRequestText = (x: string, a: string): string =>
  `select s.user_id, s.place_id from (${seatsText({ control: controlOfText(a), account: `${a}.id` })}) s
    where s.user_id = s.place_id or s.place_id is distinct from ${x}.requester_id`;
