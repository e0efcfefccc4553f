/** An id that nothing has. */
export const unknownId = '01990000-0000-7000-8000-000000000001';

const criteria = [{ field: 'name', fieldId: null, operator: 'contains', value: 'x' }];
const user = { kind: 'user', id: unknownId };
const shares = { set: [{ to: user, permission: 'view', from: null, until: null }], remove: [] };
const list = { version: undefined, cursor: undefined, sort: undefined, field: undefined };

/** What a call must be given, beside the ids of what it is on, where its schema alone cannot say it. */
const values: Readonly<Record<string, Record<string, unknown>>> = {
  'account.share': shares,
  'account.preview-shares': shares,
  'resource.share': shares,
  'resource.preview-shares': shares,
  'resource-group.share': shares,
  'resource-group.preview-shares': shares,
  'access.suppose': { action: 'account.read', changes: [{ do: 'end-share', on: { kind: 'account', id: unknownId }, to: user }] },
  'access.explain': { action: 'account.read', at: undefined },
  'access.who': { ...list, at: undefined },
  'access.reach': { ...list, at: undefined },
  'account.reveal-former': { version: 1 },
  'account.restore': { version: 1 },
  'explorer.change': { version: 1 },
  'explorer.revert': { version: 1 },
  'resource-group.create': { kind: 'static', criteria: [] },
  'resource-group.change-criteria': { criteria },
  'resource-group.preview': { criteria },
  'resource-group.change-members': { add: [unknownId], remove: [] },
  'deputy.set': { beginsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 86_400_000).toISOString() },
  'setting.update': { nightlyCheckAt: '01:00', loginMaxAgeDays: 90 },
  'resource-group.set-notices': { alsoReset: false },
  'ticketing.update': { version: undefined },
  'schedule.set': { when: { is: 'never' }, passwords: 'unique', password: undefined, version: undefined },
  'resource-type.set-icon': { png: 'iVBORw0KGgo=' },
}; // prettier-ignore

export const valuesFor = (call: { readonly name: string }): Record<string, unknown> => values[call.name] ?? list;
