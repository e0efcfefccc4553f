import {
  deleteKey as deleteKeyCall,
  importKey,
  listKeys,
  makeKey,
  NewKeyKind,
  placeKey,
  readKey,
  revealKey,
  rotateKey,
  stopKeyRotation,
  verifyKey,
  withdrawKey,
  type AccountKey,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import {
  endpoint,
  foresee,
  longEndpoint,
  seesAccount,
  type Ask,
  type Endpoint,
  type Facts,
  type Grant,
} from '../authorise/index.ts';
import { readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { typeNamed } from '../resource/index.ts';
import { addKey, deleteKey, place, startRotation, stopRotation, takesKeys, verify, withdraw } from './change.ts';
import { keyColumns, keyOfAccount, keyTables, kindOf, readAccountKey, readOpenedBy } from './rows.ts';
import type { KeyParts } from './work.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;
const why = {
  object: accountOf,
  reason: (input: { reason?: string | undefined }) => input.reason,
  ticket: (input: { ticket?: string | undefined }) => input.ticket,
};

async function reply(grant: Grant, facts: Facts): Promise<z.input<typeof AccountKey>> {
  const key = await readAccountKey(grant.db, grant.objectId, grant.actor.userId, facts);
  if (!key) throw new Error('the key is gone');
  return key;
}

interface ListRow {
  id: string;
  accountId: z.input<typeof AccountKey>['accountId'];
  username: string;
  resourceName: string;
  kind: z.input<typeof AccountKey>['kind'];
  fingerprint: string;
  version: number;
  stage: z.input<typeof AccountKey>['stage'];
  madeBy: string;
  madeAt: Date;
  placed: number;
  open: number;
}

/** SSH keys of accounts: making, giving out, putting on hosts, rotating and taking away. */
export const keyEndpoints = (parts: KeyParts): Endpoint[] => [
  endpoint(listKeys, {
    async run(grant, input, facts) {
      const words = (input.search ?? '').toLowerCase();
      const like = `%${words.replace(/[\\%_]/g, '\\$&')}%`;
      const page = await readPage<ListRow>(grant.db, input, {
        select: sql`${keyColumns}, (select count(*)::int from ssh_key_place p where p.key_id = k.id) as placed,
          (select count(*)::int from ssh_key_place p where p.key_id = k.id and p.proven @> array[v.version]) as open`,
        from: sql`from ${keyTables} where ${seesAccount(facts, grant.actor.userId, 'a')}
          ${words === '' ? sql`` : sql`and (lower(a.username) like ${like} or lower(r.name) like ${like} or lower(v.fingerprint) like ${like})`}`,
        id: sql`k.id`,
        first: 'resource',
        orders: {
          resource: { by: sql`lower(r.name)`, type: 'text' },
          account: { by: sql`lower(a.username)`, type: 'text' },
          madeAt: { by: sql`v.made_at`, type: 'timestamptz' },
        },
      });
      return { ...page, items: page.rows.map(({ madeAt, ...row }) => ({ ...row, madeAt: madeAt.toISOString() })) };
    },
  }),
  endpoint(readKey, {
    object: accountOf,
    async run(grant, _input, facts) {
      const { objectId, actor } = grant;
      const resource = await grant.db
        .selectFrom('account as a')
        .innerJoin('resource as r', 'r.id', 'a.resourceId')
        .select(['r.type', 'r.reset', 'r.dnsName'])
        .where('a.id', '=', objectId)
        .executeTakeFirstOrThrow();
      return {
        key: await readAccountKey(grant.db, objectId, actor.userId, facts),
        openedBy: await readOpenedBy(grant.db, objectId, actor.userId, facts),
        takesKeys: takesKeys(resource, (await typeNamed(grant.db, resource.type)).driver),
      };
    },
  }),
  longEndpoint(makeKey, async (perform, actor, input) => {
    const ask = { actor, action: 'key.make', objectId: input.accountId, ...reasons(input) } as const;
    const made = await allowed(parts, ask, () => parts.outpost.makeKey(input.kind));
    return perform(ask, async (grant, facts) => {
      await addKey(grant, parts.vault, present(made));
      return reply(grant, facts);
    });
  }),
  longEndpoint(importKey, async (perform, actor, input) => {
    const ask = { actor, action: 'key.import', objectId: input.accountId, ...reasons(input) } as const;
    const passphrase = input.passphrase === undefined ? undefined : new Secret(input.passphrase);
    const read = await allowed(parts, ask, () => parts.outpost.readKey(new Secret(input.privateKey), passphrase));
    return perform(ask, async (grant, facts) => {
      if (!read)
        throw new Problem('input-invalid', {
          errors: [{ path: 'privateKey', message: 'is no private key for SSH, or its passphrase is another one' }],
        });
      await addKey(grant, parts.vault, read);
      return reply(grant, facts);
    });
  }),
  endpoint(revealKey, {
    ...why,
    async run(grant, input) {
      const key = await keyOfAccount(grant.db, grant.objectId);
      const row = await grant.db
        .selectFrom('sshKeyVersion')
        .select(['version', 'sealed', 'publicKey', 'fingerprint', 'state'])
        .where('keyId', '=', key.id)
        .where((eb) => (input.version === undefined ? eb('state', '=', 'current') : eb('version', '=', input.version)))
        .executeTakeFirst();
      if (!row) throw new Problem('not-found');
      const { version, sealed, state, ...open } = row;
      grant.note({ version, state, fingerprint: open.fingerprint });
      const opened = await parts.vault.open(grant, sealed, {
        column: 'ssh_key_version.sealed',
        rowId: key.id,
        version,
      });
      return { ...open, version, privateKey: opened.expose() };
    },
  }),
  endpoint(placeKey, {
    object: accountOf,
    async run(grant, input, facts) {
      await place(grant, input.accountIds);
      return reply(grant, facts);
    },
  }),
  endpoint(withdrawKey, {
    object: accountOf,
    async run(grant, input, facts) {
      await withdraw(grant, input.accountIds);
      return reply(grant, facts);
    },
  }),
  longEndpoint(rotateKey, async (perform, actor, input) => {
    const ask = { actor, action: 'key.rotate', objectId: input.accountId, ...reasons(input) } as const;
    const made = await allowed(parts, ask, async () => {
      const kind = await parts.database.asOrganisation(actor.organisationId, (db) => kindOf(db, input.accountId));
      // Of a kind that is not made any more, the next one is of the best.
      return parts.outpost.makeKey(input.kind ?? NewKeyKind.catch('ed25519').parse(kind));
    });
    return perform(ask, async (grant, facts) => {
      await startRotation(grant, parts.vault, present(made));
      return reply(grant, facts);
    });
  }),
  endpoint(stopKeyRotation, {
    object: accountOf,
    async run(grant, _input, facts) {
      await stopRotation(grant);
      return reply(grant, facts);
    },
  }),
  endpoint(verifyKey, {
    object: accountOf,
    async run(grant, _input, facts) {
      await verify(grant);
      return reply(grant, facts);
    },
  }),
  endpoint(deleteKeyCall, {
    ...why,
    async run(grant) {
      await deleteKey(grant);
      return {};
    },
  }),
];

/**
 * Looks first whether it would be allowed, so that nobody else has the machine make keys; undefined when not, and perform says and
 * records why. Outside of a transaction: a long key takes seconds.
 */
async function allowed<T>(parts: KeyParts, ask: Ask, make: () => Promise<T>): Promise<T | undefined> {
  return (await foresee(parts.database, ask)) === undefined ? make() : undefined;
}

/** Allowed only since it was looked at: asked again, it will be. */
function present<T>(made: T | undefined): T {
  if (made === undefined) throw new Problem('changed-meanwhile');
  return made;
}

const reasons = ({ reason, ticket }: { reason?: string | undefined; ticket?: string | undefined }) => ({
  reason,
  ticket,
});
