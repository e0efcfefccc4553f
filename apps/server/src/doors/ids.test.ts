import { calls } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputFor } from '../../test/contract-input.ts';
import { unknownId, valuesFor } from '../../test/matrix-input.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let app: FastifyInstance;
let headers: Record<string, string>;
/** Ids that the asker must not learn of: of another organisation, and of this one but not theirs. */
let hidden: { what: string; id: string }[];
let own: Record<string, string>;

/** One object of every kind, all of one owner. */
async function everything(owner: Person, name: string): Promise<Record<string, string>> {
  let n = owner.organisationId === w.organisationId ? 70_000 : 80_000;
  n += name.length * 100;
  const made = async (table: string, columns: string, values: unknown[]): Promise<string> => {
    const holes = values.map((_, i) => `$${i + 2}`).join(', ');
    const [row] = await w.sql<{ id: string }>(
      `insert into strongroom.${table} (id, organisation_id, ${columns}) values (gen_random_uuid(), $1, ${holes}) returning id`,
      [owner.organisationId, ...values],
    );
    return row?.id ?? '';
  };
  const resource = await made('resource', 'number, name, type, owner_id', [++n, name, 'Linux', owner.id]);
  const account = await made('account', 'number, resource_id, username', [++n, resource, 'root']);
  await w.sql(
    `insert into strongroom.secret (organisation_id, account_id, version, state, sealed, origin, changed_by) values ($1, $2, 1, 'current', '\\x00', 'created', 'x')`,
    [owner.organisationId, account],
  );
  const tag = await made('tag', 'scope, name', ['client', name]);
  const group = await made('resource_group', 'number, name, kind, owner_id', [++n, name, 'static', owner.id]);
  const when = JSON.stringify({ is: 'never' });
  const schedule = await made(
    'reset_schedule',
    'group_id, owner_id, at, time_zone, passwords, tell_before, tell_after',
    [...[group, owner.id, when, 'UTC', 'unique', '{}', '{}']],
  );
  const webhook = await made('webhook', 'name, url, events, outcomes, sealed, secret_version, created_by, changed_by', [
    ...[name, 'https://host.invalid/', ['account.reveal'], ['done'], Buffer.of(0), 1, 'x', 'x'],
  ]);
  return {
    resourceId: resource,
    accountId: account,
    groupId: group,
    consumerId: await made('account_consumer', 'account_id, name, kind', [account, name, 'service']),
    scheduleRunId: await made('reset_schedule_run', 'schedule_id, due_at, source, state, requested_by', [
      ...[schedule, new Date(), 'by-hand', 'done', 'x'],
    ]),
    userId: (await w.add({ username: `${name}.user` }, owner.organisationId)).id,
    userGroupId: await made('user_group', 'number, name', [++n, name]),
    roleId: await made('custom_role', 'name, permissions', [name, '{}']),
    fieldId: await made('custom_field', 'belongs_to, slot, name, kind', [
      'resource',
      owner.organisationId === w.organisationId ? name.length : 1,
      name,
      'text',
    ]),
    tagId: tag,
    tagValueId: await made('tag_value', 'tag_id, value', [tag, name]),
    resourceTypeId: await made('resource_type', 'name, attributes, account_label', [name, '{}', 'Account']),
    taskId: await made('task', 'user_id, kind, title, input', [owner.id, 'x', 'x', '{}']),
    runId: await made('reset_run', 'requested_by_id, kind, title, source, requested_by, total', [
      owner.id,
      'verify',
      'x',
      'person',
      'x',
      0,
    ]),
    mailId: await made('mail_outbox', 'to_address, subject, about, body', ['x@example.org', 'x', 'x', 'x']),
    importId: await made('import_run', 'user_id, kind, state, file_name', [owner.id, 'resource', 'uploaded', 'x']),
    requestId: await made(
      'access_request',
      'account_id, account_name, resource_name, requester_id, requester, reason, approvals_needed, request_hours, exclusive_hours, reset_after, void_at',
      [account, 'root', name, owner.id, 'x', 'x', 1, 24, 8, false, new Date(Date.now() + 86_400_000)],
    ),
    webhookId: webhook,
    webhookDeliveryId: await made('webhook_delivery', 'webhook_id, place, action, body', [webhook, 1, 'x', '{}']),
    viewId: await made('saved_view', 'user_id, list, name, query', [owner.id, 'resources', name, '{}']),
  };
}
/** What is hidden from an administrator of the same organisation. Users, groups of users, roles and the like are not. */
const heldKinds = [
  'resourceId',
  'accountId',
  'groupId',
  'consumerId',
  'scheduleRunId',
  'taskId',
  'importId',
  'viewId',
  'runId',
  'requestId',
];

beforeAll(async () => {
  w = await world();
  const owner = w.people.privileged;
  own = await everything(owner, 'asked');
  const unshared = await everything(w.people.keeper, 'unshared');
  const foreign = await everything(w.people.foreign, 'foreign');
  hidden = [
    ...Object.entries(unshared).filter(([kind]) => heldKinds.includes(kind)).map(([kind, id]) => ({ what: `unshared ${kind}`, id })),
    ...Object.entries(foreign).map(([kind, id]) => ({ what: `foreign ${kind}`, id })),
    { what: 'another organisation', id: w.otherOrganisationId },
  ]; // prettier-ignore
  app = w.app();
  headers = (await owner.session()).headers;
}, 120_000);
afterAll(() => w.close());

type Path = readonly (string | number)[];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Every place of an input that holds an id. */
function places(value: unknown, at: Path = []): Path[] {
  if (typeof value === 'string') return uuid.test(value) ? [at] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => places(one, [...at, name]));
}
function put(value: unknown, [first, ...rest]: Path, id: string): unknown {
  if (first === undefined) return id;
  if (Array.isArray(value)) return value.map((one: unknown, i) => (String(i) === first ? put(one, rest, id) : one));
  const object = value as Record<string, unknown>;
  return { ...object, [first]: put(object[first], rest, id) };
}

async function send(call: (typeof calls)[number], input: Record<string, unknown>): Promise<string> {
  const rest = { ...input };
  const path = call.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  const plain = Object.entries(rest).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  const reply = await app.inject({
    method: call.method,
    url: `/api/v1${path}`,
    headers,
    ...(call.method === 'GET'
      ? { query: Object.fromEntries(plain.map(([name, value]) => [name, String(value)])) }
      : {}),
    ...(call.method === 'GET' || call.method === 'DELETE' ? {} : { payload: rest }),
  });
  const { requestId: _, ...body } = reply.json<Record<string, unknown>>();
  // A task is a new one each time it is asked for; what its items may not touch they say when their turn comes.
  if (call.name === 'task.start' || call.name === 'run.start')
    Object.assign(body, { id: '', createdAt: '', startedAt: '' });
  return `${reply.statusCode} ${JSON.stringify(body)}`;
}

/** Asked by whoever may see what others reach: to them, and to them alone, objects of their own organisation are no secret. */
const forAuditors = /^access\./;
const asked = calls.filter(
  (call) => call.anonymous !== true && !['audit.export', 'identity.sign-out', 'me.revoke-session'].includes(call.name),
);

describe('ids', () => {
  it.each(asked.map((call) => [call.name, call] as const))(
    'of what is not one’s to know are, to %s, no other than ids of nothing [SHR-04]',
    async (_, call) => {
      const input = inputFor(call, {
        ...own,
        ownerId: own['userId'],
        toUserId: w.people.admin.id,
        objectId: own['accountId'],
        ...valuesFor(call),
      });
      for (const place of places(input)) {
        const nothing = await send(call, put(input, place, unknownId) as Record<string, unknown>);
        for (const { what, id } of hidden) {
          if (forAuditors.test(call.name) && what.startsWith('unshared')) continue;
          const said = await send(call, put(input, place, id) as Record<string, unknown>);
          // Whoever sends an id may be told that very id again.
          expect([place.join('.'), what, said.replaceAll(id, unknownId)]).toEqual([place.join('.'), what, nothing]);
        }
      }
    },
  );
});
