import { configureReset, openImport, readResource, updateResource, type ResourceId } from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const columns = [
  'resourceName',
  'username',
  'type',
  'reset.port',
  'reset.loginWith',
  'reset.adminUsername',
  'reset.elevation',
  'reset.elevationUsername',
  'reset.prompts.su',
];
const header = 'Host,User,Type,Port,Log in with,Admin,Elevation,Root,Su\n';
const mapping = Object.fromEntries(columns.map((key, column) => [key, column]));

const idOf = async (name: string): Promise<ResourceId> => {
  const [row] = await w.sql<{ id: ResourceId }>(`select id from strongroom.resource where name = $1`, [name]);
  if (!row) throw new Error(`no ${name}`);
  return row.id;
};
/** The reset settings of a resource, with its accounts by their log-in names. */
async function resetOf(name: string) {
  const resourceId = await idOf(name);
  const { reset } = await w.invoke(readResource, await keeper.actor(), { resourceId });
  if (!reset) return null;
  const accounts = await w.sql<{ id: string; username: string }>(
    `select id, username from strongroom.account where resource_id = $1`,
    [resourceId],
  );
  const named = (id: string | null) => accounts.find((one) => one.id === id)?.username ?? null;
  return {
    ...reset.settings,
    admin: named(reset.adminAccountId),
    elevation: named(reset.elevationAccountId),
    how: reset.settings['elevation'],
  };
}
const details = async (id: string): Promise<(string | null)[]> =>
  (await imports.lines(await keeper.actor(), id as never)).map((one) => one.detail);

describe('reset settings in a file of resources', () => {
  it('are read by the schema of the type of each line; without a cell the resource is not logged in to', async () => {
    const text = `${header}a-1,root,linux,2222,ANOTHER account,root,Su,root,su asks\na-1,deploy,linux,,,,,,\na-2,root,Linux,,,,,,\na-3,sa,MySQL Server,3307,,,,,\n`;
    const done = await imports.take(keeper, 'resource', text, mapping);
    expect(done).toMatchObject({ created: 4, skipped: 0 });
    expect(await resetOf('a-1')).toMatchObject({
      protocol: 'SSH',
      port: 2222,
      loginWith: 'another account',
      prompts: { su: 'su asks', next: expect.any(String) },
      admin: 'root',
      how: 'su',
      elevation: 'root',
    });
    expect(await resetOf('a-2')).toBeNull();
    expect(await resetOf('a-3')).toMatchObject({ port: 3307, admin: null });
    const [event] = await w.sql<{ details: Record<string, string> }>(
      `select details from strongroom.audit_event where action = 'import.apply' and object_name = 'a-1'`,
    );
    expect(event?.details['reset']).toContain('2222');
    await imports.undo(await keeper.actor(), done.id);
    expect(await w.sql(`select 1 from strongroom.resource where name like 'a-_'`)).toEqual([]);
  });

  it('cost a line with a fault, which says in a sentence what is wrong and never what the cell held', async () => {
    const text = `${header}${[
      'b-1,root,Linux,99999,,,,,',
      'b-1,root,Linux,2a,,,,,',
      'b-1,root,Linux,,somebody,,,,',
      'b-1,root,Linux,,another account,,,,',
      'b-1,root,Linux,,another account,later,,,',
      `b-1,root,Linux,22,,,,,${'x'.repeat(300)}`,
      'b-1,root,MySQL Server,,,,sudo,,',
      'b-1,root,Website Accounts,22,,,,,',
    ].join('\n')}\n`;
    const { id } = await imports.upload(await keeper.actor(), 'resource', text);
    expect(await imports.check(await keeper.actor(), id, mapping)).toMatchObject({ created: 0, skipped: 8 });
    expect(await details(id)).toEqual([
      'The reset setting ‘Port’ must be a whole number from 1 to 65535.',
      'The reset setting ‘Port’ must be a whole number from 1 to 65535.',
      'The reset setting ‘Log in with’ must be one of: the account itself, another account.',
      'Another account logs in: name it in the column of the sign-in account.',
      'An account that its reset settings name must be on this line, or on a line before it.',
      'The reset setting ‘Su asks’ must have at most 200 characters.',
      'The type MySQL Server has no reset setting ‘elevation’: leave its cell empty.',
      'The product cannot reset passwords of the type Website Accounts yet.',
    ]);
  });

  it('take flags in words', async () => {
    const cisco = { resourceName: 0, username: 1, type: 2, 'reset.save': 3 };
    const text = 'h,u,t,s\nc-1,admin,Cisco IOS,YES\nc-2,admin,Cisco IOS,off\nc-3,admin,Cisco IOS,maybe\n';
    const done = await imports.take(keeper, 'resource', text, cisco);
    expect(await resetOf('c-1')).toMatchObject({ save: true });
    expect(await resetOf('c-2')).toMatchObject({ save: false });
    expect((await details(done.id))[2]).toMatch(/^The reset setting ‘.*’ must be yes or no\.$/);
  });

  it('change resources that are there only as far as they are given, and are given back by the undo', async () => {
    await imports.take(keeper, 'resource', `${header}d-1,root,Linux,2222,another account,root,sudo,,\n`, mapping);
    const before = await resetOf('d-1');
    const text = `${header}d-1,root,,2200,,,,,asks\nd-1,more,,2300,,,,,\nd-1,new,,,,new,,,\n`;
    const off = await imports.take(keeper, 'resource', text, mapping);
    expect(off).toMatchObject({ skipped: 3 });
    const on = await imports.take(keeper, 'resource', text, mapping, { overwrite: true });
    expect(on).toMatchObject({ merged: 1, created: 1, skipped: 1 });
    expect((await details(on.id))[2]).toBe('An account that its reset settings name must be on the resource already.');
    expect(await resetOf('d-1')).toMatchObject({
      port: 2300,
      loginWith: 'another account',
      how: 'sudo',
      admin: 'root',
    });
    const undone = await imports.undo(await keeper.actor(), on.id);
    expect(undone.state).toBe('undone');
    expect(await resetOf('d-1')).toEqual(before);
  });

  it('come back with the former type, and stay where somebody changed them since', async () => {
    await imports.take(keeper, 'resource', `${header}e-1,root,Linux,2222,,,,,\ne-2,root,Linux,2222,,,,,\n`, mapping);
    const before = await resetOf('e-1');
    const text = `${header}e-1,root,Linux,2223,,,,,\ne-1,root,MySQL Server,3307,,,,,\ne-2,root,,2223,,,,,\n`;
    const on = await imports.take(keeper, 'resource', text, mapping, { overwrite: true });
    expect(on).toMatchObject({ merged: 3 });
    expect(await resetOf('e-1')).toMatchObject({ port: 3307 });
    const resourceId = await idOf('e-2');
    await w.invoke(configureReset, await keeper.actor(), { resourceId, reset: { settings: { port: 9 } } });
    await imports.undo(await keeper.actor(), on.id);
    expect(await resetOf('e-1')).toEqual(before);
    expect(await resetOf('e-2')).toMatchObject({ port: 9 });
  });

  it('do not let a file take further rights: what one does not manage keeps its settings', async () => {
    const stranger = await w.add({ username: 'stranger', role: 'password-administrator' });
    await imports.take(keeper, 'resource', `${header}f-1,root,Linux,2222,,,,,\n`, mapping);
    const done = await imports.take(stranger, 'resource', `${header}f-1,root,Linux,1,,,,,\n`, mapping, {
      overwrite: true,
    });
    expect(done).toMatchObject({ skipped: 1 });
    expect(await resetOf('f-1')).toMatchObject({ port: 2222 });
  });

  it('are found by names that say reset, and by no other; what no driver has is no column', async () => {
    const actor = await keeper.actor();
    const { id } = await imports.upload(
      actor,
      'resource',
      'Host,User,Port,reset.prompts.su,Reset: Port,Reset admin account\na,b,1,2,3,4\n',
    );
    const { guess } = await w.invoke(openImport, actor, { importId: id });
    expect(guess).toEqual({
      resourceName: 0,
      username: 1,
      'reset.prompts.su': 3,
      'reset.port': 4,
      'reset.adminUsername': 5,
    });
    await expect(imports.check(actor, id, { ...guess, 'reset.nothing': 2 })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });
});

describe('several lines about what is there', () => {
  it('are taken back one after the other, to what was before the first', async () => {
    const plain = { resourceName: 0, username: 1, password: 2, department: 3 };
    const [one, two] = ['first-Passw0rd-2026!', 'second-Passw0rd-2026!'];
    await imports.take(keeper, 'resource', `h,u,p,d\ng-1,root,${one},Old\n`, plain);
    const text = `h,u,p,d\ng-1,root,${two},New\ng-1,root,third-Passw0rd-2026!,Newer\n`;
    const on = await imports.take(keeper, 'resource', text, plain, { overwrite: true });
    expect(on).toMatchObject({ merged: 2 });
    const undone = await imports.undo(await keeper.actor(), on.id);
    const left = await w.sql(`select name, detail from strongroom.task_item where task_id = $1`, [undone.taskId]);
    expect(left).toEqual([]);
    const { department, version } = await w.invoke(readResource, await keeper.actor(), {
      resourceId: await idOf('g-1'),
    });
    expect(department).toBe('Old');
    // Nothing hinders a change after it.
    await w.invoke(updateResource, await keeper.actor(), { resourceId: await idOf('g-1'), department: 'x', version });
  });
});

describe('the conservation of lines', () => {
  const line = fc
    .tuple(
      fc.constantFrom('h-1', 'h-2', 'h-3', ''),
      fc.constantFrom('root', 'adm', 'x'),
      fc.constantFrom('', 'Linux', 'MySQL Server', 'Abacus'),
      fc.constantFrom('', '22', '0', '2222', '-1', '1e3'),
      fc.constantFrom('', 'another account', 'The account itself', 'no'),
      fc.constantFrom('', 'root', 'adm'),
      fc.constantFrom('', 'none', 'su'),
      fc.constantFrom('', 'x'),
      fc.constantFrom('', 'Password:'),
    )
    .map((cells) => cells.join(','));

  it('holds with reset settings too: the import does to each line what the check foresaw, and nobody signs in by an account of elsewhere', async () => {
    const actor = await keeper.actor();
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
        const { id } = await imports.upload(actor, 'resource', header + lines.join('\n'));
        await imports.check(actor, id, mapping);
        const foreseen = (await imports.lines(actor, id)).map(({ outcome, detail }) => [outcome, detail]);
        const done = await imports.run(actor, id);
        expect(done.lines).toBe(done.created + done.merged + done.skipped);
        expect((await imports.lines(actor, id)).map(({ outcome, detail }) => [outcome, detail])).toEqual(foreseen);
        expect(
          await w.sql(`select r.name from strongroom.resource r where r.name like 'h-_' and (
            (r.reset ->> 'loginWith' = 'another account' and r.admin_account_id is null)
            or exists (select from strongroom.account a where a.id in (r.admin_account_id, r.elevation_account_id) and a.resource_id <> r.id))`),
        ).toEqual([]);
        await imports.undo(actor, id);
        expect(await w.sql(`select 1 from strongroom.resource where name like 'h-_'`)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});
