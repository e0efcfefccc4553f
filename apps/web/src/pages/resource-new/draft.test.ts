import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { emptyDraft, keepDraft, readDraft } from './draft.ts';

const kept = new Map<string, string>();
beforeEach(() => {
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => kept.clear());

it('keeps everything of a draft but its passwords', () => {
  const draft = {
    ...emptyDraft(),
    type: 'Linux',
    details: { ...emptyDraft().details, name: 'web-01' },
    accounts: [{ key: 'k', username: 'root', password: 'Never-Stored-1', notes: 'n' }],
  };
  keepDraft(draft);
  expect([...kept.values()].join()).not.toContain('Never-Stored-1');
  expect(readDraft()).toEqual({ ...draft, accounts: [{ key: 'k', username: 'root', password: '', notes: 'n' }] });
});

it('starts anew when nothing is kept, or what is kept is not a draft', () => {
  expect(readDraft().type).toBeNull();
  kept.set('strongroom-new-resource', '{"accounts":"no"}');
  expect(readDraft().accounts).toHaveLength(1);
  kept.set('strongroom-new-resource', 'not json');
  expect(readDraft().details.name).toBe('');
});

it('forgets the draft once the resource is there', () => {
  keepDraft({ ...emptyDraft(), type: 'Linux' });
  keepDraft(null);
  expect(kept.size).toBe(0);
});
