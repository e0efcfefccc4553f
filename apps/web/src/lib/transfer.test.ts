import { describe, expect, it } from 'vitest';
import { nameIn, placed } from './transfer.ts';

describe('a file on its way', () => {
  it('is asked for by path, with what is left over beside it', () => {
    expect(
      placed('/accounts/:accountId/file', { accountId: 'a/b', name: 'x y.txt', reason: undefined, version: 2 }),
    ).toEqual({
      path: '/accounts/a%2Fb/file',
      rest: { name: 'x y.txt', version: '2' },
    });
  });

  it('is called as the server says, in full, or by no name', () => {
    expect(nameIn(`attachment; filename="a_.pdf"; filename*=UTF-8''a%C3%BC%20%27.pdf`)).toBe(`aü '.pdf`);
    expect(nameIn('attachment; filename="a.pdf"')).toBeNull();
    expect(nameIn("attachment; filename*=UTF-8''%E0%A4%A")).toBeNull();
    expect(nameIn(null)).toBeNull();
  });
});
