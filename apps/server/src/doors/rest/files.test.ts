import { randomBytes } from 'node:crypto';
import { createField, createResource, readAccount, readResource } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileAccount, inPieces, stream, upload } from '../../../test/files.ts';
import { world, type World } from '../../../test/world.ts';
import type { Actor } from '../../authorise/index.ts';

let w: World;
let keeper: Actor;
let app: FastifyInstance;
let token: string;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  app = w.app();
  token = (await w.people.keeper.token(['read', 'passwords'])).text;
});
afterAll(() => w.close());

/** The path of an account in the reference's API, with its small numbers. */
async function pathOf(accountId: string): Promise<string> {
  const account = await w.invoke(readAccount, keeper, { accountId: accountId as never });
  return `/restapi/json/v1/resources/${String(account.resourceNumber)}/accounts/${String(account.number)}`;
}
const ask = async (path: string, details: Record<string, string> = {}, authtoken = token) => {
  const input = encodeURIComponent(JSON.stringify({ operation: { Details: details } }));
  return app.inject({ method: 'GET', url: `${path}?INPUT_DATA=${input}`, headers: { authtoken } });
};

describe('downloadfile', () => {
  it('gives the file of an account as it is, under the rules of a reveal', async () => {
    const { accountId } = await fileAccount(w, keeper, 'Key Store');
    const path = await pathOf(accountId);
    const early = await ask(`${path}/downloadfile`);
    expect([early.statusCode, early.json<object>()]).toMatchObject([
      200,
      { operation: { result: { status: 'Failed' } } },
    ]);
    const content = randomBytes(400_000);
    await upload(w, keeper, accountId, content, { name: 'host key.pem' });
    const given = await ask(`${path}/downloadfile`, { REASON: 'nightly copy' });
    expect(given.rawPayload.equals(content)).toBe(true);
    expect(given.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="host key.pem"; filename*=UTF-8''host%20key.pem`,
    });
    expect((await w.audit('account.download-file')).at(-1)).toMatchObject({ outcome: 'done', reason: 'nightly copy' });
    // The list names the file where it shows dots for a password.
    const list = await ask(path.replace(/\/\d+$/, ''));
    expect(list.json<{ operation: { Details: object } }>().operation.Details).toMatchObject({
      'ACCOUNT LIST': [{ 'PASSWORD STATUS': 'host key.pem' }],
    });
    const nobody = (await w.people.nobody.token(['read', 'passwords'])).text;
    const refused = await ask(`${path}/downloadfile`, {}, nobody);
    expect(refused.json<object>()).toMatchObject({
      operation: { name: 'DOWNLOAD FILE', result: { status: 'Failed', message: 'No such account found' } },
    });
  });

  it('gives the file in a field of the account or its resource, by the field’s name', async () => {
    const admin = await w.people.admin.actor();
    const field = { name: 'Runbook', kind: 'file' as const, types: ['Linux'] };
    const ofAccount = await w.invoke(createField, admin, { belongsTo: 'account', ...field });
    const ofResource = await w.invoke(createField, admin, { belongsTo: 'resource', ...field });
    const accounts = [{ username: 'root', password: 'Rest-Files-Password-11-!!' }];
    const { id } = await w.invoke(createResource, keeper, { name: 'rest-host', type: 'Linux', accounts });
    const [row] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [id]);
    const send = (action: string, params: Record<string, string>, text: string) =>
      stream(w, action, keeper, { params, query: { name: 'r.txt' }, bytes: inPieces(Buffer.from(text)) });
    await send('account.upload-field', { accountId: row?.id ?? '', fieldId: ofAccount.id }, 'of the account');
    await send('resource.upload-file', { resourceId: id, fieldId: ofResource.id }, 'of the resource');
    expect((await w.invoke(readResource, keeper, { resourceId: id })).files).toHaveLength(1);
    const path = `${await pathOf(row?.id ?? '')}/downloadfile`;
    const custom = { ISCUSTOMFIELD: 'TRUE', CUSTOMFIELDLABEL: 'runbook' };
    expect((await ask(path, { ...custom, CUSTOMFIELDTYPE: 'ACCOUNT' })).payload).toBe('of the account');
    expect((await ask(path, { ...custom, CUSTOMFIELDTYPE: 'RESOURCE' })).payload).toBe('of the resource');
    const failed = { operation: { result: { status: 'Failed' } } };
    expect((await ask(path, { ...custom, CUSTOMFIELDLABEL: 'no such' })).json<object>()).toMatchObject(failed);
    expect((await ask(path, { ISCUSTOMFIELD: 'TRUE' })).json<object>()).toMatchObject(failed);
    expect((await ask(path)).json<object>()).toMatchObject(failed);
  });
});
