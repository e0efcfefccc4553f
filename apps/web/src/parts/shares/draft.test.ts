import type { Share } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { countsOf, differenceOf, edited, linesOf, markOf, type Line } from './draft.ts';

const share = (id: string, permission: Share['permission'] = 'view'): Share =>
  ({ to: { kind: 'user', id, name: id, detail: '', members: null }, permission, from: null, until: null }) as Share;
const [ann, ben] = [share('ann'), share('ben')];
const lineOf = (id: string, draft = {}): Line => {
  const line = linesOf([ann, ben], draft).find((one) => one.id === id);
  if (!line) throw new Error('no such line');
  return line;
};
const fresh: Line = {
  kind: 'user-group',
  id: 'team',
  name: 'Team',
  detail: '',
  standing: null,
  wanted: { permission: 'view', from: null, until: null },
};

describe('the draft of shares', () => {
  it('sends the difference only, and counts it', () => {
    let draft = edited({}, fresh);
    draft = edited(draft, { ...lineOf('ann'), wanted: { permission: 'manage', from: null, until: null } });
    draft = edited(draft, { ...lineOf('ben'), wanted: null });
    expect(countsOf(draft)).toEqual({ added: 1, changed: 1, removed: 1 });
    expect(differenceOf(draft)).toEqual({
      set: [
        { to: { kind: 'user-group', id: 'team' }, permission: 'view', from: null, until: null },
        { to: { kind: 'user', id: 'ann' }, permission: 'manage', from: null, until: null },
      ],
      remove: [{ kind: 'user', id: 'ben' }],
    });
    expect(linesOf([ann, ben], draft).map((line) => [line.id, markOf(line)])).toEqual([
      ['team', 'added'],
      ['ann', 'changed'],
      ['ben', 'removed'],
    ]);
  });

  it('forgets a line that is as it was, and one that was added and taken out again', () => {
    let draft = edited({}, { ...lineOf('ann'), wanted: { permission: 'modify', from: null, until: null } });
    draft = edited(draft, { ...lineOf('ann', draft), wanted: { permission: 'view', from: null, until: null } });
    draft = edited(edited(draft, fresh), { ...fresh, wanted: null });
    expect(draft).toEqual({});
  });
});
