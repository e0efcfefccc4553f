import { NoticeRules } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { draftsOf, rulesOf, summaryOf, wrongAddress } from './notice-form.ts';

const ann = '01990000-0000-7000-8000-000000000001';
const team = '01990000-0000-7000-8000-000000000002';
const rules = NoticeRules.parse({
  mailSet: true,
  items: [
    {
      event: 'expires',
      owner: true,
      people: false,
      addresses: ['ops@example.com'],
      users: [{ id: ann, name: 'ann' }],
      userGroups: [{ id: team, name: 'Team' }],
      alsoReset: true,
      resetBy: 'ann',
    },
    {
      event: 'violated',
      owner: false,
      people: false,
      addresses: [],
      users: [],
      userGroups: [],
      alsoReset: false,
      resetBy: null,
    },
  ],
});

describe('the form of notices', () => {
  it('sends back what it was given', () => {
    expect(rulesOf(draftsOf(rules))).toEqual([
      {
        event: 'expires',
        owner: true,
        people: false,
        addresses: ['ops@example.com'],
        alsoReset: true,
        userIds: [ann],
        userGroupIds: [team],
      },
      {
        event: 'violated',
        owner: false,
        people: false,
        addresses: [],
        alsoReset: false,
        userIds: [],
        userGroupIds: [],
      },
    ]);
  });
  it('says in a few words who is told', () => {
    expect(draftsOf(rules).map(summaryOf)).toEqual(['Owner, 2 named, 1 address, reset', 'Nobody']);
  });
  it('finds an address that is none', () => {
    const [draft] = draftsOf(rules);
    if (!draft) throw new Error('no draft');
    expect(wrongAddress(draft)).toBeUndefined();
    expect(wrongAddress({ ...draft, addresses: ['ops@example.com', 'ops'] })).toBe('ops');
  });
});
