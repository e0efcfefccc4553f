import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { input, page, problem, result, startDoor, type Door } from './testing/door.ts';
import { resource, uuid, web } from './testing/rows.ts';

let door: Door;
beforeEach(async () => {
  door = await startDoor();
});
afterEach(() => door.stop());

describe('resources', () => {
  it('are listed with strings and a number of rows', async () => {
    expect((await door.send('GET', '/resources')).text).toBe(
      '{"operation":{"name":"GET RESOURCES","result":{"status":"Success","message":"Resources fetched successfully"},"totalRows":2,"Details":[' +
        '{"RESOURCE ID":"303","RESOURCE NAME":"Windows Server","RESOURCE DESCRIPTION":"A server","RESOURCE TYPE":"Linux","NOOFACCOUNTS":"1"},' +
        '{"RESOURCE ID":"304","RESOURCE NAME":"db/1","RESOURCE DESCRIPTION":"","RESOURCE TYPE":"PostgreSQL","NOOFACCOUNTS":"1"}]}}',
    );
  });
  it('are none, without Details', async () => {
    door.answers['resource.list'] = (asking) => page([], asking, 'name');
    expect((await door.send('GET', '/resources')).operation).toEqual({
      name: 'GET RESOURCES',
      result: { status: 'Success', message: 'Resources fetched successfully' },
      totalRows: 0,
    });
  });
  it.each([
    [{ STARTINDEX: '1', LIMIT: 1 }, ['304'], 2],
    [{ LIMIT: '0' }, [], 2],
    [{ SEARCHVALUE: 'noc' }, ['304'], 1],
    [{ SEARCHVALUE: 'noc', SEARCHCOLUMN: 'RESOURCENAME' }, [], 0],
    [{ SEARCHVALUE: 'ADMIN', SEARCHTYPE: 'ACCOUNT' }, ['303'], 1],
    [{ SEARCHVALUE: 'root', SEARCHCOLUMN: 'LOGINNAME' }, ['304'], 1],
    [{ VIEWTYPE: 'FAVOURITEPASSWORD' }, ['304'], 1],
    [{ VIEWTYPE: 'LINUXSSHPASSWORD' }, ['303'], 1],
    [{ VIEWTYPE: '', SEARCHVALUE: '' }, ['303', '304'], 2],
  ])('are narrowed by %j', async (details, ids, total) => {
    const { operation } = await door.send('GET', `/resources?${new URLSearchParams(input(details)).toString()}`);
    expect([
      ((operation.Details ?? []) as Record<string, string>[]).map((row) => row['RESOURCE ID']),
      operation.totalRows,
    ]).toEqual([ids, total]);
  });
  it('refuse a view, a column or a number that does not exist', async () => {
    for (const details of [{ VIEWTYPE: 'X' }, { SEARCHVALUE: 'x', SEARCHCOLUMN: 'COLUMN_CHAR1' }, { LIMIT: 'ten' }]) {
      expect((await door.send('GET', '/resources', input(details))).operation.result.status).toBe('Failed');
    }
  });
  it('are read page by page', async () => {
    const many = Array.from({ length: 1203 }, (_, i) => resource(i + 1, `r${i + 1}`));
    door.answers['resource.list'] = (asking) => page(many, asking, 'name');
    const all = await door.send('GET', '/resources');
    expect([(all.operation.Details as unknown[]).length, all.operation.totalRows]).toEqual([1203, 1203]);
    const some = await door.send('GET', '/resources?STARTINDEX=100&LIMIT=700');
    expect((some.operation.Details as unknown[]).length).toBe(700);
  });
  it('are read to the last of them by a client that goes on by STARTINDEX, beyond what our lists jump to and count', async () => {
    const many = Array.from({ length: 11_203 }, (_, i) => resource(i + 1, `r${i + 1}`));
    door.answers['resource.list'] = (asking) => page(many, asking, 'name');
    const read = async (start: number, limit: number, more = ''): Promise<{ ids: string[]; total: number }> => {
      const { operation } = await door.send('GET', `/resources?STARTINDEX=${start}&LIMIT=${limit}${more}`);
      const rows = (operation.Details ?? []) as Record<string, string>[];
      return { ids: rows.map((row) => row['RESOURCE ID'] ?? ''), total: operation.totalRows ?? 0 };
    };
    expect(await read(0, 2)).toEqual({ ids: ['1', '2'], total: 10_000 });
    const ids: string[] = [];
    for (let total = 1; ids.length < total;) {
      const found = await read(ids.length, 2500);
      expect(found.ids.length).toBeGreaterThan(0);
      ids.push(...found.ids);
      total = found.total;
    }
    expect(ids).toEqual(many.map((row) => String(row['number'])));
    expect(await read(10_750, 3)).toEqual({ ids: ['10751', '10752', '10753'], total: 11_001 });
    expect(await read(11_202, 10)).toEqual({ ids: ['11203'], total: 11_203 });
    expect(await read(11_203, 10)).toEqual({ ids: [], total: 11_203 });
    expect(await read(9_000_000, 0)).toEqual({ ids: [], total: 11_203 });
    expect(await read(11, 2, '&SEARCHVALUE=r1120&SEARCHCOLUMN=RESOURCENAME')).toEqual({ ids: [], total: 5 });
    expect(await read(3, 2, '&SEARCHVALUE=r1120&SEARCHCOLUMN=RESOURCENAME')).toEqual({
      ids: ['11202', '11203'],
      total: 5,
    });
  });
  it('are created from the manual’s sample, custom fields as lines of the description', async () => {
    const sample = {
      RESOURCENAME: 'Windows Server',
      ACCOUNTNAME: 'Administrator',
      RESOURCETYPE: 'Windows',
      PASSWORD: 'Test123#@!',
      NOTES: 'Testing API',
      RESOURCEURL: 'http://windowsserver/adminconsole',
      RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'Secure Resource', CUSTOMVALUE: 'YES' }],
    };
    expect((await door.send('POST', '/resources', input(sample))).text).toBe(
      '{"operation":{"name":"CREATE RESOURCE","result":{"status":"Success","message":"Resource Windows Server has been added successfully"}}}',
    );
    expect(door.inputOf('resource.create')).toMatchObject({
      name: 'Windows Server',
      type: 'Windows',
      url: 'http://windowsserver/adminconsole',
      description: 'Secure Resource: YES',
      accounts: [{ username: 'Administrator', password: 'Test123#@!', notes: 'Testing API', policyId: null }],
    });
  });
  it('are created with every account that is sent along, since whoever sends a password believes it kept', async () => {
    const ACCOUNTLIST = [
      { ACCOUNTNAME: 'root', PASSWORD: 'x', ACCOUNTPASSWORDPOLICY: 'strong' },
      { ACCOUNTNAME: 'admin', NOTES: 'y' },
    ];
    await door.send('POST', '/resources', input({ RESOURCENAME: 'n', ACCOUNTLIST }));
    expect(door.inputOf('resource.create')).toMatchObject({
      accounts: [
        { username: 'root', password: 'x', policyId: uuid(902) },
        { username: 'admin', notes: 'y' },
      ],
    });
  });
  it('put custom fields that the organisation has into these, by their label in any case, and never twice', async () => {
    const field = (n: number, belongsTo: string, name: string, kind = 'text') => ({
      id: `01990000-0000-7000-8000-00000000010${n}`,
      ...{
        belongsTo,
        slot: n,
        name,
        kind,
        description: '',
        options: [],
        required: false,
        types: [],
        values: null,
        version: 1,
      },
    });
    const own = [
      field(1, 'resource', 'Rack'),
      field(2, 'resource', 'Scan', 'file'),
      field(3, 'account', 'PIN', 'password'),
    ];
    door.answers['field.list'] = (given) => ({ items: own.filter((one) => one.belongsTo === given['belongsTo']) });
    const custom = (...pairs: [string, string][]) =>
      pairs.map(([CUSTOMLABEL, CUSTOMVALUE]) => ({ CUSTOMLABEL, CUSTOMVALUE }));
    const RESOURCECUSTOMFIELD = custom(['RACK', 'R7'], ['Scan', 'x'], ['Other', 'y']);
    await door.send(
      'POST',
      '/resources',
      input({ RESOURCENAME: 'n', ACCOUNTNAME: 'a', RESOURCECUSTOMFIELD, ACCOUNTCUSTOMFIELD: custom(['pin', '4711']) }),
    );
    expect(door.inputOf('resource.create')).toMatchObject({
      description: 'Scan: x\nOther: y',
      fields: { [own[0]?.id ?? '']: 'R7' },
      accounts: [{ notes: '', fields: { [own[2]?.id ?? '']: '4711' } }],
    });
    await door.send('PUT', '/resources/303', input({ RESOURCECUSTOMFIELD: custom(['rack', 'R8']) }));
    expect(door.inputOf('resource.update')).toEqual({ resourceId: web['id'], fields: { [own[0]?.id ?? '']: 'R8' } });
    await door.send('PUT', '/resources/303/accounts/307', input({ ACCOUNTCUSTOMFIELD: custom(['PIN', '12']) }));
    expect(door.inputOf('account.update')).toMatchObject({ fields: { [own[2]?.id ?? '']: '12' } });
    expect(door.inputOf('account.update')).not.toHaveProperty('notes');
    door.answers['field.list'] = () => ({ items: [] });
  });
  it('are created with every text, with policies by name, empty texts left out', async () => {
    await door.send(
      'POST',
      '/resources',
      input({
        RESOURCENAME: 'n',
        ACCOUNTNAME: 'a',
        RESOURCETYPE: '',
        OWNERNAME: '',
        DNSNAME: 'd',
        DEPARTMENT: 'e',
        LOCATION: 'l',
        DOMAINNAME: 'o',
        RESOURCEDESCRIPTION: 'says',
        RESOURCEPASSWORDPOLICY: 'low',
        ACCOUNTPASSWORDPOLICY: 'Strong',
        ACCOUNTCUSTOMFIELD: [{ CUSTOMLABEL: 'L', CUSTOMVALUE: 7 }],
        GATEWAY_SESSION_RECORDING: false,
      }),
    );
    expect(door.inputOf('resource.create')).toEqual({
      name: 'n',
      type: 'Linux',
      dnsName: 'd',
      department: 'e',
      location: 'l',
      domain: 'o',
      url: '',
      description: 'says',
      policyId: uuid(901),
      reset: null,
      fields: {},
      tags: [],
      groupIds: [],
      accounts: [{ username: 'a', notes: 'L: 7', policyId: uuid(902), fields: {} }],
    });
  });
  it.each([
    [{ RESOURCENAME: '' }, 'RESOURCENAME is missing.'],
    [{ RESOURCENAME: 'n', PASSWORD: 'x' }, 'ACCOUNTNAME is missing.'],
    [
      { RESOURCENAME: 'n', RESOURCEGROUPNAME: 'g' },
      'RESOURCEGROUPNAME names no static resource group that you may add to.',
    ],
    [{ RESOURCENAME: 'n', ACCOUNTNAME: 'a', TOTP_SECRET: 'x' }, 'TOTP_SECRET is not available in this product.'],
    [{ RESOURCENAME: 'n', ACCOUNTLIST: [{ PASSWORD: 'x' }] }, 'ACCOUNTNAME is missing.'],
    [
      { RESOURCENAME: 'n', ACCOUNTNAME: 'a', ACCOUNTLIST: [{ ACCOUNTNAME: 'a' }] },
      'ACCOUNTLIST names an account twice.',
    ],
    [
      { RESOURCENAME: 'n', WEBSITE_SESSION_RECORDING: true },
      'WEBSITE_SESSION_RECORDING is not available in this product.',
    ],
    [{ RESOURCENAME: 'n', RESOURCEPASSWORDPOLICY: 'Odd' }, 'RESOURCEPASSWORDPOLICY names no password policy.'],
    [
      { RESOURCENAME: 'n', RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'a', CUSTOMVALUE: 'x\ny: z' }] },
      'RESOURCECUSTOMFIELD must be lines of text.',
    ],
  ])('are not created from %j [G-3]', async (details, message) => {
    expect(await result(door.send('POST', '/resources', input(details)))).toBe(
      `200 CREATE RESOURCE: Failed, The request is not valid. ${message}`,
    );
    expect(door.inputOf('resource.create')).toBeUndefined();
  });
  it.each([
    ['10.0.0.14', 'https://10.0.0.14'],
    [' web-1.example:8443/a?b ', 'https://web-1.example:8443/a?b'],
    ['[fd00::1]:8080', 'https://[fd00::1]:8080'],
    ['http://web.example/', 'http://web.example/'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['mailto:a@b', 'mailto:a@b'],
    ['-x', '-x'],
  ])('take the URL %j as %j', async (given, url) => {
    await door.send('POST', '/resources', input({ RESOURCENAME: 'n', RESOURCEURL: given }));
    expect(door.inputOf('resource.create')).toMatchObject({ url });
  });
  it('say that they exist already', async () => {
    door.answers['resource.create'] = problem('name-taken');
    expect(await result(door.send('POST', '/resources', input({ RESOURCENAME: 'n' })))).toBe(
      '200 CREATE RESOURCE: Failed, Resource already exists',
    );
  });
  it('are edited in what is given, custom fields below the description', async () => {
    expect(
      await result(
        door.send(
          'PUT',
          '/resources/303',
          input({
            RESOURCENAME: 'New',
            LOCATION: '',
            OWNERNAME: 'ADA',
            RESOURCECUSTOMFIELD: [{ CUSTOMLABEL: 'Rack', CUSTOMVALUE: '7' }],
          }),
        ),
      ),
    ).toBe('200 EDIT RESOURCE: Success, Resource  modified successfully.');
    expect(door.inputOf('resource.update')).toEqual({
      resourceId: web['id'],
      name: 'New',
      description: 'A server\nRack: 7',
      version: 3,
    });
    expect((await door.send('PUT', '/resources/9', input({ RESOURCENAME: 'x' }))).operation.result.message).toBe(
      'No such resource found',
    );
  });
  it.each(['DELETE', 'POST'])('are deleted by %s, as method and sample of the manual say', async (method) => {
    expect(await result(door.send(method, '/resources/303'))).toBe(
      '200 DELETE RESOURCE: Success, Resources deleted successfully.',
    );
    expect(door.inputOf('resource.delete')).toEqual({ resourceId: web['id'] });
  });
  it('are not deleted by a POST that brings input, nor by an id that is none', async () => {
    expect(
      (await door.send('POST', '/resources/303', input({ RESOURCENAME: 'x' }))).operation.result.message,
    ).toContain('Use PUT to edit it');
    for (const id of ['9', 'abc', '-1', '303x', '99999999999999999999'])
      expect((await door.send('DELETE', `/resources/${id}`)).operation.result.message).toBe('No such resource found');
    expect(door.inputOf('resource.delete')).toBeUndefined();
  });
  it('give their ids by name, in any case, with a slash in it, and with the account', async () => {
    const name = 'GET_RESOURCEACCOUNTNAME';
    expect((await door.send('GET', '/resources/resourcename/windows%20server')).operation.Details).toEqual({
      RESOURCEID: '303',
      'RESOURCE ID': '303',
    });
    expect((await door.send('GET', '/resources/resourcename/db%2F1/accounts/accountname/root')).operation).toEqual({
      name,
      result: {
        status: 'Success',
        message: 'Resource id and account id fetched successfully for the given resource name',
      },
      Details: { RESOURCEID: '304', ACCOUNTID: '308' },
    });
    expect(
      (
        await door.send(
          'GET',
          '/resources/getResourceIdAccountId?RESOURCENAME=Windows+Server&ACCOUNTNAME=Administrator',
        )
      ).text,
    ).toBe(
      '{"operation":{"name":"GET_RESOURCEACCOUNTID","result":{"status":"Success","message":"Resource ID and account ID fetched successfully for the given resource name and account name."},"Details":{"RESOURCEID":"303","ACCOUNTID":"307"}}}',
    );
    expect(
      (await door.send('GET', '/resources/getResourceIdAccountId?RESOURCENAME=Windows+Server&ACCOUNTNAME=root'))
        .operation,
    ).toEqual({ name: 'GET_RESOURCEACCOUNTID', result: { status: 'Failed', message: 'No such account found' } });
    expect((await door.send('GET', '/resources/getResourceIdAccountId')).operation.result.status).toBe('Failed');
  });
});
