import { Secret } from '../../platform/secret.ts';
import { at, flatten, textAt } from './fields.ts';
import {
  below,
  NoAnswer,
  requireGood,
  unreadable,
  type Credential,
  type Found,
  type Memory,
  type Said,
} from './system.ts';
import type { Send, Settings, System } from './system.ts';

/** Source: ServiceDesk Plus API v3, media type of requests and replies. */
const onPremises = 'application/vnd.manageengine.sdp.v3+json';
const cloud = 'application/vnd.manageengine.v3+json';

/** “Invalid id” in a list of messages. Source: API v3, error codes. */
const noSuch = (said: Said): boolean => {
  const messages = at(said.json, 'response_status', 'messages') ?? at(said.json, 'response_status', 0, 'messages');
  return Array.isArray(messages) && messages.some((message) => textAt(message, 'status_code') === '4007');
};

function read(said: Said): Found | undefined {
  if (said.status === 404 || noSuch(said)) return undefined;
  requireGood(said);
  const request = at(said.json, 'request');
  const state = textAt(request, 'status', 'name');
  if (state === undefined) throw unreadable();
  return { state, over: /^(?:closed|cancell?ed)$/i.test(state), fields: flatten(request) };
}

/** ServiceDesk Plus on premises and MSP: a technician's key. */
export const serviceDeskPlus: System = {
  async find(ticket, { url }, { secret }, send) {
    // Ids are numbers: nothing else is one.
    if (!/^\d{1,19}$/.test(ticket)) return undefined;
    const headers = { accept: onPremises, authtoken: secret.expose() };
    return read(await send({ url: below(url, 'api', 'v3', 'requests', ticket), headers }));
  },
};

/** An access token of Zoho accounts, kept for nearly as long as it lasts. Source: RFC 6749 section 6. */
async function token(settings: Settings, credential: Credential, send: Send, memory: Memory): Promise<Secret> {
  if (memory.token && memory.token.until > Date.now()) return memory.token.text;
  const said = await send({
    method: 'POST',
    url: below(settings.accountsUrl, 'oauth', 'v2', 'token'),
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: settings.clientId,
      client_secret: credential.clientSecret.expose(),
      refresh_token: credential.secret.expose(),
    }).toString(),
  });
  const text = textAt(said.json, 'access_token');
  if (said.status !== 200 || text === undefined)
    throw new NoAnswer('Zoho accounts gives no access token for the client, its secret and the refresh token.');
  const seconds = Number(textAt(said.json, 'expires_in') ?? '0');
  const made = new Secret(text);
  memory.token = { text: made, until: Date.now() + Math.max(0, Math.min(seconds, 3600) - 120) * 1000 };
  return made;
}

/** ServiceDesk Plus On-Demand: OAuth. People know a request by its display id; its own id is longer and in no other place than addresses. */
export const serviceDeskPlusOnDemand: System = {
  async find(ticket, settings, credential, send, memory) {
    if (!/^#?\d{1,20}$/.test(ticket)) return undefined;
    const shown = ticket.replace('#', '');
    const ask = async (url: string): Promise<Said> => {
      const authorization = `Zoho-oauthtoken ${(await token(settings, credential, send, memory)).expose()}`;
      return send({ url, headers: { accept: cloud, authorization } });
    };
    /** A token that was taken back is got anew, once. */
    const insist = async (url: string): Promise<Said> => {
      const said = await ask(url);
      if (said.status !== 401) return said;
      memory.token = undefined;
      return ask(url);
    };
    const requests = below(settings.url, 'api', 'v3', 'requests');
    const list = { list_info: { row_count: 1, search_fields: { display_id: shown } } };
    const listed = await insist(`${requests}?${new URLSearchParams({ input_data: JSON.stringify(list) }).toString()}`);
    requireGood(listed);
    const first = at(listed.json, 'requests', 0);
    // A search may find more than what was asked for.
    const id = textAt(first, 'display_id') === shown ? textAt(first, 'id') : shown.length >= 15 ? shown : undefined;
    return id === undefined ? undefined : read(await insist(below(requests, id)));
  },
};
