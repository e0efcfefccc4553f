import {
  addTrustedCertificates,
  changePassword,
  checkIn,
  checkOut,
  checkTicket,
  controlAccount,
  createField,
  createResource,
  listAccounts,
  listAudit,
  readMe,
  readTicketing,
  removeTicketing,
  requestAccount,
  revealAccount,
  rotateAccount,
  setTicketing,
  shareResource,
  testTicketing,
  type ResourceId,
} from '@strongroom/contract';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signsIn, startTicketing, type Ticket, type TicketingPeer } from '../../../../test/peers/ticketing/systems.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
let peer: TicketingPeer;
let accountId: never;
let resourceId: ResourceId;

type Input = z.input<typeof setTicketing.input>;
const ticket = (id: string, more: Partial<Ticket> = {}): Ticket => ({
  ...{ id, state: 'In Progress', subject: 'Reboot db-1', priority: 'High', asset: 'A-7' },
  ...{ requester: { name: 'The keeper', email: 'keeper@example.org' } },
  ...more,
});
const basics = (): Input => ({
  ...{ on: true, system: 'jira', url: peer.address, username: signsIn.username, secret: signsIn.password },
});
async function set(more: Partial<Input> = {}): Promise<void> {
  const { ticketing } = await w.invoke(readTicketing, admin, {});
  const version = ticketing === null ? {} : { version: ticketing.version };
  await w.invoke(setTicketing, admin, { ...basics(), ...version, ...more });
}
const reveal = (given?: string, actor = keeper, more = {}) =>
  w.invoke(revealAccount, actor, { accountId, ...(given === undefined ? {} : { ticket: given }), ...more });
const refusedFor = (code: string, detail?: string) =>
  expect.objectContaining({ code, ...(detail === undefined ? {} : { detail }) }) as object;

beforeAll(async () => {
  w = await world();
  [keeper, admin] = [await w.people.keeper.actor(), await w.people.admin.actor()];
  peer = await startTicketing('jira', [
    ...[ticket('OPS-1'), ticket('OPS-2', { state: 'Done' }), ticket('OPS-3', { priority: 'Low' })],
    ...[ticket('OPS-4', { requester: { name: 'Somebody', email: 'else@example.org' } })],
    ticket('OPS-5', { asset: 'A-8' }),
  ]);
  await w.invoke(addTrustedCertificates, admin, { pem: peer.authority });
  const field = await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Asset tag', kind: 'text' });
  const made = await w.invoke(createResource, keeper, {
    ...{ name: 'db-1', type: 'Linux', dnsName: 'db-1.example.org', department: 'Data', location: 'Bern' },
    fields: { [field.id]: 'A-7' },
    accounts: [{ username: 'root', password: 'Starting-Point-11-!!' }],
  });
  resourceId = made.id;
  accountId = (await w.invoke(listAccounts, keeper, { resourceId })).items[0]?.id as never;
});
afterAll(async () => {
  await w.close();
  await peer.stop();
});
beforeEach(async () => {
  peer.mood.answers = 'well';
  await w.sql('delete from strongroom.ticket_check');
});

describe('a ticket', () => {
  it('must exist, be open, and fit columns of ours and conditions by all operators and an expression [TKT-02]', async () => {
    await set();
    await expect(reveal()).rejects.toEqual(refusedFor('ticket-required'));
    await expect(reveal('OPS-9')).rejects.toEqual(refusedFor('ticket-refused', 'There is no such ticket.'));
    const closed = refusedFor('ticket-refused', 'It is closed.');
    await expect(reveal('OPS-2')).rejects.toEqual(closed);
    // At once again: nobody is asked anew, and the reason is told all the same.
    const asked = peer.asked.length;
    await expect(reveal('OPS-2')).rejects.toEqual(closed);
    expect(peer.asked.length).toBe(asked);
    expect((await reveal('OPS-1')).password).toBe('Starting-Point-11-!!');
    await set({
      mapping: [
        { field: 'reporter.emailAddress', operator: 'EQUAL', column: 'email' },
        { field: 'reporter.displayName', operator: 'EQUAL', column: 'full-name' },
        { field: 'reporter.displayName', operator: 'CONTAINS', column: 'user' },
        { field: 'summary', operator: 'ENDS_WITH', column: 'resource' },
        { field: 'labels', operator: 'CONTAINS', column: 'account' },
        { field: 'Asset', operator: 'EQUAL', column: 'Resource@Asset tag' },
        { field: 'summary', operator: 'NOT_EQUAL', column: 'type' },
        { field: 'summary', operator: 'NOT_CONTAINS', column: 'dns-name' },
        { field: 'summary', operator: 'NOT_CONTAINS', column: 'department' },
        { field: 'summary', operator: 'NOT_CONTAINS', column: 'location' },
        { field: 'labels', operator: 'NOT_EQUAL', column: 'request-type' },
      ],
      mappingExpression: 'C1 and C2 and C3 and C4 and C5 and C6 and C7 and C8 and C9 and C10 and not (not C11)',
    });
    expect((await reveal('OPS-1')).version).toBe(1);
    const misfit = refusedFor('ticket-refused', 'It is not for you, or not for this.');
    await expect(reveal('OPS-4')).rejects.toEqual(misfit);
    await expect(reveal('OPS-5')).rejects.toEqual(misfit);
    await set({
      conditions: [
        { field: 'priority.name', operator: 'EQUAL', value: 'high' },
        { field: 'status.name', operator: 'NOT_EQUAL', value: 'On hold' },
        { field: 'labels', operator: 'CONTAINS', value: 'access' },
        { field: 'labels', operator: 'NOT_CONTAINS', value: 'draft' },
        { field: 'key', operator: 'STARTS_WITH', value: 'OPS-' },
        { field: 'reporter.emailAddress', operator: 'ENDS_WITH', value: '@example.org' },
        { field: 'created', operator: 'LESS_THAN', value: '2026-11-28' },
        { field: 'created', operator: 'LESS_THAN_EQUAL', value: '2026-11-27T09:00:00Z' },
        { field: 'created', operator: 'GREATER_THAN', value: '2026-11-26' },
        { field: 'created', operator: 'GREATER_THAN_EQUAL', value: '2026-11-27T09:00:00Z' },
        { field: 'no such field', operator: 'NOT_EQUAL', value: 'x' },
      ],
      conditionsExpression: '(C1 or C11) and C2 and C3 and C4 and C5 and C6 and C7 and C8 and C9 and C10',
    });
    expect((await reveal('OPS-1')).version).toBe(1);
    await expect(reveal('OPS-3')).rejects.toEqual(
      refusedFor('ticket-refused', 'It is not as the organisation asks tickets to be.'),
    );
  });

  it('is checked for the one use it is given for, at most once a minute, and never for whoever has no right', async () => {
    await set();
    const asked = peer.asked.length;
    await reveal('OPS-1');
    await reveal('OPS-1');
    expect(peer.asked).toHaveLength(asked + 1);
    await expect(
      w.invoke(changePassword, keeper, { accountId, password: 'Quiet-Harbour-22-!!', ticket: 'OPS-2' }),
    ).rejects.toEqual(refusedFor('ticket-refused'));
    await w.invoke(changePassword, keeper, { accountId, password: 'Quiet-Harbour-22-!!', ticket: 'OPS-1' });
    expect(peer.asked).toHaveLength(asked + 3);
    const nobody = await w.people.nobody.actor();
    await expect(reveal('OPS-1', nobody)).rejects.toEqual(refusedFor('not-found'));
    expect(peer.asked).toHaveLength(asked + 3);
    // What was found for one person is nobody else's, and what was found by other settings is nothing.
    await w.sql(
      `insert into strongroom.share (id, organisation_id, account_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'keeper')`,
      ['01990000-0000-7000-8000-0000000000bb', w.organisationId, accountId, nobody.userId],
    );
    await reveal('OPS-1', nobody);
    expect(peer.asked).toHaveLength(asked + 4);
    await set({ conditions: [{ field: 'priority.name', operator: 'EQUAL', value: 'none' }] });
    await expect(reveal('OPS-1')).rejects.toEqual(refusedFor('ticket-refused'));
    expect(peer.asked).toHaveLength(asked + 5);
  });

  it('is asked for by setting and user group, not of super administrators; each use names it in the trail, with what was found', async () => {
    await set({ asks: ['reset'] });
    await reveal();
    await expect(w.invoke(rotateAccount, keeper, { accountId })).rejects.toEqual(refusedFor('ticket-required'));
    // Whoever signs in is told beforehand, so that dialogs ask at once and for nothing else.
    const told = async (actor: Actor) => (await w.invoke(readMe, actor, {})).preferences;
    expect(await told(keeper)).toMatchObject({ ticketToReveal: false, ticketToRequest: false });
    await set({ asks: ['request'] });
    expect(await told(keeper)).toMatchObject({ ticketToReveal: false, ticketToRequest: true });
    await set({ asks: ['retrieval'] });
    expect(await told(keeper)).toMatchObject({ ticketToReveal: true, ticketToRequest: false });
    expect(await told(await w.people.boss.actor())).toMatchObject({ ticketToReveal: false });
    await reveal(undefined, await w.people.boss.actor());
    await w.sql(
      `insert into strongroom.user_group (id, organisation_id, number, name, ticket_exempt) values ($1, $2, 900, 'exempt', true)`,
      ['01990000-0000-7000-8000-0000000000aa', w.organisationId],
    );
    const join = `insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, '01990000-0000-7000-8000-0000000000aa', $2)`;
    await w.sql(join, [w.organisationId, keeper.userId]);
    await reveal();
    await w.sql('delete from strongroom.user_group_member');
    await expect(reveal()).rejects.toEqual(refusedFor('ticket-required'));
    await reveal('OPS-1');
    const [use, settled] = [(await w.audit('account.reveal')).at(-1), (await w.audit('ticket.settle')).at(-1)];
    expect(use).toMatchObject({ ticket: 'OPS-1', outcome: 'done', details: { 'ticket was': 'allowed' } });
    expect(settled).toMatchObject({
      ticket: 'OPS-1',
      object_id: accountId,
      details: { for: 'keeper', verdict: 'allowed', use: 'retrieval' },
    });
    await expect(reveal('OPS-2')).rejects.toEqual(refusedFor('ticket-refused'));
    expect((await w.audit('account.reveal')).at(-1)).toMatchObject({
      ticket: 'OPS-2',
      outcome: 'refused',
      details: { code: 'ticket-refused' },
    });
    expect((await w.audit('ticket.settle')).at(-1)).toMatchObject({
      details: { verdict: 'refused', why: 'It is closed.' },
    });
  });

  it('that a silent system cannot be asked about holds up nobody beyond the time limit, and no connection of the database', async () => {
    await set({ timeLimitSeconds: 1 });
    peer.mood.answers = 'never';
    const began = performance.now();
    const all = Promise.allSettled(Array.from({ length: 8 }, (_, i) => reveal(`OPS-${i + 10}`)));
    // The world's pool has eight connections, and as many uses wait: the database answers all the same.
    await w.invoke(readTicketing, admin, {});
    expect(performance.now() - began).toBeLessThan(950);
    for (const one of await all) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ticket-unchecked' } });
    }
    expect(performance.now() - began).toBeLessThan(3000);
    expect((await w.audit('ticket.settle')).at(-1)?.details).toMatchObject({ verdict: 'no answer' });
    // Paused: no wait at all; and where the organisation lets people go on, the trail says what it was.
    await expect(reveal('OPS-1')).rejects.toEqual(refusedFor('ticket-unchecked'));
    await set({ timeLimitSeconds: 1, whenDown: 'allow' });
    await reveal('OPS-1');
    expect((await w.audit('account.reveal')).at(-1)?.details).toMatchObject({ 'ticket was': 'allowed-unchecked' });
  });
});

describe('a ticket by itself', () => {
  const check = (given: string, actor = keeper) => w.invoke(checkTicket, actor, { accountId, ticket: given });

  it('is checked as a reveal checks it, which then need not ask again; nothing is opened, and the trail has it', async () => {
    await set({ mapping: [{ field: 'labels', operator: 'NOT_EQUAL', column: 'request-type' }] });
    const [asked, opened] = [peer.asked.length, (await w.audit('account.reveal')).length];
    expect(await check('OPS-1')).toEqual({ good: true, why: null });
    expect(await check('OPS-2')).toEqual({ good: false, why: 'It is closed.' });
    expect(await check('OPS-9')).toEqual({ good: false, why: 'There is no such ticket.' });
    expect(peer.asked).toHaveLength(asked + 3);
    expect(await w.audit('account.reveal')).toHaveLength(opened);
    expect((await w.audit('account.check-ticket')).slice(-3)).toMatchObject([
      { ticket: 'OPS-1', outcome: 'done', actor_name: 'keeper', details: { 'ticket was': 'allowed' } },
      { ticket: 'OPS-2', outcome: 'refused', details: { code: 'ticket-refused' } },
      { ticket: 'OPS-9', outcome: 'refused', object_id: accountId },
    ]);
    await reveal('OPS-1');
    expect(peer.asked).toHaveLength(asked + 3);
    // Whoever does not see the account learns nothing, of it or of the ticket.
    await expect(check('OPS-1', await w.people.auditor.actor())).rejects.toEqual(refusedFor('not-found'));
    // Of whom none is asked, any is good.
    expect(await check('OPS-9', await w.people.boss.actor())).toEqual({ good: true, why: null });
    await set({ asks: ['reset'] });
    expect(await check('OPS-9')).toEqual({ good: true, why: null });
    expect(peer.asked).toHaveLength(asked + 3);
  });

  it('that nobody could look at is neither good nor bad, unless the organisation lets people go on', async () => {
    await set();
    peer.mood.answers = 'error';
    await expect(check('OPS-1')).rejects.toEqual(refusedFor('ticket-unchecked'));
    await set({ whenDown: 'allow' });
    expect(await check('OPS-1')).toEqual({
      good: true,
      why: expect.stringMatching(/^It could not be checked/) as string,
    });
  });

  it('can be asked about through the reference door, which tells beforehand that one is asked for', async () => {
    await set({ asks: ['retrieval', 'request'] });
    const [found] = await w.sql<{ account: number; resource: number }>(
      `select a.number as account, r.number as resource from strongroom.account a join strongroom.resource r on r.id = a.resource_id where a.id = $1`,
      [accountId],
    );
    const token = (await w.people.keeper.token(['read'])).text;
    const app = w.app();
    const send = async (path: string, authtoken = token): Promise<{ result: object; Details?: object }> => {
      const answer = await app.inject({ method: 'GET', url: `/restapi/json/v1/${path}`, headers: { authtoken } });
      return answer.json<{ operation: { result: object } }>().operation;
    };
    const validate = `accounts/${found?.account}/validateHelpDeskID`;
    expect(await send(`${validate}?REASON=disk+is+full&TICKETID=OPS-1`)).toEqual({
      name: 'VALIDATE_HELPDESKID',
      result: { status: 'Success', message: 'Ticket ID validated successfully' },
    });
    expect((await w.audit('account.check-ticket')).at(-1)).toMatchObject({ reason: 'disk is full', ticket: 'OPS-1' });
    expect((await send(`${validate}?TICKETID=OPS-2`)).result).toEqual({ status: 'Failed', message: 'It is closed.' });
    expect((await send('accounts/999999/validateHelpDeskID?TICKETID=OPS-1')).result).toEqual({
      status: 'Failed',
      message: 'No such account found',
    });
    const list = `resources/${found?.resource}/accounts`;
    const flags = (is: 'true' | 'false') => ({
      'ACCOUNT LIST': [{ IS_TICKETID_REQD: is, IS_TICKETID_REQD_MANDATORY: is, IS_TICKETID_REQD_ACW: is }],
    });
    expect((await send(list)).Details).toMatchObject(flags('true'));
    expect((await send(list, (await w.people.boss.token(['read'])).text)).Details).toMatchObject(flags('false'));
    await set({ asks: ['reset'] });
    expect((await send(list)).Details).toMatchObject(flags('false'));
  });
});

describe('a good ticket', () => {
  it('takes the place of the approvers where that is set; a bad or an unchecked one never does, and the trail finds each use by it', async () => {
    const [user, owner] = [w.people.nobody, keeper];
    const made = await w.invoke(createResource, owner, {
      ...{ name: 'db-2', type: 'Linux', accounts: [{ username: 'root', password: 'Starting-Point-12-!!' }] },
    });
    const id = (await w.invoke(listAccounts, owner, { resourceId: made.id })).items[0]?.id as never;
    await w.invoke(shareResource, owner, {
      resourceId: made.id,
      set: [{ to: { kind: 'user', id: user.id as never }, permission: 'view' }],
    });
    const approvers = { approverIds: [w.people.privileged.id as never], excludedIds: [] };
    const control = (ticketApproves: boolean) =>
      w.invoke(controlAccount, owner, { accountId: id, control: { ...approvers, ticketApproves } });
    const actor = await user.actor();
    const ask = (given: string) => w.invoke(requestAccount, actor, { accountId: id, reason: 'disk', ticket: given });
    await control(true);
    await set();
    await expect(ask('OPS-2')).rejects.toEqual(refusedFor('ticket-refused', 'It is closed.'));
    await expect(w.invoke(revealAccount, actor, { accountId: id, ticket: 'OPS-1' })).rejects.toEqual(
      refusedFor('approval-required'),
    );
    expect(await ask('OPS-1')).toMatchObject({ state: 'approved', ticket: 'OPS-1' });
    await w.invoke(checkOut, actor, { accountId: id, ticket: 'OPS-1' });
    expect((await w.invoke(revealAccount, actor, { accountId: id, ticket: 'OPS-1' })).password).toBe(
      'Starting-Point-12-!!',
    );
    await w.invoke(checkIn, actor, { accountId: id });
    const { items } = await w.invoke(listAudit, await w.people.boss.actor(), { objectId: id, search: 'OPS-1' });
    const found = items.map(({ action }) => action);
    for (const use of ['account.request', 'account.check-out', 'account.reveal', 'ticket.settle'])
      expect(found).toContain(use);
    expect(new Set(items.map((event) => event.ticket))).toEqual(new Set(['OPS-1']));
    await set({ whenDown: 'allow', timeLimitSeconds: 1 });
    peer.mood.answers = 'error';
    expect(await ask('OPS-3')).toMatchObject({ state: 'waiting' });
    expect((await w.audit('account.request')).at(-1)?.details).toMatchObject({ 'ticket was': 'allowed-unchecked' });
  });
});

describe('the settings', () => {
  it('are tested with a real ticket, whose fields are shown; on paths of their own nothing is told', async () => {
    await set({ conditions: [{ field: 'priority.name', operator: 'EQUAL', value: 'high' }] });
    const tested = await w.invoke(testTicketing, admin, { ticket: 'OPS-1' });
    expect(tested).toMatchObject({ is: 'open', conditions: [{ name: 'C1', holds: true }], conditionsHold: true });
    expect(tested.fields).toContainEqual({ name: 'Asset', value: 'A-7' });
    expect(await w.invoke(testTicketing, admin, { ticket: 'OPS-9' })).toMatchObject({ is: 'not-found', fields: [] });
    await expect(w.invoke(testTicketing, keeper, { ticket: 'OPS-1' })).rejects.toEqual(refusedFor('not-your-role'));
    expect((await w.invoke(readTicketing, admin, {})).fieldColumns).toEqual(['Resource@Asset tag']);
  });

  it('never give out what signs in, and keep it for the system and name it was stored for only', async () => {
    await set();
    const shown = JSON.stringify(await w.invoke(readTicketing, admin, {}));
    expect(shown).not.toContain(signsIn.password);
    expect(shown).toContain('"credentialStored":true');
    await set({ secret: '' });
    expect((await w.invoke(testTicketing, admin, { ticket: 'OPS-1' })).is).toBe('open');
    for (const change of [{ url: 'https://elsewhere.example' }, { username: 'other' }, { system: 'zendesk' as const }])
      await expect(set({ secret: '', ...change })).rejects.toEqual(refusedFor('input-invalid'));
    await set({ secret: '', on: false, url: 'https://elsewhere.example' });
    expect((await w.invoke(readTicketing, admin, {})).ticketing).toMatchObject({ credentialStored: false, on: false });
    await reveal();
    await expect(set({ conditionsExpression: 'C1' })).rejects.toEqual(refusedFor('input-invalid'));
    await expect(w.invoke(setTicketing, admin, basics())).rejects.toEqual(refusedFor('changed-meanwhile'));
    expect(JSON.stringify(await w.audit('ticketing.update'))).not.toContain(signsIn.password);
    await w.invoke(removeTicketing, admin, {});
    expect((await w.invoke(readTicketing, admin, {})).ticketing).toBeNull();
  });
});
