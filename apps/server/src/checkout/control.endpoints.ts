import {
  controlAccount,
  controlResource,
  listAccessControls,
  listApprovers,
  readAccessControl,
} from '@strongroom/contract';
import { sql } from 'kysely';
import {
  abilities,
  canApprove,
  endpoint,
  requireAlso,
  seesAccount,
  seesResource,
  type Endpoint,
} from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { canDeputise } from './deputies.ts';
import { controlColumns, controlReply, controlTables, readControl, setControl, type ControlRow } from './control.ts';

const orders = {
  changedAt: { by: sql`c.changed_at`, type: 'timestamptz' },
  resourceName: { by: sql`lower(r.name)`, type: 'text' },
} as const;

/** Who can be found for each part. */
const eligible = {
  approver: () => canApprove('u'),
  excluded: () => sql`u.state = 'active'`,
  deputy: canDeputise,
};

/** How access is controlled: reading and setting it. */
export const controlEndpoints = (): Endpoint[] => [
  endpoint(readAccessControl, {
    async run(grant, { resourceId, accountId }) {
      if ((resourceId === undefined) === (accountId === undefined))
        throw new Problem('input-invalid', {
          errors: [{ path: 'resourceId', message: 'name a resource or an account' }],
        });
      if (resourceId !== undefined) {
        const { facts } = await requireAlso(grant, 'resource.read', resourceId);
        const own = await readControl(grant.db, resourceId);
        return { own, inherited: null, inForce: own?.on ?? false, can: abilities(['resource.control-access'], facts) };
      }
      const id = accountId ?? '';
      const { facts } = await requireAlso(grant, 'account.read', id);
      const account = await grant.db
        .selectFrom('account')
        .select('resourceId')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const [own, inherited] = await Promise.all([
        readControl(grant.db, id),
        readControl(grant.db, account.resourceId),
      ]);
      return {
        own,
        inherited,
        inForce: (own ?? inherited)?.on ?? false,
        can: abilities(['account.control-access'], facts),
      };
    },
  }),
  endpoint(listAccessControls, {
    async run(grant, { search, ...ask }, facts) {
      const { userId } = grant.actor;
      const text =
        search === undefined || search === ''
          ? sql``
          : sql`and lower(r.name || ' ' || coalesce(a.username, '')) like ${containing(search)}`;
      const page = await readPage<ControlRow>(grant.db, ask, {
        select: controlColumns,
        // Of an account that is shared by itself, its own control; of a resource, its own and its accounts'.
        from: sql`from ${controlTables} where case when c.account_id is null then ${seesResource(facts, userId, 'r')} else ${seesAccount(facts, userId, 'a')} end ${text}`,
        id: sql`c.id`,
        orders,
        first: '-changedAt',
      });
      const { rows, ...rest } = page;
      return { ...rest, items: rows.map(controlReply) };
    },
  }),
  endpoint(listApprovers, {
    async run(grant, { search = '', part, limit }) {
      const { rows } = await sql<{
        id: string;
        name: string;
        fullName: string;
        program: boolean;
      }>`select u.id, u.username as name, u.full_name, u.kind <> 'person' as program from app_user u
        where ${eligible[part](grant.actor.userId)} ${search === '' ? sql`` : sql`and u.search_text like ${containing(search)}`}
        order by lower(u.full_name), u.id limit ${limit}`.execute(grant.db);
      return { items: rows };
    },
  }),
  endpoint(controlResource, {
    object: (input) => input.resourceId,
    run: async (grant, { resourceId, control, version }) => ({
      control: await setControl(grant, { resourceId }, control, version),
    }),
  }),
  endpoint(controlAccount, {
    object: (input) => input.accountId,
    run: async (grant, { accountId, control, version }) => ({
      control: await setControl(grant, { accountId }, control, version),
    }),
  }),
];
