import { at, flatten, textAt } from './fields.ts';
import { basic, below, requireGood, unreadable, type System } from './system.ts';

/** Jira, REST API 2 (Data Center, Cloud) or 3 (Cloud): an issue's key such as OPS-42, or its id. */
export const jira: System = {
  async find(ticket, { url, jiraApi, username }, { secret }, send) {
    if (!/^(?:[A-Za-z][A-Za-z0-9_]{0,60}-\d{1,12}|\d{1,18})$/.test(ticket)) return undefined;
    const authorization = username === '' ? `Bearer ${secret.expose()}` : basic(username, secret);
    const said = await send({
      url: `${below(url, 'rest', 'api', jiraApi, 'issue', ticket)}?expand=names`,
      headers: { accept: 'application/json', authorization },
    });
    if (said.status === 404) return undefined;
    requireGood(said);
    const issue = at(said.json, 'fields');
    const state = textAt(issue, 'status', 'name');
    if (state === undefined) throw unreadable();
    const fields = flatten(issue, flatten(textAt(said.json, 'key') ?? '', new Map(), 'key'));
    // A field of one's own goes by its id, and by its name where no other has that.
    for (const [name, value] of [...fields]) {
      const [id = '', ...inside] = name.split('.');
      const called = id.startsWith('customfield_') ? textAt(said.json, 'names', id) : undefined;
      if (called === undefined) continue;
      const path = [called, ...inside].join('.');
      if (!fields.has(path)) fields.set(path, value);
    }
    return { state, over: textAt(issue, 'status', 'statusCategory', 'key') === 'done', fields };
  },
};
