import { at, flatten, textAt, type Fields } from './fields.ts';
import { basic, below, requireGood, unreadable, type System } from './system.ts';

/**
 * A record of the Table API with `sysparm_display_value=all`: each field has what people read and what is stored. The one is `state`, the
 * other `state.value` where it differs.
 */
function fieldsOf(record: unknown): Fields {
  const into = new Map<string, string>();
  for (const [name, field] of Object.entries(record ?? {})) {
    const shown = textAt(field, 'display_value') ?? '';
    const stored = textAt(field, 'value') ?? '';
    flatten(shown, into, name);
    if (stored !== shown) flatten(stored, into, `${name}.value`);
  }
  return into;
}

/** ServiceNow, Table API: a number such as INC0010023, or a sys_id. */
export const serviceNow: System = {
  async find(ticket, { url, table, username }, { secret }, send) {
    // `^` parts conditions of a query: nothing of that kind gets into one.
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(ticket)) return undefined;
    const query = new URLSearchParams({
      sysparm_query: `${/^[0-9a-f]{32}$/i.test(ticket) ? 'sys_id' : 'number'}=${ticket}`,
      sysparm_display_value: 'all',
      sysparm_limit: '1',
    });
    const headers = { accept: 'application/json', authorization: basic(username, secret) };
    const said = await send({ url: `${below(url, 'api', 'now', 'table', table)}?${query.toString()}`, headers });
    requireGood(said);
    const result = at(said.json, 'result');
    if (!Array.isArray(result)) throw unreadable();
    const record: unknown = result[0];
    if (record === undefined) return undefined;
    // An instance ignores conditions on fields that a table does not have, and gives any record (unless told otherwise).
    const names = [textAt(record, 'number', 'value'), textAt(record, 'sys_id', 'value')];
    if (!names.some((name) => name?.toLowerCase() === ticket.toLowerCase())) return undefined;
    const state = textAt(record, 'state', 'display_value');
    if (state === undefined) throw unreadable();
    const over = textAt(record, 'active', 'value') === 'false' || /^(?:closed|cancell?ed)\b/i.test(state);
    return { state, over, fields: fieldsOf(record) };
  },
};
