import {
  changeUserGroupMembers,
  createField,
  createResource,
  createTag,
  createAccounts,
  createUserGroup,
  listAccounts,
  updateResource,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let headers: Record<string, string>;
let csrf: string;
const password = 'p&"<>\'w-%PASSWORD%-9';
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  const session = await w.people.keeper.session();
  csrf = session.csrf;
  headers = { cookie: session.headers['cookie'] ?? '', 'content-type': 'application/x-www-form-urlencoded' };
});
afterAll(() => w.close());

let n = 0;
async function make(url: string, more: object = {}): Promise<{ resourceId: string; accountId: string }> {
  const made = await w.invoke(createResource, keeper, {
    name: `site-${++n}`,
    type: 'Website Accounts',
    dnsName: 'shop.example',
    url,
    accounts: [{ username: 'a"><script>alert(1)</script>', password }],
    ...more,
  } as never);
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
  return { resourceId: made.id, accountId: items[0]?.id ?? '' };
}
const open = (accountId: string, fields: Record<string, string> = {}, sent = headers) =>
  w.app().inject({
    method: 'POST',
    url: `/api/v1/accounts/${accountId}/open-url`,
    headers: sent,
    payload: new URLSearchParams({ csrf, ...fields }).toString(),
  });

describe('opening a URL', () => {
  it('sends log-in name and password in a form, to the host and to nowhere else, and keeps them out of every address [RES-05]', async () => {
    const { accountId } = await make(
      'https://%DNS_NAME%:8443/%RESOURCE_NAME%?user=%ACCOUNT_NAME%&pass=%PASSWORD%&submit=yes&realm=a%26b',
    );
    const answer = await open(accountId);
    expect([
      answer.statusCode,
      answer.headers['content-type'],
      answer.headers['cache-control'],
      answer.headers['referrer-policy'],
    ]).toEqual([200, 'text/html; charset=utf-8', 'no-store', 'no-referrer']);
    expect(answer.headers['location']).toBeUndefined();
    const policy = String(answer.headers['content-security-policy']);
    const nonce = /script-src 'nonce-([\w-]{43})'/.exec(policy)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src 'nonce-${nonce ?? ''}'; form-action https://shop.example:8443 https://shop.example:*; base-uri 'none'; frame-ancestors 'none'`,
    );
    const { body } = answer;
    // One form, one script of ours, and what was filled in is text.
    expect(body.match(/<form /g)).toHaveLength(1);
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).toContain(`<script nonce="${nonce ?? ''}">`);
    expect(body).toContain(`<form method="post" action="https://shop.example:8443/site-${n}" `);
    const values = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
      ([, name, value]) => [name, value],
    );
    expect(values).toEqual([
      ['user', 'a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
      ['pass', 'p&amp;&quot;&lt;&gt;&#39;w-%PASSWORD%-9'],
      ['submit', 'yes'],
      ['realm', 'a&amp;b'],
    ]);
    // The nonce is of this page alone.
    expect((await open(accountId)).headers['content-security-policy']).not.toBe(policy);
    const [event] = await w.audit('account.open-url');
    expect(event).toMatchObject({
      outcome: 'done',
      details: { target: 'https://shop.example:8443', password: 'sent' },
    });
    expect(JSON.stringify([await w.audit('account.open-url'), w.logLines])).not.toContain('p&');
  });

  it('leads on by a plain address where nothing secret goes along', async () => {
    const { accountId } = await make('https://%DNS_NAME%/start?from=%RESOURCE_NAME%');
    const answer = await open(accountId);
    expect([answer.statusCode, /<form|<script/.test(answer.body)]).toEqual([200, false]);
    // A page, for the console's own policy holds redirections of its forms to this server.
    expect(answer.headers['location']).toBeUndefined();
    const address = `https://shop.example/start?from=site-${n}`;
    expect(answer.body).toContain(`<meta http-equiv="refresh" content="0; url=${address}">`);
    expect(answer.body).toContain(`href="${address}"`);
  });

  it('is refused like a reveal: to others, without CSRF token, without the reason that is asked for', async () => {
    const { accountId } = await make('https://%DNS_NAME%/?p=%PASSWORD%');
    const nobody = await w.people.nobody.session();
    const others = await open(accountId, { csrf: nobody.csrf }, { ...headers, cookie: nobody.headers['cookie'] ?? '' });
    const forged = await open(accountId, { csrf: 'x' });
    // What a browser says of a form of ours, and of the same form in a frame or on a page of somebody else.
    const said = async (site: string | undefined, origin: string): Promise<number> =>
      (await open(accountId, {}, { ...headers, origin, ...(site ? { 'sec-fetch-site': site } : {}) })).statusCode;
    expect(
      await Promise.all([
        said('same-origin', 'null'),
        said('cross-site', 'null'),
        said('same-site', 'null'),
        said('none', 'null'),
        said(undefined, 'null'),
        said('same-origin', 'https://evil.example'),
      ]),
    ).toEqual([200, 403, 403, 403, 403, 403]);
    const stranger = await open(accountId, {}, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([others.statusCode, forged.statusCode, stranger.statusCode]).toEqual([404, 403, 401]);
    await w.invoke(updateSettings, await w.people.privileged.actor(), { reasonToReveal: true });
    const without = await open(accountId);
    expect([without.statusCode, without.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(without.body).toContain('Give a reason first');
    expect((await open(accountId, { reason: 'monthly order' })).statusCode).toBe(200);
    for (const refused of [others, forged, stranger, without]) expect(refused.body).not.toContain('&quot;&lt;');
    await w.sql('delete from strongroom.setting');
  });

  it('goes nowhere else when somebody changes the name, the DNS name or the row itself', async () => {
    const { accountId, resourceId } = await make('https://%DNS_NAME%/?p=%PASSWORD%');
    for (const dnsName of ['evil.example/x', 'a b', 'x@evil.example', '', '"><script>'])
      expect([dnsName, (await set(resourceId, 'dns_name', dnsName, accountId)).statusCode]).toEqual([dnsName, 409]);
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'https://%PASSWORD%.evil.example/']) {
      const answer = await set(resourceId, 'url', url, accountId);
      expect([url, answer.statusCode, answer.body.includes('<form')]).toEqual([url, 400, false]);
    }
  });
  const set = async (resourceId: string, column: 'url' | 'dns_name', value: string, accountId: string) => {
    await w.sql(`update strongroom.resource set ${column} = $2 where id = $1`, [resourceId, value]);
    return open(accountId);
  };

  it('is led elsewhere only by who may open the password anyway', async () => {
    const { resourceId } = await make('https://%DNS_NAME%/?p=%PASSWORD%');
    const limited = await w.add({ username: 'limited' });
    await w.sql(
      `with r as (insert into strongroom.custom_role (id, organisation_id, name, permissions) values (gen_random_uuid(), $1, 'keeps books', '{manage-resources}') returning id)
       update strongroom.app_user set role = 'custom', custom_role_id = (select id from r) where id = $2`,
      [w.organisationId, limited.id],
    );
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'manage', 'keeper')`,
      [w.organisationId, resourceId, limited.id],
    );
    const actor = await limited.actor();
    const change = (changes: object) =>
      w.invoke(updateResource, actor, { resourceId, ...changes } as never).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    expect(
      await Promise.all([
        change({ url: 'https://evil.example/?p=%PASSWORD%' }),
        change({ dnsName: 'evil.example' }),
        change({ name: 'evil.example' }),
        change({ department: 'Books' }),
      ]),
    ).toEqual(['not-your-role', 'not-your-role', 'not-your-role', 'done']);
    // Without the password it may lead wherever they say.
    expect(await change({ url: 'https://elsewhere.example/' })).toBe('done');
  });
});

describe('an export', () => {
  it('is what the asker sees, of any size, without a password, and harmless in a spreadsheet', async () => {
    const owner = await w.add({ username: 'owner', role: 'password-administrator' });
    const actor = await owner.actor();
    const admin = await w.people.admin.actor();
    const note = await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Note', kind: 'text' });
    await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Key', kind: 'password' });
    const tag = await w.invoke(createTag, admin, { scope: 'client', name: 'Env', values: [{ value: 'prod' }] });
    const made = await w.invoke(createResource, actor, {
      name: '=cmd|x',
      type: 'Linux',
      fields: { [note.id]: '@sum' } as never,
      tags: [tag.values[0]?.id as never],
    });
    await w.sql(
      `insert into strongroom.resource (id, organisation_id, number, name, type, owner_id) select gen_random_uuid(), $1, 10000 + i, 'bulk-' || i, 'Linux', $2 from generate_series(1, 2500) i`,
      [w.organisationId, owner.id],
    );
    await w.invoke(createAccounts, actor, {
      resourceId: made.id,
      accounts: [{ username: 'root', password: 'export-secret-1' }],
    });
    const { headers: cookies } = await owner.session();
    const get = (path: string, sent = cookies) => w.app().inject({ url: `/api/v1/${path}`, headers: sent });
    const all = await get('resource-export');
    const lines = all.body.trim().split('\r\n');
    expect([all.statusCode, all.headers['content-type'], lines.length]).toEqual([200, 'text/csv; charset=utf-8', 2502]);
    expect(all.body.startsWith('\ufeff')).toBe(true);
    expect(lines[0]).toMatch(/^Number,Resource,.*,Changed,Note$/);
    expect(all.body).toMatch(/"'=cmd\|x"|'=cmd\|x/);
    expect(all.body).toContain("'@sum");
    expect(all.body).toContain('Env=prod');
    expect(all.body).not.toContain('site-1');
    expect((await get('resource-export?search=bulk-2500')).body.trim().split('\r\n')).toHaveLength(2);
    const accounts = await get('account-export');
    expect(accounts.body.trim().split('\r\n')).toHaveLength(2);
    expect(accounts.body).not.toContain('export-secret-1');
    const nobody = await w.people.nobody.session();
    expect((await get('resource-export', nobody.headers)).body.trim().split('\r\n')).toHaveLength(1);
    expect((await get('resource-export', {})).statusCode).toBe(401);
    // One event for each export, however many pages it had.
    expect((await w.audit('resource.export')).filter((event) => event.outcome === 'done')).toHaveLength(3);
  });

  it('are taken away by one user group that allows no plain exports, whatever others allow, and come back with it', async () => {
    const boss = await w.people.boss.actor();
    const member = await w.add({ username: 'exporter', role: 'password-administrator' });
    const { headers: cookies } = await member.session();
    const status = async (list: string) =>
      (await w.app().inject({ url: `/api/v1/${list}-export`, headers: cookies })).statusCode;
    const [open, closed] = await Promise.all(
      [true, false].map((exportPlain) =>
        w.invoke(createUserGroup, boss, { name: `plain ${String(exportPlain)}`, exportPlain }),
      ),
    );
    if (!open || !closed) throw new Error('no groups');
    const change = (userGroupId: typeof open.id, more: object) =>
      w.invoke(changeUserGroupMembers, boss, { userGroupId, ...more });
    await change(open.id, { add: [member.id] });
    expect([await status('resource'), await status('account')]).toEqual([200, 200]);
    await change(closed.id, { add: [member.id] });
    expect([await status('resource'), await status('account')]).toEqual([403, 403]);
    expect((await w.audit('account.export')).at(-1)).toMatchObject({
      outcome: 'refused',
      details: { code: 'not-your-role' },
    });
    await change(closed.id, { remove: [member.id] });
    expect([await status('resource'), await status('account')]).toEqual([200, 200]);
  });
});
