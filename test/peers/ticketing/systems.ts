import { json, startHttpsService, type Answer, type Asked, type HttpsService } from '../https-service.ts';

/** What a simulated ticketing system knows of a ticket, whatever its kind. */
export interface Ticket {
  readonly id: string;
  /** The state's name, as people read it: of Zendesk in small letters. */
  readonly state: string;
  readonly subject: string;
  readonly requester: { readonly name: string; readonly email: string };
  readonly priority: string;
  /** A field of one's own. */
  readonly asset: string;
}

/** What each of them takes as signing in. */
export const signsIn = {
  key: 'TECH-KEY-11',
  clientId: '1000.CLIENT',
  clientSecret: 'client-secret-22',
  refreshToken: '1000.refresh-33',
  username: 'integration@example.org',
  password: 'system-password-44',
} as const;

/** How a system behaves: well, not at all, or by leading elsewhere. */
export interface Mood {
  answers: 'well' | 'never' | 'cut' | 'redirect' | 'too-long' | 'error';
}
/** A system with tickets that can be changed while it runs. */
export interface TicketingPeer extends HttpsService {
  readonly tickets: Map<string, Ticket>;
  readonly mood: Mood;
}

type Speaks = (asked: Asked, tickets: ReadonlyMap<string, Ticket>) => Answer;
const basic = (user: string): string => `Basic ${Buffer.from(`${user}:${signsIn.password}`).toString('base64')}`;

const request = (ticket: Ticket, id: string): object => ({
  id,
  display_id: ticket.id,
  subject: ticket.subject,
  status: { id: '2', name: ticket.state, internal_name: ticket.state, color: '#0066ff' },
  requester: { id: '4', name: ticket.requester.name, email_id: ticket.requester.email, is_vipuser: false },
  priority: { id: '3', name: ticket.priority },
  created_time: { display_value: 'Nov 27, 2026 09:00 AM', value: '1795770000000' },
  udf_fields: { udf_sline_301: ticket.asset, udf_sline_302: null },
});
const success = { status_code: 2000, status: 'success' };
const invalid = json(404, {
  response_status: {
    status_code: 4000,
    messages: [{ status_code: 4007, message: 'Invalid URL or resource', type: 'failed' }],
    status: 'failed',
  },
});
const unauthorised = json(401, { response_status: { status_code: 4000, messages: [{ status_code: 401 }] } });

/** ServiceDesk Plus on premises and MSP, API v3. */
const serviceDesk: Speaks = ({ path, headers }, tickets) => {
  if (headers['authtoken'] !== signsIn.key) return unauthorised;
  const ticket = tickets.get(/^\/api\/v3\/requests\/(\d+)$/.exec(path)?.[1] ?? '');
  return ticket ? json(200, { request: request(ticket, ticket.id), response_status: success }) : invalid;
};

/** ServiceDesk Plus On-Demand, API v3 with its own ids, and Zoho accounts. */
const onDemand: Speaks = ({ path, method, query, headers, body }, tickets) => {
  if (path === '/oauth/v2/token' && method === 'POST') {
    const form = new URLSearchParams(body);
    const good =
      form.get('grant_type') === 'refresh_token' &&
      form.get('client_id') === signsIn.clientId &&
      form.get('client_secret') === signsIn.clientSecret &&
      form.get('refresh_token') === signsIn.refreshToken;
    // Zoho says so with status 200.
    return json(
      200,
      good ? { access_token: '1000.access-55', expires_in: 3600, token_type: 'Bearer' } : { error: 'invalid_client' },
    );
  }
  if (headers['authorization'] !== 'Zoho-oauthtoken 1000.access-55') return unauthorised;
  const long = (id: string): string => `1000000000${id.padStart(8, '0')}`;
  if (path === '/app/itdesk/api/v3/requests') {
    const asked = JSON.parse(query.get('input_data') ?? '{}') as {
      list_info?: { search_fields?: { display_id?: string } };
    };
    const shown = asked.list_info?.search_fields?.display_id ?? '';
    const found = tickets.get(shown);
    return json(200, { requests: found ? [request(found, long(shown))] : [], response_status: [success] });
  }
  const id = /^\/app\/itdesk\/api\/v3\/requests\/(\d+)$/.exec(path)?.[1];
  const ticket = [...tickets.values()].find((one) => long(one.id) === id);
  return ticket && id ? json(200, { request: request(ticket, id), response_status: success }) : invalid;
};

/** ServiceNow, Table API. */
const serviceNow: Speaks = ({ path, query, headers }, tickets) => {
  if (headers['authorization'] !== basic(signsIn.username))
    return json(401, { error: { message: 'User Not Authenticated' }, status: 'failure' });
  if (path !== '/api/now/table/incident') return json(400, { error: { message: 'Invalid table' }, status: 'failure' });
  const ticket = tickets.get(/^number=(.+)$/.exec(query.get('sysparm_query') ?? '')?.[1] ?? '');
  const both = (display_value: string, value = display_value): object => ({ display_value, value });
  return json(200, {
    result: ticket
      ? [
          {
            sys_id: both('9c573169c611228700193229fff72400'),
            number: both(ticket.id),
            state: both(ticket.state, ticket.state === 'Closed' ? '7' : '2'),
            active: both(String(ticket.state !== 'Closed')),
            short_description: both(ticket.subject),
            caller_id: {
              ...both(ticket.requester.name, '681ccaf9c0a8016400b98a06818d57c7'),
              link: 'https://x.invalid',
            },
            priority: both(`1 - ${ticket.priority}`, '1'),
            opened_at: both('27/11/2026 10:00:00', '2026-11-27 09:00:00'),
            u_asset: both(ticket.asset),
          },
        ]
      : [],
  });
};

/** Jira, REST API 2 and 3. */
const jira: Speaks = ({ path, headers }, tickets) => {
  if (headers['authorization'] !== basic(signsIn.username) && headers['authorization'] !== `Bearer ${signsIn.key}`)
    return json(401, { message: 'Client must be authenticated to access this resource.', 'status-code': 401 });
  const [, version, key = ''] = /^\/rest\/api\/([23])\/issue\/([^/]+)$/.exec(path) ?? [];
  const ticket = tickets.get(key);
  if (!version || !ticket)
    return json(404, { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} });
  return json(200, {
    id: '10042',
    key: ticket.id,
    names: { customfield_10010: 'Asset', summary: 'Summary' },
    fields: {
      summary: ticket.subject,
      status: {
        name: ticket.state,
        statusCategory: { id: 2, key: ticket.state === 'Done' ? 'done' : 'indeterminate' },
      },
      reporter: { displayName: ticket.requester.name, emailAddress: ticket.requester.email, active: true },
      priority: { name: ticket.priority },
      labels: ['access', 'root'],
      created: '2026-11-27T09:00:00.000+0000',
      customfield_10010: ticket.asset,
      customfield_10011: null,
    },
  });
};

/** Zendesk, API v2. */
const zendesk: Speaks = ({ path, headers }, tickets) => {
  if (headers['authorization'] !== basic(`${signsIn.username}/token`))
    return json(401, { error: "Couldn't authenticate you" });
  const ticket = tickets.get(/^\/api\/v2\/tickets\/(\d+)\.json$/.exec(path)?.[1] ?? '');
  if (!ticket) return json(404, { error: 'RecordNotFound', description: 'Not found' });
  return json(200, {
    ticket: {
      id: Number(ticket.id),
      subject: ticket.subject,
      status: ticket.state,
      priority: ticket.priority,
      requester_id: 20978392,
      assignee_id: null,
      tags: ['access', 'root'],
      created_at: '2026-11-27T09:00:00Z',
      custom_fields: [
        { id: 27642, value: ticket.asset },
        { id: 27648, value: null },
      ],
      fields: [{ id: 27642, value: ticket.asset }],
    },
    users: [{ id: 20978392, name: ticket.requester.name, email: ticket.requester.email }],
    groups: [],
  });
};

const kinds = { 'servicedesk-plus': serviceDesk, 'servicedesk-plus-msp': serviceDesk, 'servicedesk-plus-on-demand': onDemand, 'servicenow': serviceNow, jira, zendesk }; // prettier-ignore

/** Starts a simulated system of a kind on a free port. */
export async function startTicketing(kind: keyof typeof kinds, tickets: readonly Ticket[]): Promise<TicketingPeer> {
  const known = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const mood: Mood = { answers: 'well' };
  const service = await startHttpsService((asked): Answer => {
    switch (mood.answers) {
      case 'well':
        return kinds[kind](asked, known);
      case 'cut':
        return 'cut';
      case 'never':
        return 'silence';
      case 'redirect':
        return { status: 302, headers: { location: 'https://127.0.0.1:1/elsewhere' } };
      case 'too-long':
        return json(200, { ticket: { status: 'open', padding: 'x'.repeat(1_100_000) } });
      case 'error':
        return json(500, { error: 'Something went wrong: TECH-KEY-11' });
    }
  });
  return { ...service, tickets: known, mood };
}
