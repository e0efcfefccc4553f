import { calls, createResource } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputFor } from '../../test/contract-input.ts';
import { matrixFacts, matrixRoles, requestFacts, requestParts } from '../../test/matrix.ts';
import { world, type Person, type World } from '../../test/world.ts';
import { ladder, policy, refusal, type Action, type Facts, type Perform, type Relation } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { valuesFor } from '../../test/matrix-input.ts';

let w: World;
/** The server with every door, where work that was allowed is not done: what is left is the decision, as a client gets it. */
let app: FastifyInstance;
type Role = (typeof matrixRoles)[number];
type On = (typeof policy)[Action]['on'];
const byRole = new Map<Role, Person>();
const headers = new Map<Person, Record<string, string>>();
/** Objects by what everybody of the matrix holds on them; what one owns is owned by that one alone. */
const objects = new Map<string, string>();

beforeAll(async () => {
  w = await world();
  for (const role of matrixRoles) byRole.set(role, await w.add({ username: `matrix-${role}`, role }));
  for (const person of [...byRole.values(), w.people.boss, w.people.foreign])
    headers.set(person, (await person.session()).headers);
  const made = async (text: string, values: unknown[]): Promise<string> =>
    (await w.sql<{ id: string }>(`${text} returning id`, values))[0]?.id ?? '';
  let n = 90_000;
  const own = [...byRole].map(([role, person]) => [`owner ${role}`, person.id] as const);
  for (const [key, ownerId] of [
    ...ladder.filter((one) => one !== 'owner').map((one) => [one, w.people.keeper.id] as const),
    ...own,
  ]) {
    const { id: resource } = await w.invoke(createResource, await w.people.keeper.actor(), {
      name: `matrix ${key}`,
      type: 'Linux',
      dnsName: 'matrix.invalid',
      accounts: [{ username: 'root' }, { username: 'shared' }],
      reset: { settings: {} },
    });
    await w.sql('update strongroom.resource set owner_id = $2 where id = $1', [resource, ownerId]);
    const account = async (username: string): Promise<string> =>
      (
        await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1 and username = $2', [
          resource,
          username,
        ])
      )[0]?.id ?? '';
    objects.set(`resource ${key}`, resource);
    objects.set(`account ${key}`, await account('root'));
    objects.set(
      `resource-group ${key}`,
      await made(
        `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) values (gen_random_uuid(), $1, $2, $3, 'static', $4)`,
        [w.organisationId, ++n, `matrix ${key}`, ownerId],
      ),
    );
    const share = async (column: string, id: string, permission: string): Promise<void> => {
      for (const person of byRole.values())
        await w.sql(
          `insert into strongroom.share (id, organisation_id, ${column}, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, $4, 'x')`,
          [w.organisationId, id, person.id, permission],
        );
    };
    if (key === 'part') await share('account_id', await account('shared'), 'view');
    if (key === 'view' || key === 'modify' || key === 'manage') {
      await share('resource_id', resource, key);
      await share('group_id', objects.get(`resource-group ${key}`) ?? '', key);
    }
  }
  objects.set('user', w.people.nobody.id);
  const named = {
    'user-group': `insert into strongroom.user_group (id, organisation_id, number, name) values (gen_random_uuid(), $1, 1, 'matrix')`,
    'role': `insert into strongroom.custom_role (id, organisation_id, name, permissions) values (gen_random_uuid(), $1, 'matrix', '{}')`,
    'policy': `insert into strongroom.password_policy (id, organisation_id, name, min_length, max_length, mixed_case, digits, specials, special_characters, starts_with_letter, login_name_allowed, history_depth, max_age_days) values (gen_random_uuid(), $1, 'matrix', 8, 64, false, 0, 0, '', false, true, 0, 0)`,
    'field': `insert into strongroom.custom_field (id, organisation_id, belongs_to, slot, name, kind) values (gen_random_uuid(), $1, 'resource', 1, 'matrix', 'text')`,
    'tag': `insert into strongroom.tag (id, organisation_id, scope, name) values (gen_random_uuid(), $1, 'client', 'matrix')`,
    'tag-value': `insert into strongroom.tag_value (id, organisation_id, tag_id, value) select gen_random_uuid(), organisation_id, id, 'matrix' from strongroom.tag where organisation_id = $1`,
    'resource-type': `insert into strongroom.resource_type (id, organisation_id, name, attributes, account_label) values (gen_random_uuid(), $1, 'matrix', '{}', 'Account')`,
    'mail': `insert into strongroom.mail_outbox (id, organisation_id, to_address, subject, about, body) values (gen_random_uuid(), $1, 'matrix@example.com', 'x', 'x', 'x')`,
    'schedule-template': `insert into strongroom.schedule_template (id, organisation_id, name, body, created_by) values (gen_random_uuid(), $1, 'matrix', '{}', 'x')`,
    'listener': `insert into strongroom.listener (id, organisation_id, name, created_by_id, created_by) values (gen_random_uuid(), $1, 'matrix', gen_random_uuid(), 'x')`,
    'listener-run': `insert into strongroom.listener_run (id, organisation_id, listener_id) select gen_random_uuid(), organisation_id, id from strongroom.listener where organisation_id = $1`,
    'webhook': `insert into strongroom.webhook (id, organisation_id, name, url, events, outcomes, sealed, secret_version, created_by, changed_by) values (gen_random_uuid(), $1, 'matrix', 'https://matrix.invalid/', '{}', '{}', '\\x00', 1, 'x', 'x')`,
    'webhook-delivery': `insert into strongroom.webhook_delivery (id, organisation_id, webhook_id, place, action, body) select gen_random_uuid(), organisation_id, id, 1, 'x', '{}' from strongroom.webhook where organisation_id = $1`,
  }; // prettier-ignore
  for (const [kind, text] of Object.entries(named)) objects.set(kind, await made(text, [w.organisationId]));
  for (const [key, userId] of [['none', w.people.keeper.id] as const, ...own]) {
    const ofUser = {
      task: `insert into strongroom.task (id, organisation_id, user_id, kind, title, input) values (gen_random_uuid(), $1, $2, 'x', 'x', '{}')`,
      import: `insert into strongroom.import_run (id, organisation_id, user_id, kind, state, file_name) values (gen_random_uuid(), $1, $2, 'resource', 'uploaded', 'x')`,
      run: `insert into strongroom.reset_run (id, organisation_id, requested_by_id, kind, title, source, requested_by, total) values (gen_random_uuid(), $1, $2, 'verify', 'x', 'person', 'x', 0)`,
      view: `insert into strongroom.saved_view (id, organisation_id, user_id, list, name, query) values (gen_random_uuid(), $1, $2, 'resources', 'x', '{}')`,
    };
    for (const [kind, text] of Object.entries(ofUser))
      objects.set(`${kind} ${key}`, await made(text, [w.organisationId, userId]));
  }
  await requests(made);
  const deciding: Perform = (ask) =>
    w.perform(ask, () => Promise.reject(new Problem('not-that-state', { detail: allowedHere })));
  app = w.app({}, deciding);
}, 120_000);
afterAll(() => w.close());

/** Requests for access, by what each role has to do with them: those nobody of the matrix approves, and those they all do. */
async function requests(made: (text: string, values: unknown[]) => Promise<string>): Promise<void> {
  const ask = (accountId: string | undefined, who: Person): Promise<string> =>
    made(
      `insert into strongroom.access_request (id, organisation_id, account_id, account_name, resource_name, requester_id, requester, reason, approvals_needed,
        request_hours, exclusive_hours, reset_after, void_at) values (gen_random_uuid(), $1, $2, 'x', 'x', $3, 'x', 'x', 1, 24, 8, false, now() + interval '1 day')`,
      [w.organisationId, accountId, who.id],
    );
  // An account of its own, so that the control is in nobody's way elsewhere.
  const approved = await made(
    `insert into strongroom.account (id, organisation_id, number, resource_id, username) values (gen_random_uuid(), $1, 99999, $2, 'approved')`,
    [w.organisationId, objects.get('resource none')],
  );
  const control = await made(
    `insert into strongroom.access_control (id, organisation_id, account_id, changed_by) values (gen_random_uuid(), $1, $2, 'x')`,
    [w.organisationId, approved],
  );
  for (const person of byRole.values())
    await w.sql(
      `insert into strongroom.access_control_user (organisation_id, control_id, user_id, part) values ($1, $2, $3, 'approver')`,
      [w.organisationId, control, person.id],
    );
  const { keeper } = w.people;
  for (const [role, person] of byRole) {
    objects.set(`access-request asked ${role}`, await ask(objects.get('account none'), person));
    objects.set(`access-request asked and approves ${role}`, await ask(approved, person));
    objects.set(`access-request owns ${role}`, await ask(objects.get(`account owner ${role}`), keeper));
  }
  objects.set('access-request nothing', await ask(objects.get('account none'), keeper));
  objects.set('access-request sees', await ask(objects.get('account view'), keeper));
  objects.set('access-request manages', await ask(objects.get('account manage'), keeper));
  objects.set('access-request approves', await ask(approved, keeper));
}

const allowedHere = 'the decision was to allow';

const idField: Readonly<Record<string, string>> = {
  'resource': 'resourceId',
  'account': 'accountId',
  'resource-group': 'groupId',
  'user': 'userId',
  'user-group': 'userGroupId',
  'role': 'roleId',
  'policy': 'policyId',
  'field': 'fieldId',
  'tag': 'tagId',
  'tag-value': 'tagValueId',
  'resource-type': 'resourceTypeId',
  'task': 'taskId',
  'import': 'importId',
  'view': 'viewId',
  'run': 'runId',
  'mail': 'mailId',
  'schedule-template': 'scheduleTemplateId',
  'listener': 'listenerId',
  'listener-run': 'listenerRunId',
  'webhook': 'webhookId',
  'webhook-delivery': 'webhookDeliveryId',
  'access-request': 'requestId',
}; // prettier-ignore
const byHold = ['resource', 'account', 'resource-group'];
const byOwner = ['task', 'import', 'view', 'run'];

interface Case {
  readonly hold: string;
  readonly id: string | undefined;
  readonly facts: Facts;
}
/** What somebody with a role may have to do with a kind of object, with an object of each. */
function casesOf(on: On, role: Role): Case[] {
  const one = (key: string): string | undefined => objects.get(key) ?? objects.get(`${key} ${role}`);
  if (on === 'access-request')
    return requestParts.map((part) => {
      const id = one(`${on} ${part}`);
      if (id === undefined) throw new Error(`there is no request of which they are: ${part}`);
      return { hold: part, id, facts: requestFacts(role, false, part) };
    });
  const many = byHold.includes(on) || byOwner.includes(on);
  const holds: readonly Relation[] = byHold.includes(on)
    ? ladder.filter((rung) => on === 'resource' || rung !== 'part')
    : byOwner.includes(on)
      ? ['none', 'owner']
      : ['view'];
  return holds.map((hold) => ({
    hold,
    id: one(many ? `${on} ${hold}` : on),
    facts: matrixFacts(role, false, hold),
  }));
}

async function answer(call: (typeof calls)[number], who: Person, id: string | undefined): Promise<string> {
  const kind = idField[policy[call.name as Action].on];
  const input = inputFor(call, {
    ...valuesFor(call),
    ...(kind !== undefined && id !== undefined ? { [kind]: id } : {}),
  });
  const rest = { ...input };
  const path = call.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  const query = Object.entries(rest).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  const reply = await app.inject({
    method: call.method,
    url: `/api/v1${path}`,
    headers: headers.get(who) ?? {},
    ...(call.method === 'GET'
      ? { query: Object.fromEntries(query.map(([name, value]) => [name, String(value)])) }
      : call.method === 'DELETE'
        ? {}
        : { payload: rest }),
  });
  const body = reply.json<{ code?: string; detail?: string }>();
  return body.detail === allowedHere || reply.statusCode < 300 ? 'allowed' : (body.code ?? String(reply.statusCode));
}

/** Calls for strangers, and those that end the very session that asks. */
const asked = calls.filter(
  (call) => call.anonymous !== true && call.name !== 'identity.sign-out' && call.name !== 'audit.export',
);

describe('the matrix', () => {
  it.each(asked.map((call) => [call.name, call] as const))(
    'says of %s what the server answers to every role with every hold [SHR-04]',
    async (_, call) => {
      const action = call.name as Action;
      const { on } = policy[action];
      const decided = (facts: Facts): string => refusal(action, facts) ?? 'allowed';
      const expected = (role: Role, superAdministrator: boolean, relation: Relation): string =>
        decided(matrixFacts(role, superAdministrator, relation));
      for (const role of matrixRoles) {
        const person = byRole.get(role);
        if (!person) throw new Error('nobody has this role');
        for (const { hold, id, facts } of casesOf(on, role))
          expect([role, hold, await answer(call, person, id)]).toEqual([role, hold, decided(facts)]);
      }
      const anId = objects.get(on) ?? objects.get(`${on} none`) ?? objects.get(`${on} nothing`);
      const superHold =
        byHold.includes(on) || on === 'run' || on === 'access-request'
          ? 'owner'
          : byOwner.includes(on)
            ? 'none'
            : 'view';
      expect(['super', await answer(call, w.people.boss, anId)]).toEqual([
        'super',
        expected('administrator', true, superHold),
      ]);
      // To a super administrator of another organisation nothing of this one is there.
      if (on !== 'organisation' && on !== 'self')
        expect(['foreign', await answer(call, w.people.foreign, anId)]).toEqual([
          'foreign',
          expected('administrator', true, 'none'),
        ]);
    },
  );
});
