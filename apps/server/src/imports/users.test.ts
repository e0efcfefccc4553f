import { downloadSkippedLines, listTasks, updateSettings } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importing, type Importing } from '../../test/imports.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let imports: Importing;
let admin: Person;
beforeAll(async () => {
  w = await world();
  imports = importing(w);
  admin = w.people.admin;
  await w.invoke(updateSettings, await admin.actor(), {
    mail: { host: 'mail.invalid', port: 25, security: 'none', from: 'vault@example.org' },
  });
});
afterAll(() => w.close());

const mapping = { username: 0, fullName: 1, email: 2, role: 3, department: 4, secondFactor: 5 };
const header = 'User,Name,Mail,Role,Department,MFA\n';
const users = (names: readonly string[]): Promise<Record<string, unknown>[]> =>
  w.sql(
    `select username, full_name, email, role, department, state from strongroom.app_user where username = any($1::text[]) order by username`,
    [names],
  );

describe('a file of users', () => {
  it('makes people who are yet to come, skips what is wrong, and says of a second factor that there is none yet', async () => {
    const done = await imports.take(
      admin,
      'user',
      `${header}ann,Ann Lee,ann@example.org,Password User,Sales,\nbob,,bob@example.org,,,TOTP\nANN,Again,x@example.org,,,\ncat,Cat,nowhere,,,\ndan,Dan,dan@example.org,Emperor,,\nboss,Boss,boss2@example.org,,,\n`,
      mapping,
      { invite: false },
    );
    expect(done).toMatchObject({ state: 'done', lines: 6, created: 2, skipped: 4 });
    const lines = await imports.lines(await admin.actor(), done.id);
    expect(lines.map((one) => [one.name, one.code])).toEqual([
      ['ann', null],
      ['bob', null],
      ['ANN', 'twice'],
      ['cat', 'input-invalid'],
      ['dan', 'input-invalid'],
      ['boss', 'exists'],
    ]);
    expect(lines[1]?.detail).toMatch(/second factor was not set/);
    expect(await users(['ann', 'bob'])).toEqual([
      {
        username: 'ann',
        full_name: 'Ann Lee',
        email: 'ann@example.org',
        role: 'password-user',
        department: 'Sales',
        state: 'invited',
      },
      {
        username: 'bob',
        full_name: 'bob',
        email: 'bob@example.org',
        role: 'password-user',
        department: '',
        state: 'invited',
      },
    ]);
    const undone = await imports.undo(await admin.actor(), done.id);
    expect(undone.state).toBe('undone');
    expect(await users(['ann', 'bob'])).toEqual([]);
  });

  it('sends set-up links afterwards, as a task with a result for each', async () => {
    const done = await imports.take(
      admin,
      'user',
      `${header}eve,Eve,eve@example.org,,,\nfay,Fay,fay@example.org,,,\n`,
      mapping,
    );
    expect(done.created).toBe(2);
    const { items } = await w.invoke(listTasks, await admin.actor(), {});
    const inviting = items.find((task) => task.kind === 'user.invite');
    expect(inviting).toMatchObject({ total: 2, state: 'waiting' });
    if (!inviting) return;
    await imports.work(inviting);
    expect(w.mails.map((mail) => mail.to).sort()).toEqual(['eve@example.org', 'fay@example.org']);
    expect(await w.sql(`select state from strongroom.task_item where task_id = $1`, [inviting.id])).toEqual([
      { state: 'done' },
      { state: 'done' },
    ]);
  });

  it('gives nobody a role that may more than the importer’s own', async () => {
    const [role] = await w.sql<{ id: string }>(
      `insert into strongroom.custom_role (id, organisation_id, name, permissions) values (gen_random_uuid(), $1, 'Registrar', array['manage-users']) returning id`,
      [w.organisationId],
    );
    const registrar = await w.add({ username: 'registrar', role: role?.id ?? '' });
    const done = await imports.take(
      registrar,
      'user',
      `${header}gus,Gus,gus@example.org,Administrator,,\nhal,Hal,hal@example.org,Registrar,,\n`,
      mapping,
      { role: role?.id ?? '', invite: false },
    );
    expect(
      (await imports.lines(await registrar.actor(), done.id)).map((one) => [one.name, one.outcome, one.code]),
    ).toEqual([
      ['gus', 'skipped', 'not-your-role'],
      ['hal', 'created', null],
    ]);
    expect(await users(['gus'])).toEqual([]);
  });

  it('changes who is there when overwriting is on, by the rules of any change, and gives the former values back', async () => {
    const one = await w.add({ username: 'ivy', department: 'Old' });
    const text = `${header}ivy,Ivy New,,Password Auditor,New,\nadmin,Me,,Password User,,\n`;
    const done = await imports.take(admin, 'user', text, mapping, { overwrite: true });
    expect(
      (await imports.lines(await admin.actor(), done.id)).map((line) => [line.name, line.outcome, line.code]),
    ).toEqual([
      ['ivy', 'merged', null],
      // Nobody changes their own role.
      ['admin', 'skipped', 'not-yourself'],
    ]);
    expect(await users(['ivy'])).toMatchObject([{ full_name: 'Ivy New', role: 'password-auditor', department: 'New' }]);
    await imports.undo(await admin.actor(), done.id);
    expect(await users([one.username])).toMatchObject([
      { full_name: 'The ivy', role: 'password-user', department: 'Old' },
    ]);
  });

  it('is undone only as far as nobody came: who has signed in stays, and is listed', async () => {
    const done = await imports.take(
      admin,
      'user',
      `${header}jay,Jay,jay@example.org,,,\nkim,Kim,kim@example.org,,,\n`,
      mapping,
      {
        invite: false,
      },
    );
    await w.sql(`update strongroom.app_user set state = 'active' where username = 'jay'`);
    const undone = await imports.undo(await admin.actor(), done.id);
    expect((await users(['jay', 'kim'])).map((user) => user['username'])).toEqual(['jay']);
    expect(await w.sql(`select name, code from strongroom.task_item where task_id = $1`, [undone.taskId])).toEqual([
      { name: 'jay', code: 'changed-meanwhile' },
    ]);
  });
});

describe('the skipped lines', () => {
  const skipped = async (of: Person, importId: string): Promise<string> => {
    const stream = w.composed.streams.find((one) => one.name === downloadSkippedLines.name);
    if (!stream) throw new Error('no such call');
    const reply = await stream.handle({
      perform: w.perform,
      actor: await of.actor(),
      params: { importId },
      query: {},
      fields: {},
      bytes: (async function* () {})(),
      length: undefined,
    });
    let text = '';
    for await (const piece of reply.body as AsyncIterable<string>) text += piece;
    return text;
  };

  it('come back as they came, each with why, safe to open in a spreadsheet, and recorded', async () => {
    const done = await imports.take(
      admin,
      'user',
      `${header}=cmd|' /C calc'!A0,Lee,lee@example.org,,,\nmia,Mia,mia@example.org,,,\nned,"Ned, the 2nd",no,,,\n`,
      mapping,
      { invite: false },
    );
    expect(done).toMatchObject({ created: 1, skipped: 2 });
    const rows = (await skipped(admin, done.id)).replace('\ufeff', '').trimEnd().split('\r\n');
    expect(rows[0]).toBe('User,Name,Mail,Role,Department,MFA,Why it was skipped');
    expect(rows[1]?.startsWith(`"'=cmd|`)).toBe(true);
    expect(rows[2]).toMatch(/^ned,"Ned, the 2nd",no,,,,/);
    expect(rows).toHaveLength(3);
    const [event] = (await w.audit('import.download-skipped')).slice(-1);
    expect(event).toMatchObject({ outcome: 'done', actor_name: 'admin', object_id: done.id });
  });

  it('are nobody else’s', async () => {
    const done = await imports.take(admin, 'user', `${header}oak,Oak,no,,,\n`, mapping, { invite: false });
    await expect(skipped(w.people.boss, done.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});
