import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/problem.ts';
import { input, problem, result, startDoor, type Door } from './testing/door.ts';
import { actor, uuid, web } from './testing/rows.ts';

let door: Door;
const bob = uuid(8);
beforeEach(async () => {
  door = await startDoor();
  const users = new Map([
    ['ada', actor.userId],
    ['bob', bob],
  ]);
  door.answers['principal.list'] = ({ exactly }) => {
    const id = users.get(String(exactly).toLowerCase());
    const row = { id, kind: 'user', name: exactly, detail: '', state: 'active', number: 8 };
    return { items: id === undefined ? [] : [row], more: false };
  };
  door.answers['resource.transfer'] = () => ({ ownerId: bob, ownerName: 'bob' });
});
afterEach(() => door.stop());
const names = (): string[] => door.asked.map(({ name }) => name);

describe('OWNERNAME', () => {
  it('gives a new resource to the user of that log-in name, in any case', async () => {
    expect(await result(door.send('POST', '/resources', input({ RESOURCENAME: 'n', OWNERNAME: ' Bob ' })))).toBe(
      '200 CREATE RESOURCE: Success, Resource n has been added successfully',
    );
    expect(door.inputOf('principal.list')).toEqual({ kind: 'user', exactly: 'Bob' });
    expect(door.inputOf('resource.transfer')).toEqual({ resourceId: web['id'], toUserId: bob });
  });
  it('of whoever makes the resource, or owns it, changes nothing', async () => {
    for (const [method, path] of [
      ['POST', '/resources'],
      ['PUT', '/resources/303'],
    ] as const)
      expect(
        (await door.send(method, path, input({ RESOURCENAME: 'n', OWNERNAME: 'ADA' }))).operation.result.status,
      ).toBe('Success');
    expect(names()).toContain('resource.create');
    expect(names()).toContain('resource.update');
    expect(names()).not.toContain('resource.transfer');
  });
  it('that is nobody’s makes and changes nothing', async () => {
    for (const owner of ['eve', 'x'.repeat(201), ' '])
      for (const [method, path, name] of [
        ['POST', '/resources', 'CREATE RESOURCE'],
        ['PUT', '/resources/303', 'EDIT RESOURCE'],
      ] as const)
        expect(await result(door.send(method, path, input({ RESOURCENAME: 'n', OWNERNAME: owner })))).toBe(
          `200 ${name}: Failed, The request is not valid. OWNERNAME names no user.`,
        );
    expect(names().filter((name) => /create|update|transfer/.test(name))).toEqual([]);
  });
  it('of one who cannot own it leaves no new resource behind, and says why', async () => {
    const unfit = { errors: [{ path: 'toUserId', message: 'has a role that manages no resources' }] };
    door.answers['resource.transfer'] = problem('input-invalid', unfit);
    expect(await result(door.send('POST', '/resources', input({ RESOURCENAME: 'n', OWNERNAME: 'bob' })))).toBe(
      '200 CREATE RESOURCE: Failed, The request is not valid. OWNERNAME: has a role that manages no resources.',
    );
    expect(names().slice(-3)).toEqual(['resource.create', 'resource.transfer', 'resource.delete']);
    expect(door.inputOf('resource.delete')).toEqual({ resourceId: web['id'] });
  });
  it('in an edit gives the resource away after everything else', async () => {
    door.answers['resource.update'] = () => {
      if (names().includes('resource.transfer')) throw new Problem('not-found');
      return web;
    };
    expect(await result(door.send('PUT', '/resources/303', input({ LOCATION: 'Kiel', OWNERNAME: 'bob' })))).toBe(
      '200 EDIT RESOURCE: Success, Resource  modified successfully.',
    );
    expect(door.inputOf('resource.transfer')).toEqual({ resourceId: web['id'], toUserId: bob });
    expect(names()).not.toContain('resource.delete');
  });
  it('of an account is that of its resource: another is refused', async () => {
    const edit = (owner: string): Promise<string> =>
      result(door.send('PUT', '/resources/303/accounts/307', input({ NOTES: 'n', OWNERNAME: owner })));
    expect(await edit('bob')).toBe(
      '200 EDIT ACCOUNT: Failed, The request is not valid. OWNERNAME is not available in this product.',
    );
    expect(names()).not.toContain('account.update');
    expect(await edit('Ada')).toContain('Success');
  });
});

describe('RESOURCEGROUPNAME', () => {
  it.each(['default', 'Default Group'])('%s means no group in particular', async (group) => {
    await door.send('POST', '/resources', input({ RESOURCENAME: 'n', RESOURCEGROUPNAME: group }));
    expect(door.inputOf('resource.create')).toMatchObject({ groupIds: [] });
  });
});
