import { makeKeyPair } from '@strongroom/reach';
import { request as httpsRequest, Agent } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addConsumer,
  addTicketingModule,
  calls,
  changePassword,
  controlAccount,
  createField,
  createListener,
  createWebhook,
  createResource,
  makeKey,
  createResourceGroup,
  createResourceType,
  createRole,
  createTag,
  createUserGroup,
  rotateAccount,
  saveScheduleTemplate,
  setSchedule,
  updateAccount,
  updateResource,
  type ResourceGroupId,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { inputFor } from '../../test/contract-input.ts';
import { loginPassword, world, type World } from '../../test/world.ts';
import { policy, type Action, type Actor } from '../authorise/index.ts';
import { prepareHome } from '../platform/paths.ts';
import { hashToken, newToken } from '../platform/random.ts';
import { loadTls } from '../platform/tls.ts';

let w: World;
let base: { host: string; port: number };
let home: string;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

const [nobody, foreigner, unknownToken] = [
  'a signed-in nobody',
  'the super administrator of another organisation',
  'a stranger with a made-up token',
] as const;

/** Whoever must not: with what they send along. */
interface Attacker {
  readonly who: string;
  readonly headers: Record<string, string>;
}
let goneHeaders: Record<string, string>;
let unscoped: string;
let boss: { headers: Record<string, string> };
let pem: string;
let certificate: string;

/** Everybody who must be refused, those with a session with a new one. */
async function attackers(): Promise<Attacker[]> {
  const { 'x-csrf-token': _, ...withoutCsrf } = (await w.people.boss.session()).headers;
  const madeUp = { cookie: `__Host-strongroom=${'A'.repeat(43)}`, 'x-csrf-token': 'x' };
  return [
    { who: 'a stranger', headers: {} },
    { who: 'a stranger with a made-up cookie', headers: madeUp },
    { who: unknownToken, headers: { authorization: `Bearer srt_${'A'.repeat(43)}` } },
    { who: nobody, headers: (await w.people.nobody.session()).headers },
    { who: foreigner, headers: (await w.people.foreign.session()).headers },
    { who: 'a super administrator’s token without scopes', headers: { authorization: `Bearer ${unscoped}` } },
    { who: 'the still open session of a disabled super administrator', headers: goneHeaders },
    { who: 'a super administrator’s session without its CSRF token', headers: withoutCsrf },
  ];
}

beforeAll(async () => {
  w = await world();
  home = mkdtempSync(join(tmpdir(), 'sr-tls-'));
  prepareHome(home);
  const { options } = await loadTls({ home, tls: undefined, host: '127.0.0.1', publicUrl: undefined });
  const app = w.app(options);
  await app.listen({ port: 0, host: '127.0.0.1' });
  base = { host: '127.0.0.1', port: (app.server.address() as AddressInfo).port };
  const gone = await w.add({ username: 'gone', role: 'administrator', superAdministrator: true });
  goneHeaders = (await gone.session()).headers;
  await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [gone.id]);
  boss = await w.people.boss.session();
  const made = await makeCertificate();
  certificate = made.cert;
  // Without it nobody arranges the organisation's tree.
  await w.sql(
    `insert into strongroom.setting (organisation_id, name, value) values ($1, 'globalExplorerTree', 'true')`,
    [w.organisationId],
  );
  pem = `${made.cert}${made.key}`;
  unscoped = (await w.people.boss.token([])).text;
});
afterAll(async () => {
  agent.destroy();
  await w.close();
  rmSync(home, { recursive: true, force: true });
});

const changing = calls.filter((call) => call.method !== 'GET');
type ACall = (typeof changing)[number];

/** Sends a call as a client does: ids in the path, the rest as JSON. */
function send(
  call: ACall,
  input: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const rest = { ...input };
  const path = call.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      {
        ...base,
        agent,
        method: call.method,
        path: `/api/v1${path}`,
        headers: { ...headers, ...(call.method === 'DELETE' ? {} : { 'content-type': 'application/json' }) },
      },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (part: string) => (text += part));
        reply.on('end', () => {
          resolve({ status: reply.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
        });
      },
    ).on('error', reject);
    asked.end(call.method === 'DELETE' ? undefined : JSON.stringify(rest));
  });
}

/** One hash for each table that is not of the trail or of this node alone, over the organisation's own rows, and the number of jobs and sessions. */
async function stateOfOrganisation(): Promise<Record<string, string>> {
  const tables = await w.sql<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('strongroom', 'strongroom_standby') and tablename not like 'audit%' and tablename <> 'organisation'`,
  );
  expect(tables.length).toBeGreaterThan(12);
  const query = tables.map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from ${name} t where organisation_id = $1`,
  );
  query.push(
    `select 'organisation', string_agg(t::text, '|') from strongroom.organisation t where id = $1`,
    `select 'jobs', count(*)::text from graphile_worker._private_jobs j where j.payload ->> 'organisationId' = ($1::uuid)::text`,
    `select 'sessions', count(*)::text from strongroom_local.session where organisation_id = $1`,
  );
  const rows = await w.sql<{ name: string; hash: string }>(query.join(' union all '), [w.organisationId]);
  return Object.fromEntries(rows.map((row) => [row.name, row.hash]));
}

let made = 0;
const foreignKey = (await makeKeyPair('ed25519')).privateKey;
/** Real objects of the organisation for a call to be on, new ones for each call. */
async function objects(): Promise<Record<string, unknown>> {
  const n = ++made;
  const owner = await w.people.keeper.actor();
  const resource = await w.invoke(createResource, owner, {
    name: `host-${n}`,
    type: 'Linux',
    dnsName: 'host.invalid',
    accounts: [{ username: 'root' }, { username: 'alice' }, { username: 'bob' }],
    reset: { settings: {} },
  });
  const accounts = await w.sql<{ id: string; username: string }>(
    'select id, username from strongroom.account where resource_id = $1',
    [resource.id],
  );
  const id = (username: string): string => accounts.find((account) => account.username === username)?.id ?? '';
  const { attemptId } = await w.invoke(rotateAccount, owner, { accountId: id('alice') as never });
  await w.sql(`update strongroom.rotation_attempt set state = 'needs-person' where id = $1`, [attemptId]);
  await w.invoke(changePassword, owner, { accountId: id('root') as never, password: 'Former-Passw0rd-55-!!' });
  const other = await w.invoke(createResource, owner, { name: `other-${n}`, type: 'Linux' });
  const user = await w.add({ username: `user-${n}` });
  const [policyRow] = await w.sql<{ id: string }>(
    `select id from strongroom.password_policy where is_default and organisation_id = $1`,
    [w.organisationId],
  );
  await w.sql(
    `insert into strongroom.host_key (organisation_id, resource_id, fingerprint, algorithm, public_key, state) values ($1, $2, 'SHA256:x', 'ed25519', 'x', 'offered')`,
    [w.organisationId, resource.id],
  );
  const [trusted] = await w.sql<{ id: string }>(
    `insert into strongroom.trusted_certificate (id, organisation_id, fingerprint, pem) values (gen_random_uuid(), $1, $2, $3) returning id`,
    [w.organisationId, `trusted-${n}`, certificate],
  );
  const role = await w.invoke(createRole, await w.people.admin.actor(), {
    name: `role-${n}`,
    basedOn: 'password-user',
  });
  const group = await w.invoke(createUserGroup, await w.people.admin.actor(), { name: `group-${n}` });
  const resourceGroup = await w.invoke(createResourceGroup, owner, { name: `resources-${n}` });
  const gathering = await w.invoke(createResourceGroup, owner, {
    name: `gathering-${n}`,
    kind: 'criteria',
    criteria: [{ field: 'name', operator: 'equals', value: 'none' }],
  });
  await w.invoke(makeKey, owner, { accountId: id('bob') as never });
  const custom = await customThings(n, resource.id, id('root'));
  const scheduled = await scheduledThings(n, owner, resourceGroup.id, id('root'));
  return {
    ...custom,
    ...scheduled,
    ...(await workOfTheirs()),
    groupId: resourceGroup.id,
    toUserId: w.people.admin.id,
    gatheringId: gathering.id,
    parentId: null,
    criteria: [{ field: 'name', operator: 'starts', value: 'host' }],
    roleId: role.id,
    userGroupId: group.id,
    sshKey: '',
    certificate: '',
    trustedCertificateId: trusted?.id,
    resourceId: resource.id,
    resourceIds: [other.id],
    otherResourceId: other.id,
    accountId: id('root'),
    rotatingAccountId: id('alice'),
    keyAccountId: id('bob'),
    script: null,
    attemptId,
    userId: user.id,
    ownerId: w.people.keeper.id,
    policyId: policyRow?.id,
    adminAccountId: null,
    elevationAccountId: null,
    adminUsername: null,
    elevationUsername: null,
    sessionId: (await w.people.boss.session()).id,
    tokenId: (await w.people.boss.token(['read'])).id,
    fingerprint: 'SHA256:x',
    version: undefined,
    settings: {},
    keyFile: null,
    username: `new.user.${n}`,
    name: `new-${n}`,
  };
}

/** A schedule of a group, a template, and something that uses an account. */
async function scheduledThings(
  n: number,
  owner: Actor,
  groupId: ResourceGroupId,
  accountId: string,
): Promise<Record<string, unknown>> {
  const when = { is: 'never' } as const;
  const schedule = { when, timeZone: 'UTC', passwords: 'unique', tellBeforeMinutes: null } as const;
  await w.invoke(setSchedule, owner, { groupId, ...schedule });
  // An organisation may have so many.
  await w.sql('delete from strongroom.schedule_template');
  const template = await w.invoke(saveScheduleTemplate, owner, {
    name: `template-${n}`,
    ...schedule,
    tellBefore: {},
    tellAfter: {},
  });
  const listening = { ...(await listeners(n)), ...(await webhooks(n)), ...(await ticketingModule()) };
  const consumer = await w.invoke(addConsumer, owner, { accountId: accountId as never, name: `program-${n}` });
  return { scheduleTemplateId: template.id, consumerId: consumer.id, ...listening };
}

/** A listener with a version that waits, and a run of it that has ended. */
async function listeners(n: number): Promise<Record<string, unknown>> {
  const { listener } = await w.invoke(createListener, await w.people.admin.actor(), {
    name: `listener-${n}`,
    spec: { kind: 'script', resourceTypes: [], arguments: [] },
    file: { name: 'follow.sh', base64: 'ZWNobwo=' },
  });
  const [version] = await w.sql<{ hash: string }>(
    'select hash from strongroom.listener_version where listener_id = $1',
    [listener.id],
  );
  const [run] = await w.sql<{ id: string }>(
    `insert into strongroom.listener_run (id, organisation_id, listener_id, state, ended_at) values (gen_random_uuid(), $1, $2, 'done', now()) returning id`,
    [w.organisationId, listener.id],
  );
  return { listenerId: listener.id, hash: version?.hash, newest: 1, listenerRunId: run?.id };
}

/** The one version of the ticketing module, which waits. */
async function ticketingModule(): Promise<Record<string, unknown>> {
  await w.sql('delete from strongroom.ticketing_module');
  const { versions } = await w.invoke(addTicketingModule, await w.people.admin.actor(), {
    ...{ file: { name: 'ask.mjs', base64: 'ZWNobwo=' }, newest: 0 },
  });
  return { moduleVersion: 1, moduleHash: versions[0]?.hash };
}

/** A webhook with a delivery that has ended. */
async function webhooks(n: number): Promise<Record<string, unknown>> {
  const events = ['account.reveal'];
  // An organisation may have so many.
  await w.sql('delete from strongroom.webhook');
  const { webhook } = await w.invoke(createWebhook, await w.people.admin.actor(), {
    ...{ name: `webhook-${n}`, url: 'https://host.invalid/', events },
  });
  const [delivery] = await w.sql<{ id: string }>(
    `insert into strongroom.webhook_delivery (id, organisation_id, webhook_id, place, action, body, state, ended_at)
      values (gen_random_uuid(), $1, $2, -1, 'account.reveal', '{}', 'delivered', now()) returning id`,
    [w.organisationId, webhook.id],
  );
  return { webhookId: webhook.id, webhookDeliveryId: delivery?.id, events };
}

/** Settings that a super administrator who is no privileged one may not change: rank.test.ts holds who may. */
const privilegedSettings = {
  inactivityMinutes: undefined,
  absoluteSessionHours: undefined,
  maxSessionsPerUser: undefined,
  hideSecretSeconds: undefined,
  clearClipboardSeconds: undefined,
  noRevealWithAutoLogon: undefined,
  ownersNeedNoApproval: undefined,
  superAdministratorsNeedNoApproval: undefined,
  administratorsSeeCheckedOut: undefined,
  loginMinLength: undefined,
  loginMixed: undefined,
  loginMaxAgeDays: undefined,
  loginBlockedWords: undefined,
};

/** A field with a value on each, a tag with a value, and a type that no resource has. */
async function customThings(n: number, resourceId: string, accountId: string): Promise<Record<string, unknown>> {
  const admin = await w.people.admin.actor();
  const keeper = await w.people.keeper.actor();
  // There may be twenty.
  await w.sql('delete from strongroom.custom_field');
  const [ofResource, ofAccount] = [
    await w.invoke(createField, admin, { belongsTo: 'resource', name: `r-${n}`, kind: 'password' }),
    await w.invoke(createField, admin, { belongsTo: 'account', name: `a-${n}`, kind: 'password' }),
  ];
  const files = { kind: 'file' as const, types: ['Linux'] };
  const [fileOfResource, fileOfAccount] = [
    await w.invoke(createField, admin, { belongsTo: 'resource', name: `rf-${n}`, ...files }),
    await w.invoke(createField, admin, { belongsTo: 'account', name: `af-${n}`, ...files }),
  ];
  const values = (id: string) => ({ fields: { [id]: 'sealed' } as never });
  await w.invoke(updateResource, keeper, { resourceId: resourceId as never, ...values(ofResource.id) });
  await w.invoke(updateAccount, keeper, { accountId: accountId as never, ...values(ofAccount.id) });
  const tag = await w.invoke(createTag, admin, { scope: 'client', name: `tag-${n}`, values: [{ value: 'a' }] });
  const type = await w.invoke(createResourceType, admin, { name: `type-${n}` });
  return {
    fieldId: ofResource.id,
    accountFieldId: ofAccount.id,
    fileFieldId: fileOfResource.id,
    accountFileFieldId: fileOfAccount.id,
    fields: {},
    tagId: tag.id,
    tagValueId: tag.values[0]?.id,
    tags: [],
    groupIds: [],
    resourceTypeId: type.id,
    fileFieldIds: [],
    resetsLike: null,
  };
}

/** A task, an import and a view of the super administrator's, which are nobody else's. */
async function workOfTheirs(): Promise<Record<string, unknown>> {
  const whose = [w.organisationId, w.people.boss.id];
  const [task] = await w.sql<{ id: string }>(
    `insert into strongroom.task (id, organisation_id, user_id, kind, title, input) values (gen_random_uuid(), $1, $2, 'resource.update', 'Change', '{}') returning id`,
    whose,
  );
  const [run] = await w.sql<{ id: string }>(
    `insert into strongroom.import_run (id, organisation_id, user_id, kind, state, file_name) values (gen_random_uuid(), $1, $2, 'resource', 'uploaded', 'hosts.csv') returning id`,
    whose,
  );
  const [view] = await w.sql<{ id: string }>(
    `insert into strongroom.saved_view (id, organisation_id, user_id, list, name, query) values (gen_random_uuid(), $1, $2, 'resources', gen_random_uuid()::text, '{}') returning id`,
    whose,
  );
  const [resets] = await w.sql<{ id: string }>(
    `insert into strongroom.reset_run (id, organisation_id, requested_by_id, kind, title, source, requested_by, total) values (gen_random_uuid(), $1, $2, 'verify', 'Verify', 'person', 'boss', 0) returning id`,
    whose,
  );
  const [mail] = await w.sql<{ id: string }>(
    `insert into strongroom.mail_outbox (id, organisation_id, to_address, subject, about, body) values (gen_random_uuid(), $1, 'x@example.org', 'x', 'x', 'x') returning id`,
    [w.organisationId],
  );
  return { taskId: task?.id, importId: run?.id, viewId: view?.id, runId: resets?.id, mailId: mail?.id };
}

const aboutRequests =
  /^(access-request\.|(resource|account)\.control-access$|account\.(request|check-out|check-in|break-glass)$)/;
/** An account to which access is controlled, with a request that the super administrator can decide, and one of theirs that is approved. */
async function lentThings(): Promise<Record<string, unknown>> {
  const { keeper, boss: approver } = w.people;
  const { id: resourceId } = await w.invoke(createResource, await keeper.actor(), {
    name: `lent-${++made}`,
    type: 'Linux',
    accounts: [{ username: 'root' }],
  });
  const [account] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [
    resourceId,
  ]);
  const accountId = account?.id as never;
  const control = { approverIds: [approver.id] as never };
  await w.invoke(controlAccount, await keeper.actor(), { accountId, control });
  const token = newToken();
  const request = async (who: string, state: 'waiting' | 'approved'): Promise<string> => {
    const [row] = await w.sql<{ id: string }>(
      `insert into strongroom.access_request (id, organisation_id, account_id, account_name, resource_name, requester_id, requester, state, reason, approvals_needed,
          request_hours, exclusive_hours, reset_after, void_at)
        values (gen_random_uuid(), $1, $2, 'root', 'lent', $3, 'somebody', $4, 'disk is full', 1, 24, 8, false, now() + interval '1 day') returning id`,
      [w.organisationId, accountId, who, state],
    );
    return row?.id ?? '';
  };
  const [waiting, own] = [await request(keeper.id, 'waiting'), await request(approver.id, 'approved')];
  await w.sql(
    `insert into strongroom.access_link (id, organisation_id, request_id, user_id, hash) values (gen_random_uuid(), $1, $2, $3, $4)`,
    [w.organisationId, waiting, approver.id, hashToken(token)],
  );
  return {
    resourceId,
    accountId,
    requestId: waiting,
    ownRequestId: own,
    token,
    control,
    startsAt: undefined,
    endsAt: undefined,
    excludedIds: [],
  };
}

/** What only API users have. */
const ofProgramsAlone = { host: undefined, keyScopes: undefined, keysExpireAt: undefined };

/** Who is told of a schedule: whoever has access, so that nobody needs naming. */
const toldOfSchedules = { tellBefore: { withAccess: true }, tellAfter: { withAccess: true } };

/** What some calls need to be on, or to say, where the field's name does not tell. */
function fitted(call: ACall, ids: Record<string, unknown>): Record<string, unknown> {
  switch (call.name) {
    case 'ticketing.update': {
      const address = 'https://host.invalid';
      const noRules = { mapping: [], conditions: [], mappingExpression: '', conditionsExpression: '' };
      return { ...ids, ...noRules, on: false, url: address, accountsUrl: address, table: 'incident' };
    }
    case 'ticketing.approve-module':
    case 'ticketing.refuse-module':
      return { ...ids, hash: ids['moduleHash'] };
    case 'ticketing.add-module':
      return { ...ids, newest: 1, file: { name: 'ask.mjs', base64: 'ZWNobwo=' } };
    case 'resource-group.set-notices':
      return { ...ids, alsoReset: false };
    case 'deputy.set': {
      const from = (ms: number) => new Date(Date.now() + ms).toISOString();
      return { ...ids, deputyId: w.people.admin.id, beginsAt: from(0), endsAt: from(86_400_000) };
    }
    case 'access-request.withdraw':
      return { ...ids, requestId: ids['ownRequestId'] };
    case 'attempt.resolve':
      return { ...ids, accountId: ids['rotatingAccountId'] };
    case 'resource-type.rehearse':
      return { ...ids, script: { login: {}, steps: [{ expect: null, send: 'passwd {{new}}' }] } };
    case 'key.import':
      return { ...ids, privateKey: foreignKey };
    case 'key.reveal':
    case 'key.place':
    case 'key.withdraw':
    case 'key.rotate':
    case 'key.stop-rotation':
    case 'key.verify':
    case 'key.delete':
      return { ...ids, accountId: ids['keyAccountId'], accountIds: [ids['keyAccountId'], ids['accountId']] };
    case 'account.move':
      return { ...ids, resourceId: ids['otherResourceId'] };
    case 'account.restore':
    case 'account.reveal-former':
      return { ...ids, version: 1 };
    case 'account.change-password':
      return { ...ids, password: 'Brand-New-Passw0rd-71-!!', where: 'local' };
    case 'user.create':
      return { ...ids, role: 'administrator', password: 'a-first-password-for-them' };
    case 'user.create-api':
      return { ...ids, role: 'administrator', host: '' };
    case 'user.update':
      return { ...ids, ...ofProgramsAlone, role: 'administrator' };
    case 'user-group.change-members':
      return { ...ids, add: [ids['userId']], remove: [] };
    case 'resource-group.create':
      return { ...ids, kind: 'static', criteria: [] };
    case 'resource-group.change-criteria':
    case 'resource-group.preview':
      return { ...ids, groupId: ids['gatheringId'] };
    case 'resource-group.change-members':
      return { ...ids, add: [ids['otherResourceId']], remove: [] };
    case 'explorer.change':
    case 'explorer.revert':
      return { ...ids, version: 0 };
    case 'setting.update':
      return { ...ids, ...privilegedSettings, nightlyCheckAt: '01:00' };
    case 'resource.remove-file':
      return { ...ids, fieldId: ids['fileFieldId'] };
    case 'account.remove-field':
      return { ...ids, fieldId: ids['accountFileFieldId'] };
    case 'account.reveal-field':
      return { ...ids, fieldId: ids['accountFieldId'] };
    case 'field.create':
    case 'field.update':
      return { ...ids, options: [], types: [], required: false };
    case 'resource-type.set-icon':
      return { ...ids, png: null };
    case 'resource-type.update':
      return { ...ids, holdsFiles: false };
    case 'resource.tag':
      return { ...ids, add: [ids['tagValueId']], remove: [] };
    case 'resource.copy':
      return { ...ids, names: [`copy of ${String(ids['name'])}`], inherit: { accounts: true } };
    case 'certificate.install':
      return { ...ids, content: pem };
    case 'trusted-certificate.add':
      return { ...ids, pem: certificate };
    case 'me.change-password':
      return { ...ids, current: loginPassword, next: 'another-harbour-lantern-43' };
    case 'account.share':
    case 'account.preview-shares':
    case 'resource.share':
    case 'resource.preview-shares':
    case 'resource-group.share':
    case 'resource-group.preview-shares':
      return {
        ...ids,
        set: [{ to: { kind: 'user', id: ids['userId'] }, permission: 'view', from: null, until: null }],
        remove: [],
      };
    case 'schedule.set':
      return { ...ids, passwords: 'unique', password: undefined, ...toldOfSchedules };
    case 'schedule-template.save':
      return { ...ids, ...toldOfSchedules };
    case 'task.start':
      return {
        ...ids,
        call: 'resource.update',
        selection: { ids: [ids['resourceId']] },
        input: { location: 'Bergen' },
      };
    case 'run.start':
    case 'run.preview':
      return { ...ids, kind: 'verify', selection: { accountIds: [ids['accountId']] } };
    case 'view.create':
    case 'view.update':
      return { ...ids, userGroupId: null, query: { search: 'db' } };
    case 'import.check':
      return { ...ids, mapping: { resourceName: 0, username: 1 }, options: {} };
    case 'access.suppose':
      return {
        ...ids,
        action: 'account.reveal',
        objectId: ids['accountId'],
        changes: [{ do: 'transfer', on: { kind: 'resource', id: ids['resourceId'] }, toUserId: ids['userId'] }],
      };
    default:
      return ids;
  }
}

/** What an attacker may do after all, because it is about themselves or their own organisation. Nothing of ours may change all the same. */
function ownAffair(call: ACall, who: string): boolean {
  const { on } = policy[call.name as Action];
  const ofThemselves = on === 'self' && !call.path.includes(':');
  if (who === foreigner) return ofThemselves || (on === 'organisation' && call.name !== 'policy.generate');
  // Whoever is signed in may keep views, and start a task of their own: each of its items is decided by itself.
  return (
    who === nobody &&
    (ofThemselves ||
      [
        'policy.generate',
        'task.start',
        'run.start',
        'run.preview',
        'resource.preview-reset',
        'view.create',
        'schedule.preview',
        'account.count-consumers',
      ].includes(call.name))
  );
}

describe('every call that changes something', () => {
  it('is known to the policy, and an input for it can be made from the contract', () => {
    expect(changing.length).toBeGreaterThan(35);
    for (const call of changing) {
      expect(Object.keys(policy)).toContain(call.name);
      expect(w.endpoints.map((endpoint) => endpoint.call.name)).toContain(call.name);
    }
  });

  it.each(changing.map((call) => [call.name, call] as const))(
    '%s refuses whoever has no right, changes nothing, and records the refusal',
    async (_name, call) => {
      const lent = aboutRequests.test(call.name) ? await lentThings() : {};
      const ids = fitted(call, { ...(await objects()), ...lent });
      const input = inputFor(call, ids);
      const all = await attackers();
      const before = await stateOfOrganisation();
      const recorded = (await w.audit(call.name as Action)).length;
      const answers: [string, string][] = [];
      for (const { who, headers } of all) {
        const own = call.anonymous !== true && ownAffair(call, who);
        if (own && who === nobody) continue;
        const { status, body } = await send(call, input, headers);
        const code = body['code'];
        if (own) continue;
        expect([who, status >= 400 && status < 500, typeof code]).toEqual([who, true, 'string']);
        // Refused for who they are, not for what they sent.
        expect([who, code]).not.toEqual([who, 'input-invalid']);
        answers.push([who, String(code)]);
      }
      expect(await stateOfOrganisation()).toEqual(before);
      // Of whom nothing at all is known there is no organisation whose trail could tell.
      const rows = (await w.audit(call.name as Action)).slice(recorded);
      const refused = rows
        .filter((row) => row.outcome !== 'done' && !(row.actor_name === 'foreign' && ownAffair(call, foreigner)))
        .map((row) => `${row.outcome} ${row.details.code ?? ''}`);
      const known = answers.filter(([who]) => who !== unknownToken).map(([, code]) => `refused ${code}`);
      if (!call.anonymous) expect(refused).toEqual(known);
      // The same input from one who may is not refused for want of a right: what was shown above is not the input's fault.
      if (call.anonymous) return;
      const allowed = await send(call, input, boss.headers);
      expect([allowed.status < 300 || allowed.body['code'], allowed.status >= 500]).toEqual([
        allowed.status < 300 ||
          expect.stringMatching(/^(not-yourself|not-resettable|not-that-state|in-use|changed-meanwhile)$/),
        false,
      ]);
      if (call.name === 'setting.update') await w.sql('delete from strongroom.setting');
      if (call.name === 'identity.sign-out' || call.name === 'me.change-password') boss = await w.people.boss.session();
    },
  );

  it('sends nothing that a page of another site makes a browser send', async () => {
    const call = changing.find(({ name }) => name === 'resource.create');
    if (!call) throw new Error('no such call');
    const input = inputFor(call, await objects());
    for (const forged of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const { body } = await send(call, input, { ...boss.headers, ...forged });
      expect(body['code']).toBe('csrf-failed');
    }
    const { status } = await send(call, input, {
      ...boss.headers,
      'sec-fetch-site': 'same-origin',
      origin: `https://${base.host}:${base.port}`,
    });
    expect(status).toBe(200);
  });
});
