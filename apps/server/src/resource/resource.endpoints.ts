import {
  configureReset as configureResetCall,
  createResource,
  deleteResource as deleteResourceCall,
  listResources,
  listResourceTypes,
  readDashboard,
  readResource,
  trustHostKey as trustHostKeyCall,
  updateResource,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, seesAccount, seesResource, type Endpoint } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { accountTables, healthOf } from './account.queries.ts';
import { resourceColumns, resourceItems, resourceReply, resourceTables, type ResourceRow } from './resource.queries.ts';
import { addResource, changeResource, configureReset, deleteResource, trustHostKey } from './resources.ts';
import { builtInTypes, type DriverCatalogue } from './types.ts';

export interface ResourceParts {
  readonly vault: Vault;
  readonly catalogue: DriverCatalogue;
  /** Draws a password by the policy that applies: the account's, else the resource's, else the organisation's default. */
  draw(
    db: OrganisationDb,
    for_: { policyIds: readonly (string | null)[]; resourceType: string; username: string },
  ): Promise<Secret>;
}

const resourceOf = (input: { resourceId: string }): string => input.resourceId;

export const resourceEndpoints = ({ vault, catalogue, draw }: ResourceParts): Endpoint[] => [
  endpoint(listResourceTypes, {
    run: () =>
      Promise.resolve({
        items: builtInTypes.map((type) => {
          const resetSettings = type.driver === null ? null : catalogue.schemaOf(type.driver);
          return {
            name: type.name,
            title: type.name,
            category: type.category,
            attributes: [...type.attributes],
            accountLabel: type.accountLabel,
            driver: resetSettings === null ? null : type.driver,
            resetSettings,
            builtIn: true,
          };
        }),
      }),
  }),
  endpoint(listResources, {
    async run(grant, input, facts) {
      const { userId } = grant.actor;
      const page = await readPage<ResourceRow>(grant.db, input, {
        select: resourceColumns,
        from: sql`from ${resourceTables} where ${seesResource(facts, userId, 'r')}
          ${input.type ? sql`and r.type = ${input.type}` : sql``} ${input.number !== undefined ? sql`and r.number = ${input.number}` : sql``}
          ${input.name !== undefined ? sql`and lower(r.name) = lower(${input.name})` : sql``}
          ${input.search ? sql`and lower(r.name || ' ' || r.dns_name || ' ' || r.description || ' ' || r.department || ' ' || r.location) like ${containing(input.search)}` : sql``}`,
        id: sql`r.id`,
        first: 'name',
        orders: {
          name: { by: sql`lower(r.name)`, type: 'text' },
          type: { by: sql`r.type`, type: 'text' },
          dnsName: { by: sql`lower(r.dns_name)`, type: 'text' },
          updatedAt: { by: sql`r.updated_at`, type: 'timestamptz' },
          number: { by: sql`r.number`, type: 'int' },
        },
      });
      return { ...page, items: await resourceItems(grant.db, page.rows, facts, userId) };
    },
  }),
  endpoint(readResource, {
    object: resourceOf,
    run: (grant, _input, facts) => resourceReply(grant.db, grant.objectId, facts, grant.actor.userId),
  }),
  endpoint(createResource, {
    async run(grant, input, facts) {
      const accounts = [];
      for (const account of input.accounts) {
        const password =
          account.password === undefined
            ? await draw(grant.db, {
                policyIds: [account.policyId, input.policyId],
                resourceType: input.type,
                username: account.username,
              })
            : new Secret(account.password);
        accounts.push({ ...account, password });
      }
      const id = await addResource(grant, vault, catalogue, { ...input, accounts });
      return resourceReply(grant.db, id, facts, grant.actor.userId);
    },
  }),
  endpoint(updateResource, {
    object: resourceOf,
    async run(grant, { resourceId: _, ...changes }, facts) {
      await changeResource(grant, changes);
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(deleteResourceCall, {
    object: resourceOf,
    async run(grant) {
      await deleteResource(grant);
      return {};
    },
  }),
  endpoint(configureResetCall, {
    object: resourceOf,
    async run(grant, input, facts) {
      await configureReset(grant, catalogue, input.reset);
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(trustHostKeyCall, {
    object: resourceOf,
    reason: (input) => input.reason,
    async run(grant, input, facts) {
      await trustHostKey(grant, input.fingerprint);
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(readDashboard, {
    async run(grant, _input, facts) {
      const { userId } = grant.actor;
      const { rows } = await sql<Record<string, number>>`
        select count(*)::int as accounts, count(*) filter (where health = 'proven')::int as proven, count(*) filter (where health = 'stale')::int as stale,
          count(*) filter (where health = 'unproven')::int as unproven, count(*) filter (where health = 'out-of-sync')::int as out_of_sync,
          count(*) filter (where health = 'unreachable')::int as unreachable, count(*) filter (where health = 'untrusted')::int as untrusted,
          count(*) filter (where health = 'excluded')::int as excluded, count(*) filter (where state = 'needs-person')::int as needs_person,
          (select count(*)::int from resource r where ${seesResource(facts, userId, 'r')}) as resources,
          coalesce((select (value #>> '{}')::int from setting where name = 'proofMaxAgeDays'), 30) as proof_max_age_days
        from (select ${healthOf} as health, t.state from ${accountTables} where ${seesAccount(facts, userId, 'a')}) x`.execute(
        grant.db,
      );
      const n = (name: string): number => rows[0]?.[name] ?? 0;
      const counted = n('accounts') - n('excluded');
      return {
        accounts: n('accounts'),
        resources: n('resources'),
        proven: n('proven'),
        stale: n('stale'),
        unproven: n('unproven'),
        outOfSync: n('outOfSync'),
        unreachable: n('unreachable'),
        untrusted: n('untrusted'),
        excluded: n('excluded'),
        needsPerson: n('needsPerson'),
        provenShare: counted > 0 ? n('proven') / counted : null,
        proofMaxAgeDays: n('proofMaxAgeDays'),
      };
    },
  }),
];
