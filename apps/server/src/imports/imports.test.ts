import { createResource, openImport, revealAccount, shareResource, updateAccount } from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepImports } from './index.ts';
import { importing, type Importing } from '../../test/imports.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let imports: Importing;
let keeper: Person;
beforeAll(async () => {
  w = await world();
  imports = importing(w);
  keeper = w.people.keeper;
});
afterAll(() => w.close());

const mapping = { resourceName: 0, username: 1, password: 2, type: 3, department: 4 };
const header = 'Host,User,Password,Type,Department\n';
const reveal = async (of: Person, name: string): Promise<string> => {
  const [row] = await w.sql<{ id: string }>(
    `select a.id from strongroom.account a join strongroom.resource r on r.id = a.resource_id where a.username || ' on ' || r.name = $1`,
    [name],
  );
  const reply = await w.invoke(revealAccount, await of.actor(), { accountId: (row?.id ?? '') as never });
  return reply.password;
};
const outcomes = async (of: Person, id: string): Promise<[number, string, string | null][]> =>
  (await imports.lines(await of.actor(), id as never)).map((one) => [one.line, one.outcome, one.code]);

describe('a file of resources', () => {
  it('makes resources with their accounts; repeated rows add accounts; a bad line costs only itself', async () => {
    const done = await imports.take(
      keeper,
      'resource',
      `${header}web-1,root,s3cret!Aa1,Linux,Sales\nweb-1,deploy,,Linux,\nweb-1,root,again,Linux,\n,root,x,Linux,\nweb-2,,x,Linux,\nweb-3,root,x,Abacus,\n"web-4,root\nweb-5,sa,pw,mac,Ops\n`,
      mapping,
    );
    expect(done).toMatchObject({ state: 'done', lines: 8, created: 3, merged: 0, skipped: 5 });
    expect(await outcomes(keeper, done.id)).toEqual([
      [2, 'created', null],
      [3, 'created', null],
      [4, 'skipped', 'twice'],
      [5, 'skipped', 'input-invalid'],
      [6, 'skipped', 'input-invalid'],
      [7, 'skipped', 'input-invalid'],
      [8, 'skipped', 'unreadable'],
      [9, 'created', null],
    ]);
    expect(await reveal(keeper, 'root on web-1')).toBe('s3cret!Aa1');
    // Drawn by the policy, because the cell was empty.
    expect((await reveal(keeper, 'deploy on web-1')).length).toBeGreaterThanOrEqual(8);
    expect(await w.sql(`select type, department from strongroom.resource where name = 'web-5'`)).toEqual([
      { type: 'Mac', department: 'Ops' },
    ]);
  });

  it('leaves an event for each thing it made, by whom, with its line', async () => {
    const done = await imports.take(keeper, 'resource', `${header}ev-1,root,x,Linux,\nev-1,adm,x,Linux,\n`, mapping);
    const events = await w.sql<{ object_name: string; actor_name: string; details: { line?: string } }>(
      `select object_name, actor_name, details from strongroom.audit_event
       where action = 'import.apply' and object_name like '%ev-1' order by id`,
    );
    expect(events.map((event) => [event.object_name, event.actor_name, event.details.line]).sort()).toEqual([
      ['adm on ev-1', 'keeper', '3'],
      ['ev-1', 'keeper', '2'],
      ['root on ev-1', 'keeper', '2'],
    ]);
    expect(done.undoUntil).not.toBeNull();
  });

  it('skips what is there already, and changes it when overwriting is on', async () => {
    await imports.take(keeper, 'resource', `${header}over,root,first-Passw0rd-2026!,Linux,Old\n`, mapping);
    const text = `${header}over,root,second-Passw0rd-2026!,Linux,New\nOVER,extra,third-Passw0rd-2026!,,\n`;
    const off = await imports.take(keeper, 'resource', text, mapping);
    expect(off).toMatchObject({ created: 0, merged: 0, skipped: 2 });
    expect(await reveal(keeper, 'root on over')).toBe('first-Passw0rd-2026!');
    const on = await imports.take(keeper, 'resource', text, mapping, { overwrite: true });
    expect(on).toMatchObject({ created: 1, merged: 1, skipped: 0 });
    expect(await reveal(keeper, 'root on over')).toBe('second-Passw0rd-2026!');
    expect(await w.sql(`select department from strongroom.resource where name = 'over'`)).toEqual([
      { department: 'New' },
    ]);
    const undone = await imports.undo(await keeper.actor(), on.id);
    expect(undone.state).toBe('undone');
    expect(await reveal(keeper, 'root on over')).toBe('first-Passw0rd-2026!');
    expect(await w.sql(`select department from strongroom.resource where name = 'over'`)).toEqual([
      { department: 'Old' },
    ]);
    expect(
      await w.sql(
        `select username from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name = 'over'`,
      ),
    ).toEqual([{ username: 'root' }]);
  });

  it('never touches what somebody else owns, and does not say more of it than that the name is taken', async () => {
    const stranger = await w.add({ username: 'stranger', role: 'password-administrator' });
    await imports.take(stranger, 'resource', `${header}theirs,root,their-Passw0rd-2026!,Linux,\n`, mapping);
    const done = await imports.take(
      keeper,
      'resource',
      `${header}theirs,root,my-Passw0rd-2026!,Linux,Mine\ntheirs,new,my-Passw0rd-2026!,Linux,\n`,
      mapping,
      { overwrite: true },
    );
    expect((await outcomes(keeper, done.id)).map(([, , code]) => code)).toEqual(['name-taken', 'name-taken']);
    expect(await reveal(stranger, 'root on theirs')).toBe('their-Passw0rd-2026!');
  });

  it('reads own fields, tags, groups and policies by name, and makes the groups that are missing', async () => {
    const ids = {
      cost: '01990000-0000-7000-8000-0000000000c1',
      pin: '01990000-0000-7000-8000-0000000000c2',
      tag: '01990000-0000-7000-8000-0000000000c3',
      prod: '01990000-0000-7000-8000-0000000000c4',
    };
    const org = w.organisationId;
    await w.sql(
      `insert into strongroom.custom_field (id, organisation_id, belongs_to, slot, name, kind) values ($1, $3, 'resource', 1, 'Cost', 'number'), ($2, $3, 'account', 1, 'PIN', 'password')`,
      [ids.cost, ids.pin, org],
    );
    await w.sql(`insert into strongroom.tag (id, organisation_id, scope, name) values ($1, $2, 'client', 'env')`, [
      ids.tag,
      org,
    ]);
    await w.sql(
      `insert into strongroom.tag_value (id, organisation_id, tag_id, value) values ($1, $2, $3, 'production')`,
      [ids.prod, org, ids.tag],
    );
    const [policy] = await w.sql<{ id: string; name: string }>(
      `select id, name from strongroom.password_policy where organisation_id = $1 and not is_default limit 1`,
      [org],
    );
    const done = await imports.take(
      keeper,
      'resource',
      `h,u,cost,pin,tags,groups,policy\nterm-1,a,012,9876,Env=Production,Edge;Core,${policy?.name ?? ''}\nterm-2,a,many,1,,,\nterm-3,a,1,1,env=test,,\nterm-4,a,1,1,,edge,no such policy\n`,
      {
        resourceName: 0,
        username: 1,
        [`resource-field:${ids.cost}`]: 2,
        [`account-field:${ids.pin}`]: 3,
        tags: 4,
        groups: 5,
        policy: 6,
      },
    );
    expect((await outcomes(keeper, done.id)).map(([, outcome]) => outcome)).toEqual([
      'created',
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(
      await w.sql(
        `select r.fields ->> $1 as cost, r.policy_id, (select count(*)::int from strongroom.resource_tag t where t.resource_id = r.id) as tags,
          (select array_agg(g.name order by g.name) from strongroom.resource_group_member m join strongroom.resource_group g on g.id = m.group_id where m.resource_id = r.id) as groups
         from strongroom.resource r where r.name = 'term-1'`,
        [ids.cost],
      ),
    ).toEqual([{ cost: '12', policy_id: policy?.id, tags: 1, groups: ['Core', 'Edge'] }]);
    expect(await w.sql(`select 1 from strongroom.field_value where field_id = $1`, [ids.pin])).toHaveLength(1);
    await imports.undo(await keeper.actor(), done.id);
    expect(await w.sql(`select 1 from strongroom.resource_group where name in ('Edge', 'Core')`)).toEqual([]);
    await w.sql(`delete from strongroom.custom_field where organisation_id = $1`, [org]);
  });

  it('shows the beginning of the file with passwords hidden, and guesses the columns', async () => {
    const actor = await keeper.actor();
    const { id } = await imports.upload(
      actor,
      'resource',
      'Resource Name;User Account;Password;OS\nhost;root;hunter2;Linux\n',
    );
    const { file, guess } = await w.invoke(openImport, actor, { importId: id });
    expect(guess).toEqual({ resourceName: 0, username: 1, password: 2, type: 3 });
    expect(file).toMatchObject({
      separator: ';',
      header: ['Resource Name', 'User Account', 'Password', 'OS'],
      rows: [['host', 'root', '••••', 'Linux']],
    });
    expect(await w.sql(`select 1 from strongroom.import_run i where i::text like '%hunter2%'`)).toEqual([]);
  });

  it('is nobody else’s, whatever their rank', async () => {
    const { id } = await imports.upload(await keeper.actor(), 'resource', `${header}x,y,z,Linux,\n`);
    const boss = await w.people.boss.actor();
    await expect(w.invoke(openImport, boss, { importId: id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(imports.check(boss, id, mapping)).rejects.toMatchObject({ code: 'not-found' });
    await expect(imports.run(boss, id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(imports.undo(boss, id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(imports.upload(await w.people.nobody.actor(), 'resource', header)).rejects.toMatchObject({
      code: 'not-your-role',
    });
    await expect(imports.upload(await keeper.actor(), 'user', header)).rejects.toMatchObject({
      code: 'not-your-role',
    });
  });

  it('comes with any columns, shows its beginning, and is tried whole before: the check changes nothing and says of each line what the import then does [IMP-01]', async () => {
    const actor = await keeper.actor();
    const text = `Account;Comment;Server;Secret;Sort\nroot;;dry-1;x;Linux\nroot;;dry-1;x;Linux\nadm;by hand;dry-1;x;Linux\nroot;;web-1;x;Linux\na;;dry-2;x;Abacus\n`;
    const { id } = await imports.upload(actor, 'resource', text);
    const { file, guess } = await w.invoke(openImport, actor, { importId: id });
    expect(file.rows[2]).toEqual(['adm', 'by hand', 'dry-1', '••••', 'Linux']);
    expect(guess).toEqual({ username: 0, notes: 1, resourceName: 2, password: 3 });
    const chosen = { ...guess, type: 4 };
    const before =
      await w.sql(`select (select count(*) from strongroom.resource) as r, (select count(*) from strongroom.account) as a,
      (select count(*) from strongroom.secret) as s, (select sum(last) from strongroom.counter) as c`);
    const checked = await imports.check(actor, id, chosen);
    const foreseen = await outcomes(keeper, id);
    expect(
      await w.sql(`select (select count(*) from strongroom.resource) as r, (select count(*) from strongroom.account) as a,
      (select count(*) from strongroom.secret) as s, (select sum(last) from strongroom.counter) as c`),
    ).toEqual(before);
    expect(checked).toMatchObject({ state: 'checked', lines: 5, created: 2, merged: 0, skipped: 3 });
    const done = await imports.run(actor, id);
    expect(await outcomes(keeper, id)).toEqual(foreseen);
    expect(done).toMatchObject({ lines: 5, created: 2, skipped: 3 });
    expect(
      await w.sql(
        `select a.username, a.notes from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name = 'dry-1' order by 1`,
      ),
    ).toEqual([
      { username: 'adm', notes: 'by hand' },
      { username: 'root', notes: '' },
    ]);
  });
});

describe('the conservation of lines', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'b',
      'root',
      'Linux',
      '=1+1',
      '"',
      '"x',
      'x"y',
      ' ',
      '\u00a0',
      'ünï',
      '\ufeff',
      "'",
      'x'.repeat(300),
    ),
    fc.string({ maxLength: 6 }),
  );
  const lineOf = fc.array(cell, { maxLength: 7 }).map((cells) => cells.join(','));
  const file = fc
    .array(fc.tuple(lineOf, fc.constantFrom('\n', '\r\n', '\r')), { minLength: 1, maxLength: 25 })
    .map((lines) => lines.map(([text, end]) => text + end).join(''));

  it('holds for any file: lines = created + merged + skipped, in the check and in the import, as the report has them', async () => {
    const actor = await keeper.actor();
    await fc.assert(
      fc.asyncProperty(file, fc.boolean(), async (text, overwrite) => {
        const { id } = await imports.upload(actor, 'resource', header + text);
        const checked = await imports.check(actor, id, mapping, { overwrite });
        const done = checked.state === 'checked' ? await imports.run(actor, id) : checked;
        for (const one of [checked, done]) expect(one.lines).toBe(one.created + one.merged + one.skipped);
        expect(done.lines).toBe(checked.lines);
        const lines = await imports.lines(actor, id);
        expect(lines).toHaveLength(done.lines);
        expect(new Set(lines.map((one) => one.line)).size).toBe(lines.length);
        for (const outcome of ['created', 'merged', 'skipped'] as const)
          expect(lines.filter((one) => one.outcome === outcome)).toHaveLength(done[outcome]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('an import that is stopped in the middle', () => {
  const many = (name: string, count: number): string =>
    header + Array.from({ length: count }, (_, i) => `${name}-${String(i % 50)},u${String(i)},pw,Linux,\n`).join('');

  it('goes on after the last line that was written down, and no line is taken twice', async () => {
    const actor = await keeper.actor();
    const { id } = await imports.upload(actor, 'resource', many('stop', 700));
    await imports.check(actor, id, mapping);
    await w.sql(`create function strongroom.stop_at() returns trigger language plpgsql as $$ begin
      if new.lines > 400 then raise exception 'the server dies here' using errcode = '57P01'; end if; return new; end $$`);
    await w.sql(
      `create trigger stop_at before update on strongroom.import_run for each row when (new.state = 'running') execute function strongroom.stop_at()`,
    );
    await expect(imports.run(actor, id)).rejects.toThrow();
    const [half] = await w.sql<{ lines: number; task_id: string }>(
      `select lines, task_id from strongroom.import_run where id = $1`,
      [id],
    );
    expect(half?.lines).toBe(250);
    await w.sql(`drop function strongroom.stop_at() cascade`);
    await Promise.all([imports.work({ id: half?.task_id as never }), imports.work({ id: half?.task_id as never })]);
    const [after] = await w.sql<{ lines: number; created: number; state: string }>(
      `select lines, created, state from strongroom.import_run where id = $1`,
      [id],
    );
    expect(after).toEqual({ lines: 700, created: 700, state: 'done' });
  });

  it('costs a bad line only itself when the database refuses it', async () => {
    await w.sql(`create function strongroom.refuse() returns trigger language plpgsql as $$ begin
      if new.username = 'u13' then raise exception 'no' using errcode = '23514'; end if; return new; end $$`);
    await w.sql(
      `create trigger refuse before insert on strongroom.account for each row execute function strongroom.refuse()`,
    );
    const done = await imports.take(keeper, 'resource', many('refuse', 60), mapping);
    await w.sql(`drop function strongroom.refuse() cascade`);
    expect(done).toMatchObject({ lines: 60, created: 59, skipped: 1 });
    expect((await outcomes(keeper, done.id)).filter(([, outcome]) => outcome === 'skipped')).toEqual([
      [15, 'skipped', 'internal'],
    ]);
  });
});

describe('undoing', () => {
  it('leaves what was changed since, and lists it', async () => {
    const actor = await keeper.actor();
    const done = await imports.take(
      keeper,
      'resource',
      `${header}un-1,a,x,Linux,\nun-1,b,x,Linux,\nun-2,a,x,Linux,\n`,
      mapping,
    );
    const [touched] = await w.sql<{ id: string }>(
      `select a.id from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name = 'un-1' and a.username = 'b'`,
    );
    await w.invoke(updateAccount, actor, { accountId: (touched?.id ?? '') as never, notes: 'mine now' });
    const undone = await imports.undo(actor, done.id);
    expect(undone.state).toBe('undone');
    expect(
      await w.sql(
        `select a.username, r.name from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name like 'un-%'`,
      ),
    ).toEqual([{ username: 'b', name: 'un-1' }]);
    expect(
      await w.sql(`select name, code from strongroom.task_item where task_id = $1 order by n`, [undone.taskId]),
    ).toEqual([
      { name: 'b on un-1', code: 'changed-meanwhile' },
      { name: 'un-1', code: 'changed-meanwhile' },
    ]);
    await expect(imports.undo(actor, done.id)).rejects.toMatchObject({ code: 'not-that-state' });
  });

  it('is for whoever still manages what was made', async () => {
    const giver = await w.add({ username: 'giver', role: 'password-administrator' });
    const done = await imports.take(giver, 'resource', `${header}given,a,x,Linux,\n`, mapping);
    await w.sql(`update strongroom.resource set owner_id = $1 where name = 'given'`, [keeper.id]);
    await imports.undo(await giver.actor(), done.id);
    expect(await w.sql(`select 1 from strongroom.resource where name = 'given'`)).toHaveLength(1);
  });

  it('ends after seven days', async () => {
    const done = await imports.take(keeper, 'resource', `${header}late,a,x,Linux,\n`, mapping);
    await w.sql(`update strongroom.import_run set ended_at = now() - interval '8 days' where id = $1`, [done.id]);
    await expect(imports.undo(await keeper.actor(), done.id)).rejects.toMatchObject({ code: 'not-that-state' });
  });
});

describe('what is kept of imports', () => {
  it('is the file for as long as it can be undone, and the report for ninety days', async () => {
    const done = await imports.take(keeper, 'resource', `${header}old,a,x,Linux,\n`, mapping);
    const age = (days: number): Promise<unknown> =>
      w.sql(
        `update strongroom.import_run set created_at = now() - make_interval(days => $2), ended_at = now() - make_interval(days => $2) where id = $1`,
        [done.id, days],
      );
    const files = (): Promise<{ n: number }[]> =>
      w.sql(
        `select count(*)::int as n from strongroom.stored_file f join strongroom.import_run i on i.file_id = f.id where i.id = $1`,
        [done.id],
      );
    await age(6);
    await sweepImports(w.database, w.organisationId);
    expect(await files()).toEqual([{ n: 1 }]);
    await age(8);
    await sweepImports(w.database, w.organisationId);
    expect(await files()).toEqual([{ n: 0 }]);
    expect(await w.sql(`select 1 from strongroom.import_run where id = $1`, [done.id])).toHaveLength(1);
    await age(91);
    await sweepImports(w.database, w.organisationId);
    expect(await w.sql(`select 1 from strongroom.import_run where id = $1`, [done.id])).toEqual([]);
  });
});

describe('passwords that are drawn', () => {
  it('keep the policy of the static groups that a line names, where it names none itself', async () => {
    const [strict] = await w.sql<{ id: string; min_length: number }>(
      `select id, min_length from strongroom.password_policy where organisation_id = $1 order by min_length desc limit 1`,
      [w.organisationId],
    );
    const [lax] = await w.sql<{ id: string }>(
      `select id from strongroom.password_policy where organisation_id = $1 order by min_length limit 1`,
      [w.organisationId],
    );
    await w.sql(
      `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id, policy_id)
       values (gen_random_uuid(), $1, 9001, 'Vault', 'static', $2, $3), (gen_random_uuid(), $1, 9002, 'Loose', 'static', $2, $4)`,
      [w.organisationId, keeper.id, strict?.id, lax?.id],
    );
    // Never two at a time.
    await w.sql(`update strongroom.password_policy set is_default = false where organisation_id = $1`, [
      w.organisationId,
    ]);
    await w.sql(`update strongroom.password_policy set is_default = true where id = $1`, [lax?.id]);
    await imports.take(keeper, 'resource', 'h,u,g\ndrawn-1,a,Loose;Vault\n', {
      resourceName: 0,
      username: 1,
      groups: 2,
    });
    expect((await reveal(keeper, 'a on drawn-1')).length).toBeGreaterThanOrEqual(strict?.min_length ?? 99);
  });
});

describe('merging what is shared', () => {
  it('is decided account by account, as any change is', async () => {
    const owner = await w.add({ username: 'owner', role: 'password-administrator' });
    const reply = await w.invoke(createResource, await owner.actor(), {
      name: 'shared-1',
      type: 'Linux',
      accounts: [{ username: 'root', password: 'kept-Passw0rd-2026!' }],
    });
    await w.invoke(shareResource, await owner.actor(), {
      resourceId: reply.id,
      set: [{ to: { kind: 'user', id: keeper.id as never }, permission: 'view' }],
    });
    const text = `${header}shared-1,root,fresh-Passw0rd-2026!,Linux,Grabbed\n`;
    const seen = await imports.take(keeper, 'resource', text, mapping, { overwrite: true });
    expect(seen).toMatchObject({ merged: 0, skipped: 1 });
    await w.invoke(shareResource, await owner.actor(), {
      resourceId: reply.id,
      set: [{ to: { kind: 'user', id: keeper.id as never }, permission: 'manage' }],
    });
    const managed = await imports.take(keeper, 'resource', text, mapping, { overwrite: true });
    expect(managed).toMatchObject({ merged: 1, skipped: 0 });
    expect(await reveal(owner, 'root on shared-1')).toBe('fresh-Passw0rd-2026!');
  });
});
