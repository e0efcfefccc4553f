import { at, flatten, textAt } from './fields.ts';
import { basic, below, requireGood, unreadable, type System } from './system.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Zendesk, API v2: a ticket's number. Users and groups come with it; fields of one's own are `custom_fields.` and their id. */
export const zendesk: System = {
  async find(ticket, { url, username }, { secret }, send) {
    const id = /^#?(\d{1,19})$/.exec(ticket)?.[1];
    if (id === undefined) return undefined;
    const said = await send({
      url: `${below(url, 'api', 'v2', 'tickets', `${id}.json`)}?include=users,groups`,
      // An API token signs in for an agent. Source: Zendesk, security and authentication.
      headers: { accept: 'application/json', authorization: basic(`${username}/token`, secret) },
    });
    if (said.status === 404) return undefined;
    requireGood(said);
    const found = at(said.json, 'ticket');
    const state = textAt(found, 'status');
    if (state === undefined) throw unreadable();
    const { custom_fields: own, fields: _, ...rest } = found as Record<string, unknown>;
    const fields = flatten(rest);
    for (const field of listOf(own)) flatten(at(field, 'value'), fields, `custom_fields.${textAt(field, 'id') ?? ''}`);
    for (const person of ['requester', 'submitter', 'assignee', 'group'] as const) {
      const from = listOf(at(said.json, person === 'group' ? 'groups' : 'users'));
      const one = from.find((user) => textAt(user, 'id') === textAt(found, `${person}_id`));
      flatten(textAt(one, 'name') ?? '', fields, `${person}.name`);
      flatten(textAt(one, 'email') ?? '', fields, `${person}.email`);
    }
    return { state, over: state === 'solved' || state === 'closed', fields };
  },
};
