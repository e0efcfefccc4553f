import {
  addTicketingModule,
  addTrustedCertificates,
  approveTicketingModule,
  createResource,
  listAccounts,
  listApprovals,
  readTicketing,
  readTicketingModuleFile,
  readTicketingModules,
  refuseTicketingModule,
  removeTicketing,
  revealAccount,
  setTicketing,
  testTicketing,
  updateSettings,
} from '@strongroom/contract';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signsIn, startTicketing, type TicketingPeer } from '../../../../../test/peers/ticketing/systems.ts';
import { world, type World } from '../../../test/world.ts';
import type { Actor } from '../../authorise/index.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
let second: Actor;
let peer: TicketingPeer;
let accountId: never;

beforeAll(async () => {
  w = await world();
  [keeper, admin] = [await w.people.keeper.actor(), await w.people.admin.actor()];
  second = await w.people.privileged.actor();
  const by = {
    state: 'open',
    requester: { name: 'The keeper', email: 'keeper@example.org' },
    priority: 'high',
    asset: 'A-7',
  };
  peer = await startTicketing('zendesk', [
    { ...by, id: '11', subject: 'Reboot db-1' },
    { ...by, id: '12', subject: 'Reboot db-1', state: 'closed' },
    { ...by, id: '13', subject: 'Another machine' },
  ]);
  await w.invoke(addTrustedCertificates, admin, { pem: peer.authority });
  const made = await w.invoke(createResource, keeper, {
    ...{ name: 'db-1', type: 'Linux', accounts: [{ username: 'root', password: 'Starting-Point-11-!!' }] },
  });
  accountId = (await w.invoke(listAccounts, keeper, { resourceId: made.id })).items[0]?.id as never;
});
afterAll(async () => {
  await w.close();
  await peer.stop();
});
beforeEach(async () => {
  await w.sql('delete from strongroom.ticketing');
  await w.sql('delete from strongroom.ticketing_module');
  await w.sql('delete from strongroom.ticket_check');
});

/** What an administrator might write: asks, and looks by itself whether the ticket names the resource. */
const zendesk = `
export default async ({ ticket, url, username, secret, use }) => {
  console.log('asking for', ticket);
  const authorization = 'Basic ' + Buffer.from(username + '/token:' + secret).toString('base64');
  const answer = await fetch(url + '/api/v2/tickets/' + encodeURIComponent(ticket) + '.json', { headers: { authorization } });
  if (answer.status === 404) return { exists: false };
  if (!answer.ok) throw new Error('status ' + answer.status);
  const found = (await answer.json()).ticket;
  const fits = use === null || found.subject.includes(use.resource);
  return { exists: true, closed: found.status === 'closed', state: found.status, fields: found, fits, why: 'It is about another machine.' };
};`;
const file = (text: string, name = 'own.mjs') => ({ name, base64: Buffer.from(text).toString('base64') });
const modules = (actor = admin) => w.invoke(readTicketingModules, actor, {});
async function add(text: string, actor = admin): Promise<string> {
  const newest = (await modules()).versions[0]?.version ?? 0;
  const { versions } = await w.invoke(addTicketingModule, actor, { file: file(text), newest });
  return versions[0]?.hash ?? '';
}
const approve = (hash: string, actor = second) => w.invoke(approveTicketingModule, actor, { hash });
async function set(more: Partial<z.input<typeof setTicketing.input>> = {}): Promise<void> {
  const { ticketing } = await w.invoke(readTicketing, admin, {});
  await w.invoke(setTicketing, admin, {
    ...{ on: true, system: 'other', url: peer.address, username: signsIn.username, secret: signsIn.password },
    ...(ticketing === null ? {} : { version: ticketing.version }),
    ...more,
  });
}
async function running(text: string, more: Parameters<typeof set>[0] = {}): Promise<void> {
  await approve(await add(text));
  await set(more);
}
const reveal = (ticket: string) => w.invoke(revealAccount, keeper, { accountId, ticket });
const refused = (code: string, detail?: string) =>
  expect.objectContaining({ code, ...(detail === undefined ? {} : { detail }) }) as object;

describe('a ticketing system of one’s own', () => {
  it('is asked by a module that a second administrator approved: good, closed, missing and unfitting tickets [TKT-03]', async () => {
    await running(zendesk);
    expect((await reveal('11')).password).toBe('Starting-Point-11-!!');
    await expect(reveal('12')).rejects.toEqual(refused('ticket-refused', 'It is closed.'));
    await expect(reveal('13')).rejects.toEqual(refused('ticket-refused', 'It is about another machine.'));
    await expect(reveal('99')).rejects.toEqual(refused('ticket-refused', 'There is no such ticket.'));
    // The organisation's rules hold beside its own.
    await set({ secret: '', conditions: [{ field: 'priority', operator: 'EQUAL', value: 'low' }] });
    await expect(reveal('11')).rejects.toEqual(refused('ticket-refused'));
    const settled = await w.audit('ticket.settle');
    expect(settled.at(-1)?.details).toMatchObject({ system: 'other', module: '1', verdict: 'refused' });
    const tested = await w.invoke(testTicketing, admin, { ticket: '13' });
    expect(tested).toMatchObject({ is: 'open', why: null, conditions: [{ name: 'C1', holds: false }] });
    expect(tested.fields).toContainEqual({ name: 'subject', value: 'Another machine' });
    expect((await w.audit('ticketing.test')).at(-1)?.details).toMatchObject({ system: 'other', module: '1' });
  });

  it('asks nobody before it is approved, and never by its author; an edit waits while the approved one runs on [TKT-03]', async () => {
    await expect(set()).rejects.toEqual(refused('input-invalid'));
    const first = await add(zendesk);
    await expect(set()).rejects.toEqual(refused('input-invalid'));
    await expect(approve(first, admin)).rejects.toEqual(refused('not-yourself'));
    await expect(approve('0'.repeat(64))).rejects.toEqual(refused('changed-meanwhile'));
    await approve(first);
    await set();
    await reveal('11');
    const edit = await add('export default () => ({ exists: false });');
    expect(await modules(second)).toMatchObject({
      runs: 1,
      mayDecide: true,
      versions: [{ state: 'waiting' }, { state: 'approved' }],
    });
    await w.sql('delete from strongroom.ticket_check');
    await reveal('11');
    await w.invoke(refuseTicketingModule, second, { hash: edit, why: 'it knows no ticket' });
    expect((await modules()).versions[0]).toMatchObject({
      state: 'refused',
      why: 'it knows no ticket',
      decidedBy: 'privileged',
    });
    await expect(approve(edit)).rejects.toEqual(refused('not-that-state'));
    // Whoever made part of what waits decides none of it.
    await add('export default () => ({ exists: false });', second);
    const third = await add('export default () => ({ exists: true, closed: false });');
    await expect(approve(third)).rejects.toEqual(refused('not-yourself'));
    expect((await modules()).versions.map(({ state }) => state)).toEqual([
      'waiting',
      'replaced',
      'refused',
      'approved',
    ]);
    await approve(third, await w.people.boss.actor());
    expect((await reveal('nothing was asked')).version).toBe(1);
  });

  it('waits under Approvals beside listeners, with a mail to those who may decide, and is read before', async () => {
    await w.invoke(updateSettings, await w.people.boss.actor(), {
      mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
    });
    await w.sql('delete from strongroom.mail_outbox');
    await add(zendesk);
    const mails = await w.sql<{ to: string; subject: string }>(
      'select to_address as to, subject from strongroom.mail_outbox order by 1',
    );
    expect(mails.map(({ to }) => to)).toEqual(['boss@example.org', 'privileged@example.org']);
    expect(mails[0]?.subject).toBe('A ticketing module waits for your approval');
    const { items, mine } = await w.invoke(listApprovals, second, {});
    expect([items, mine]).toEqual([
      [
        expect.objectContaining({
          kind: 'ticketing-module',
          name: 'own.mjs',
          version: 1,
          edit: false,
          mayDecide: true,
        }),
      ],
      1,
    ]);
    expect((await w.invoke(listApprovals, admin, {})).mine).toBe(0);
    const read = await w.invoke(readTicketingModuleFile, second, { moduleVersion: 1 });
    expect(Buffer.from(read.base64, 'base64').toString()).toBe(zendesk);
    expect((await w.audit('ticketing.read-module-file')).at(-1)?.details).toMatchObject({
      version: '1',
      file: 'own.mjs',
    });
    await expect(modules(await w.people.foreign.actor())).resolves.toMatchObject({ versions: [] });
    const token = await w.people.boss.token(['read', 'passwords', 'manage', 'administer']);
    const hash = (await modules()).versions[0]?.hash ?? '';
    await expect(approve(hash, token.actor)).rejects.toEqual(refused('scope-missing'));
    await expect(modules(keeper)).rejects.toEqual(refused('not-your-role'));
  });
});

describe('a module', () => {
  it.each<[string, string, string]>([
    ['spins', 'export default () => { for (;;); };', 'The ticketing module did not answer within the time limit.'],
    ['never answers', 'export default () => new Promise((done) => setTimeout(done, 60_000));', 'The ticketing module did not answer within the time limit.'],
    ['throws', `export default () => { throw new Error('TECH-KEY-11'); };`, 'The ticketing module ended with code 1.'],
    ['gathers memory', 'export default () => { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); };', 'The ticketing module ended with a signal.'],
    ['writes without end', `export default () => { process.stdout.write('x'.repeat(200_000)); return { exists: true, closed: false }; };`, 'The ticketing module wrote more than 128 KiB.'],
    ['is no function', 'export default 7;', 'The ticketing module has no default export that is a function.'],
    ['says something else', `export default () => ({ exists: 'yes', closed: false });`, 'The ticketing module answered something that is no ticket.'],
    ['leaves out whether it is closed', 'export default () => ({ exists: true });', 'The ticketing module answered something that is no ticket.'],
    ['ends itself', 'process.exit(0);', 'The ticketing module answered something that is no ticket.'],
    ['is no program', 'this is { no module', 'The ticketing module ended with code 1.'],
  ])('that %s lets nobody through, and holds nobody longer than the time limit', async (_what, text, why) => {
    // Only those that would never end wait for it: a busy machine gives the others time to end by themselves.
    await running(text, { timeLimitSeconds: why.includes('time limit') ? 2 : 20 });
    const began = performance.now();
    await expect(reveal('11')).rejects.toEqual(refused('ticket-unchecked', why));
    expect(performance.now() - began).toBeLessThan(25_000);
    expect(JSON.stringify(await w.audit('ticket.settle'))).not.toContain('TECH-KEY-11');
  }); // prettier-ignore

  it('reads no file, starts no program and finds no variable of the server', async () => {
    await running(`
      import { readFileSync } from 'node:fs';
      import { spawnSync } from 'node:child_process';
      import { Worker } from 'node:worker_threads';
      const tried = (what) => { try { return String(what() ?? ''); } catch (error) { return error.code; } };
      export default () => ({ exists: true, closed: false, fields: {
        file: tried(() => readFileSync('/etc/passwd', 'utf8').slice(0, 10)),
        program: tried(() => spawnSync('/bin/id').status),
        thread: tried(() => new Worker('1', { eval: true })),
        variables: Object.keys(process.env).join(' ') || 'none',
        arguments: process.argv.slice(2).join(' ') || 'none',
      } });`);
    const { fields } = await w.invoke(testTicketing, admin, { ticket: '1' });
    expect(Object.fromEntries(fields.map(({ name, value }) => [name, value]))).toEqual({
      ...{ file: 'ERR_ACCESS_DENIED', program: 'ERR_ACCESS_DENIED', thread: 'ERR_ACCESS_DENIED' },
      ...{ variables: 'NODE_EXTRA_CA_CERTS', arguments: 'none' },
    });
  });
});

describe('whoever writes into the database', () => {
  const edits: [string, string][] = [
    ['its note', `note = 'harmless'`],
    ['the name of its file', `file_name = 'other.mjs'`],
    ['its checksum', `sha256 = repeat('0', 64)`],
    ['its text', `sealed = overlay(sealed placing '\\x00'::bytea from 40)`],
    ['its hash', `hash = repeat('0', 64)`],
    ['its approval', `approval = '\\x00'`],
    ['its version', 'version = 9'],
    ['its author to who approved it', `author_id = (select id from strongroom.app_user where username = 'privileged')`],
    ['its text to that of another version', `sealed = (select sealed from strongroom.ticketing_module where version = 1)`],
    ['its approval to that of another version', `approval = (select approval from strongroom.ticketing_module where version = 1)`],
  ]; // prettier-ignore
  it.each(edits)('changes %s: it asks nobody, and no password is used', async (_what, change) => {
    await approve(await add('export default () => ({ exists: false });'));
    await running('export default () => ({ exists: true, closed: false });');
    await reveal('1');
    await w.sql('delete from strongroom.ticket_check');
    const before = (await w.audit('account.reveal')).filter(({ outcome }) => outcome === 'done').length;
    await w.sql(`update strongroom.ticketing_module set ${change} where version = 2`);
    await expect(reveal('1')).rejects.toEqual(refused('ticket-unchecked'));
    expect((await w.audit('account.reveal')).filter(({ outcome }) => outcome === 'done').length).toBe(before);
    expect((await w.audit('ticket.settle')).at(-1)?.details).toMatchObject({
      ...{ verdict: 'no answer', why: expect.stringMatching(/ticketing module/) as string },
    });
    await expect(w.invoke(testTicketing, admin, { ticket: '1' })).rejects.toEqual(refused('not-that-state'));
  });

  it('approves a module by hand: it asks nobody', async () => {
    await running('export default () => ({ exists: true, closed: false });');
    await add('export default () => ({ exists: true, closed: false });');
    await w.sql(
      `update strongroom.ticketing_module set state = 'approved', decided_by = 'privileged', decided_at = now(), approval = '\\x0102' where version = 2`,
    );
    await expect(reveal('2')).rejects.toEqual(
      refused('ticket-unchecked', 'The approval of the ticketing module is not genuine.'),
    );
    await w.invoke(removeTicketing, admin, {});
  });
});
