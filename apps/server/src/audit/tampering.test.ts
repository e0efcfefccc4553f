import { AuditFormatError, verifyExport } from '@strongroom/audit-proof';
import { createResource, deleteResource, revealAccount, updateResource } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { exportTrail, verifyTrail } from './index.ts';

let w: World;
let kept: string;
let size: number;
const tables = ['audit_event', 'audit_leaf', 'audit_checkpoint'] as const;

beforeAll(async () => {
  w = await world();
  const keeper = await w.people.keeper.actor();
  for (let i = 0; i < 12; i++) {
    const { id } = await w.invoke(createResource, keeper, {
      name: `host-${i}`,
      type: 'Linux',
      accounts: [{ username: 'root', password: 'x' }],
    });
    const [account] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [id]);
    await w.invoke(revealAccount, keeper, { accountId: account?.id as never, reason: `reason ${i}`, ticket: `T-${i}` });
    if (i % 3 === 0) await w.invoke(updateResource, keeper, { resourceId: id, location: `rack ${i}` });
    if (i % 5 === 0) await w.invoke(deleteResource, keeper, { resourceId: id });
    if (i % 4 === 3) await w.seal();
  }
  kept = await w.seal();
  for (const table of tables) await w.sql(`create table public.was_${table} as table strongroom.${table}`);
  size =
    (
      await w.sql<{ n: number }>('select count(*)::int as n from strongroom.audit_leaf where organisation_id = $1', [
        w.organisationId,
      ])
    )[0]?.n ?? 0;
});
afterAll(() => w.close());

async function putBack(): Promise<void> {
  await w.sql(
    tables
      .map(
        (table) => `delete from strongroom.${table}; insert into strongroom.${table} select * from public.was_${table}`,
      )
      .join('; '),
  );
}

/** A draw that gives the same numbers each run. Source: Marsaglia, Xorshift RNGs (2003). */
function drawFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.abs(state) % below;
  };
}

/** The event at a leaf of the organisation. */
const at = (leaf: number): string =>
  `(select event_id from strongroom.audit_leaf where leaf = ${leaf} and organisation_id = '${w.organisationId}')`;
const ours = (): string => `organisation_id = '${w.organisationId}'`;
const columns: Record<string, string> = {
  at: `at - interval '1 millisecond'`,
  actor_kind: `case actor_kind when 'user' then 'system' else 'user' end`,
  actor_id: 'gen_random_uuid()',
  actor_name: `actor_name || 'x'`,
  action: `action || 'x'`,
  object_kind: `object_kind || 'x'`,
  object_id: `coalesce(object_id, '') || '0'`,
  object_name: `coalesce(object_name, '') || ' '`,
  outcome: `case outcome when 'done' then 'refused' else 'done' end`,
  reason: `coalesce(reason, '') || '.'`,
  ticket: `coalesce(ticket, '') || '1'`,
  request_id: `coalesce(request_id, '') || '1'`,
  address: `coalesce(address, '') || '1'`,
  client: `coalesce(client, '') || '1'`,
  details: `details || '{"added": "by hand"}'`,
};

type Draw = (below: number) => number;
/** What somebody with a superuser's rights may do, as SQL. All but those of the last group show in an export too. */
const seenInExport: Record<string, (draw: Draw) => string> = {
  'an event changed': (draw) => {
    const names = Object.keys(columns);
    const name = names[draw(names.length)] ?? 'reason';
    return `update strongroom.audit_event set ${name} = ${columns[name] ?? ''} where id = ${at(draw(size))}`;
  },
  'an event deleted': (draw) => `delete from strongroom.audit_event where id = ${at(draw(size))}`,
  'a leaf deleted': (draw) => `delete from strongroom.audit_leaf where leaf = ${draw(size)} and ${ours()}`,
  'an event deleted with its leaf, and those behind it moved up': (draw) => {
    const leaf = draw(size - 1);
    return `delete from strongroom.audit_event where id = ${at(leaf)}; delete from strongroom.audit_leaf where leaf = ${leaf} and ${ours()};
      update strongroom.audit_leaf set leaf = -leaf where leaf > ${leaf} and ${ours()}; update strongroom.audit_leaf set leaf = -leaf - 1 where leaf < 0`;
  },
  'two events swapped': (draw) => {
    const one = draw(size);
    const two = (one + 1 + draw(size - 1)) % size;
    return `update strongroom.audit_leaf set leaf = -1 where leaf = ${one} and ${ours()}; update strongroom.audit_leaf set leaf = ${one} where leaf = ${two} and ${ours()};
      update strongroom.audit_leaf set leaf = ${two} where leaf = -1`;
  },
  'an event put in between': (draw) => {
    const leaf = draw(size);
    return `update strongroom.audit_leaf set leaf = -leaf - 1 where leaf >= ${leaf} and ${ours()}; update strongroom.audit_leaf set leaf = -leaf where leaf < 0;
      insert into strongroom.audit_event select gen_random_uuid(), organisation_id, tx, at, trail, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name,
        outcome, reason, ticket, request_id, address, client, details from public.was_audit_event e where e.id = (select event_id from public.was_audit_leaf l where l.leaf = ${draw(size)} and l.${ours()});
      insert into strongroom.audit_leaf select '${w.organisationId}', ${leaf}, e.id, '\\x00' from strongroom.audit_event e where not exists (select 1 from public.was_audit_event o where o.id = e.id)`;
  },
  'the end cut off, with checkpoints and all': (draw) => {
    const from = draw(size);
    return `delete from strongroom.audit_event where id in (select event_id from strongroom.audit_leaf where leaf >= ${from} and ${ours()});
      delete from strongroom.audit_leaf where leaf >= ${from} and ${ours()}; delete from strongroom.audit_checkpoint where size > ${from} and ${ours()}`;
  },
  'the last checkpoint deleted': () => `delete from strongroom.audit_checkpoint where ${ours()} and size = ${size}`,
  'every checkpoint deleted': () => `delete from strongroom.audit_checkpoint where ${ours()}`,
  'a checkpoint altered': (draw) =>
    `update strongroom.audit_checkpoint set note = overlay(note placing '${'AB'[draw(2)] ?? 'A'}z' from ${60 + draw(40)}) where ${ours()} and size = ${size}`,
  'everything gone': () => `truncate ${tables.map((table) => `strongroom.${table}`).join(', ')}`,
};
const seenWhereItLies: Record<string, (draw: Draw) => string> = {
  ...seenInExport,
  'an event put into another trail': (draw) =>
    `update strongroom.audit_event set trail = case trail when 'resource' then 'task' else 'resource' end where id = ${at(draw(size))}`,
  'a stored hash altered': (draw) =>
    `update strongroom.audit_leaf set hash = sha256(hash) where leaf = ${draw(size)} and ${ours()}`,
  'a leaf added behind the tree': () =>
    `insert into strongroom.audit_leaf values ('${w.organisationId}', ${size}, gen_random_uuid(), '\\x00')`,
};

async function exportVerdict(): Promise<boolean> {
  const lines: Buffer[] = [];
  try {
    for await (const line of exportTrail(w.database, w.organisationId)) lines.push(Buffer.from(line));
  } catch (error) {
    // A trail that cannot even be written out has been seen to be broken.
    if (error instanceof AuditFormatError || error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
  return (await verifyExport(lines, w.signerOf(w.organisationId).verifierKey, [kept])).intact;
}

describe('a trail that somebody altered in the database, past every wall', () => {
  it('is whole before, with what a witness kept outside', async () => {
    expect(size).toBeGreaterThan(20);
    expect(await exportVerdict()).toBe(true);
    expect((await verifyTrail(w.database, w.organisationId, w.signerOf(w.organisationId), [kept])).problems).toEqual(
      [],
    );
  });

  it(
    'is found out by the verifiers, every one of 200 times, whatever was done [AUD-05]',
    { timeout: 120_000 },
    async () => {
      const draw = drawFrom(20_261_126);
      const kinds = Object.entries(seenWhereItLies);
      const unseen: string[] = [];
      const different = new Set<string>();
      for (let i = 0; i < 200; i++) {
        const [kind, mutate] = kinds[i % kinds.length] ?? ['', () => ''];
        const work = mutate(draw);
        different.add(work);
        await w.sql(work);
        if (kind in seenInExport && (await exportVerdict())) unseen.push(`in the export: ${kind}: ${work}`);
        const report = await verifyTrail(w.database, w.organisationId, w.signerOf(w.organisationId), [kept]);
        if (report.intact) unseen.push(`where it lies: ${kind}: ${work}`);
        await putBack();
      }
      expect(unseen).toEqual([]);
      expect(different.size).toBeGreaterThan(100);
      expect(await exportVerdict()).toBe(true);
    },
  );
});
