import type { TicketSystem } from '@strongroom/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { signsIn, startTicketing, type Ticket, type TicketingPeer } from '../../../../test/peers/ticketing/systems.ts';
import { Secret } from '../platform/secret.ts';
import { trusting } from '../platform/trust.ts';
import { createDesk, type Desk, type Ready } from './desk.ts';
import type { StoredTicketing } from './settings.ts';

const peers: TicketingPeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

interface Case {
  readonly id: string;
  readonly open: string;
  readonly closed: string;
  readonly path?: string;
  readonly username?: string;
  readonly secret: string;
  /** Where it says who asked, what it is on, when it was made, and a field of one's own. */
  readonly fields: Readonly<Record<string, string>>;
}
const by = { name: 'Alice Adams', email: 'alice@example.org' };
type Kind = Exclude<TicketSystem, 'other'>;
const cases: Readonly<Record<Kind, Case>> = {
  'servicedesk-plus': {
    ...{ id: '42', open: 'Open', closed: 'Closed', secret: signsIn.key },
    fields: {
      'requester.name': by.name,
      subject: 'Reboot db-1',
      'udf_fields.udf_sline_301': 'A-7',
      'status.name': 'Open',
    },
  },
  'servicedesk-plus-msp': {
    ...{ id: '42', open: 'Open', closed: 'Closed', secret: signsIn.key },
    fields: { 'requester.email_id': by.email, 'created_time.value': '1795770000000' },
  },
  'servicedesk-plus-on-demand': {
    ...{ id: '42', open: 'Open', closed: 'Closed', path: '/app/itdesk', secret: signsIn.refreshToken },
    fields: { 'requester.name': by.name, 'priority.name': 'High', id: '100000000000000042' },
  },
  servicenow: {
    ...{
      id: 'INC0010042',
      open: 'In Progress',
      closed: 'Closed',
      username: signsIn.username,
      secret: signsIn.password,
    },
    fields: { caller_id: by.name, 'state.value': '2', 'opened_at.value': '2026-11-27 09:00:00', u_asset: 'A-7' },
  },
  jira: {
    ...{ id: 'OPS-42', open: 'In Progress', closed: 'Done', username: signsIn.username, secret: signsIn.password },
    fields: { 'reporter.emailAddress': by.email, customfield_10010: 'A-7', Asset: 'A-7', labels: 'access, root' },
  },
  zendesk: {
    ...{ id: '42', open: 'open', closed: 'solved', username: signsIn.username, secret: signsIn.password },
    fields: { 'requester.email': by.email, 'custom_fields.27642': 'A-7', subject: 'Reboot db-1' },
  },
};
const ticketOf = (id: string, state: string): Ticket => ({
  ...{ id, state, subject: 'Reboot db-1', requester: by, priority: 'High', asset: 'A-7' },
});

async function set(kind: Kind, more: Partial<StoredTicketing> = {}): Promise<{ peer: TicketingPeer; ready: Ready }> {
  const { id, open, closed, path = '', username = '', secret } = cases[kind];
  const peer = await startTicketing(kind, [ticketOf(id, open), ticketOf(id.replace('42', '43'), closed)]);
  peers.push(peer);
  const ticketing: StoredTicketing = {
    ...{ id: 'x', on: true, system: kind, url: `${peer.address}${path}`, username, clientId: signsIn.clientId },
    ...{ accountsUrl: peer.address, table: 'incident', jiraApi: '2', closedStates: [], mapping: [], conditions: [] },
    ...{
      mappingExpression: '',
      conditionsExpression: '',
      asks: ['retrieval'],
      whenDown: 'refuse',
      timeLimitSeconds: 5,
    },
    ...{ changedBy: 'x', changedAt: new Date(), version: 1, sealed: null, secretVersion: 1 },
    ...more,
  };
  const credential = { secret: new Secret(secret), clientSecret: new Secret(signsIn.clientSecret) };
  const trust = trusting([peer.authority]);
  return { peer, ready: { organisationId: 'o', ticketing, credential, trust, module: null, use: null } };
}
const kinds = Object.keys(cases) as Kind[];
const whyOf = async (desk: Desk, ready: Ready, id = '42'): Promise<string> => {
  const answer = await desk.ask(ready, id);
  return answer.is === 'failed' ? answer.why : answer.is;
};

describe('a ticketing system', () => {
  it.each(kinds)('%s is asked for tickets: open, closed and not there, with all their fields', async (kind) => {
    const { peer, ready } = await set(kind);
    const { id, fields } = cases[kind];
    const desk = createDesk({ is: 'self' });
    const found = await desk.ask(ready, id);
    if (found.is !== 'found') throw new Error(JSON.stringify(found));
    expect(found.closed).toBe(false);
    expect(Object.fromEntries(found.ticket.fields)).toMatchObject(fields);
    expect(await desk.ask(ready, id.replace('42', '43'))).toMatchObject({ is: 'found', closed: true });
    expect(await desk.ask(ready, id.replace('42', '44'))).toEqual({ is: 'not-found' });
    // Ids that are none never leave: not as a path, nor as a query's condition.
    const asked = peer.asked.length;
    for (const none of ['../../../admin', `${id}/..`, `${id}?x=1`, `${id}^ORactive=true`, '‮', '..', 'a b'])
      expect(await desk.ask(ready, none)).toEqual({ is: 'not-found' });
    expect(peer.asked).toHaveLength(asked);
    // Nothing that signs in was in an address.
    for (const { path, query } of peer.asked)
      for (const secret of Object.values(signsIn)) expect(`${path}?${query.toString()}`).not.toContain(secret);
    // Which states count as closed can be said.
    const own = {
      ...ready,
      ticketing: { ...ready.ticketing, closedStates: [cases[kind].open.toUpperCase()], version: 2 },
    };
    expect(await desk.ask(own, id)).toMatchObject({ is: 'found', closed: true });
    expect(await desk.ask(own, id.replace('42', '43'))).toMatchObject({ is: 'found', closed: false });
  });

  it.each(kinds)('%s that does not take what signs in is no answer', async (kind) => {
    const { ready } = await set(kind);
    const wrong = { secret: new Secret('wrong'), clientSecret: new Secret('wrong') };
    expect(await whyOf(createDesk({ is: 'self' }), { ...ready, credential: wrong }, cases[kind].id)).toMatch(
      /does not accept what signs in|gives no access token/,
    );
  });

  it('gets a token of On-Demand once, and anew when it was taken back', async () => {
    const { peer, ready } = await set('servicedesk-plus-on-demand');
    const desk = createDesk({ is: 'self' });
    for (let i = 0; i < 3; i++) await desk.ask(ready, '42');
    expect(peer.asked.filter(({ path }) => path === '/oauth/v2/token')).toHaveLength(1);
  });

  it('that leads elsewhere, talks without end, breaks off or is not trusted is no answer, and nothing it says is repeated', async () => {
    const { peer, ready } = await set('zendesk');
    const whys: string[] = [];
    for (const answers of ['redirect', 'too-long', 'cut', 'error'] as const) {
      peer.mood.answers = answers;
      whys.push(await whyOf(createDesk({ is: 'self' }), ready));
    }
    expect(whys).toEqual([
      'The ticketing system answered with another address, and that is not followed. Check the address.',
      'The answer of the ticketing system is longer than 1 MB.',
      'The ticketing system could not be reached (ECONNRESET).',
      'The ticketing system answered with status 500.',
    ]);
    const untrusted = await whyOf(createDesk({ is: 'self' }), { ...ready, trust: trusting([]) });
    expect(untrusted).toMatch(
      /^The certificate of the ticketing system is not trusted \([A-Z_]+\)\. Nothing was sent\.$/,
    );
    const metadata = { ...ready, ticketing: { ...ready.ticketing, url: 'https://169.254.169.254' } };
    expect(await whyOf(createDesk({ is: 'self' }), metadata)).toMatch(/never called/);
  });

  it('that is silent is given up at the time limit, is paused after three times, and is tried again by one alone', async () => {
    const { peer, ready } = await set('zendesk', { timeLimitSeconds: 1 });
    let now = 0;
    const desk = createDesk({ is: 'self' }, () => now);
    peer.mood.answers = 'never';
    const began = performance.now();
    // All at once: they wait beside each other, not after each other.
    for (const why of await Promise.all(Array.from({ length: 12 }, () => whyOf(desk, ready))))
      expect(why).toMatch(/did not answer within the time limit|Too many tickets are being checked/);
    expect(performance.now() - began).toBeLessThan(2500);
    const asked = peer.asked.length;
    expect(await whyOf(desk, ready)).toMatch(/failed several times in a row/);
    expect(peer.asked).toHaveLength(asked);
    expect(desk.pausedUntil('o')).not.toBeNull();
    now = 31_000;
    peer.mood.answers = 'well';
    const [first, ...others] = await Promise.all([whyOf(desk, ready), whyOf(desk, ready), whyOf(desk, ready)]);
    expect(first).toBe('found');
    for (const other of others) expect(other).toMatch(/failed several times in a row/);
    expect(await whyOf(desk, ready)).toBe('found');
    expect(desk.pausedUntil('o')).toBeNull();
  });
});
