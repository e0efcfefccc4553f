import { catalogue } from '../t.ts';

/** What the bar over a selection offers. What its dialogs say is loaded with them. */
export const bulk = catalogue('bulk', {
  change: 'Change details',
  tag: 'Tags',
  group: 'Add to group',
  share: 'Share',
  transfer: 'Transfer',
  control: 'Access control…',
  reset: 'Configure reset',
  resetOneType: 'Select resources of one type only: filter by type first.',
  rotate: 'Reset passwords…',
  verify: 'Verify…',
  test: 'Test log-in…',
  delete: 'Delete',
  disable: 'Disable',
  enable: 'Enable',
  lock: 'Lock',
  invite: 'Send set-up links',
});
