import { describe, expect, it } from 'vitest';
import { fits, type Driver } from './driver.ts';
import type { Login } from './target.ts';
import type { Target } from './ways.ts';

/** A target as found at the start of one test, and who may do what on it. */
export interface Scene<S> {
  readonly target: Target<S>;
  /** Signs in to set the password. The account itself, when its name is that of `account`. */
  readonly admin: Login;
  readonly account: { readonly username: string; readonly password: string };
  readonly elevation?: Login;
  readonly unreachable: Target<S>;
  /** Left out where the host has nothing to be known by. */
  readonly untrusted?: Target<S>;
  /** Who signs in to verify, where an account is not asked itself. */
  readonly via?: Login;
  /** Asks the target itself which password is the account's, past a driver that can prove nothing. */
  readonly works?: (password: string) => Promise<boolean>;
  /** The same target, whose line is cut as soon as the password has been set. */
  readonly cutAfterSetting?: Target<S>;
}

/** How much of the contract to run: real hosts are slow, and PAM waits after a wrong password. */
export interface Extent {
  /** Which awkward passwords; all that fit when left out. */
  readonly awkward?: readonly string[];
  /** Which passwords the target must set exactly or refuse; every forbidden character and more when left out. */
  readonly odd?: readonly string[];
}

const login = (username: string, password: string): Login => ({ username, password: { expose: () => password } });

/** Passwords that shells, terminals and line formats like to spoil. Strong enough for passwd to take them. */
export const awkwardPasswords: readonly string[] = [
  'Plain-Word-9',
  "quote'Quote'-1",
  'dollar$HOME`id`$(id)',
  'back\\slash"\\n-2',
  'colon:semi;&|<Pipe>',
  '-rf --Help *?[a]',
  '#Hash @at !bang %n {a,b} ~',
  ' Lead and trail ',
  'ünïCöde✓-3 Ω漢字',
  '🔑Astral-4 key',
];

/** Every driver passes this, once for each way it has to set a password. Its own test holds only what is special to it. */
export function driverContract<S>(
  driver: Driver<S>,
  way: string,
  scene: () => Scene<S> | Promise<Scene<S>>,
  extent: Extent = {},
): void {
  const verify = async (target: Target<S>, { account, via, works }: Scene<S>, password: string) => {
    if (driver.proof !== 'none') return driver.verify(target, login(account.username, password), via);
    if (works === undefined) throw new Error('nobody can tell which password works');
    return (await works(password)) ? 'accepted' : 'rejected';
  };
  const set = (target: Target<S>, { admin, account, elevation }: Scene<S>, next: string) => {
    if (driver.reset === undefined) throw new Error('this driver sets no passwords');
    const current = { expose: () => account.password };
    return driver.reset(target, admin, { username: account.username, current }, { expose: () => next }, elevation);
  };
  const { limits } = driver;
  // Some targets count eight characters.
  const ordinary = fits(limits, 'Next-Word-6') ? 'Next-Word-6' : 'Nxt-Wd-6';
  const awkward = (extent.awkward ?? [...awkwardPasswords, 'L'.repeat(limits.maxLength - 3) + '-5x']).filter((one) =>
    fits(limits, one),
  );
  const odd = extent.odd ?? [
    ...[...limits.forbidden].map((character) => `Odd-Word${character}-7`),
    'Odd-Word\nroot:hijacked',
    'Odd-Wörd-7',
    'Odd-Word-\ud800',
    'x'.repeat(limits.maxLength + 1),
    '',
  ];

  describe(`${driver.type} keeps the driver contract: ${way}`, () => {
    it('verifies a right and a wrong password, a dead host and a host with another key', async () => {
      const s = await scene();
      if (driver.proof === 'none') {
        const { username, password } = s.account;
        expect(await driver.verify(s.target, login(username, password), s.via)).toBe('unreachable');
        return;
      }
      expect(await verify(s.target, s, s.account.password)).toBe('accepted');
      expect(await verify(s.target, s, 'Wrong-Word-0')).toBe('rejected');
      expect(await verify(s.unreachable, s, s.account.password)).toBe('unreachable');
      if (s.untrusted !== undefined) expect(await verify(s.untrusted, s, s.account.password)).toBe('untrusted');
    });
    if (driver.reset === undefined) return;

    it.each(awkward)('sets %j: it works, and the old password does not', async (next) => {
      const s = await scene();
      expect(await set(s.target, s, next)).toEqual({ is: 'done' });
      expect(await verify(s.target, s, next)).toBe('accepted');
      expect(await verify(s.target, s, s.account.password)).toBe('rejected');
    });

    it('says unknown when the line is cut after sending', async () => {
      const s = await scene();
      if (s.cutAfterSetting === undefined) return;
      expect(await set(s.cutAfterSetting, s, ordinary)).toEqual({ is: 'unknown' });
    });

    it('says refused for a wrong log-in, unreachable for a dead host, untrusted for another host key', async () => {
      const s = await scene();
      const wrong = { ...s, admin: login(s.admin.username, 'Wrong-Word-0') };
      expect(await set(s.target, wrong, ordinary)).toMatchObject({ is: 'refused' });
      expect(await set(s.unreachable, s, ordinary)).toEqual({ is: 'unreachable' });
      if (s.untrusted !== undefined) expect(await set(s.untrusted, s, ordinary)).toEqual({ is: 'untrusted' });
      expect(await verify(s.target, s, s.account.password)).toBe('accepted');
    });

    it.each(odd)('sets %j exactly or refuses it', async (next) => {
      const s = await scene();
      const said = await set(s.target, s, next);
      expect(await verify(s.target, s, said.is === 'refused' ? s.account.password : next)).toBe('accepted');
    });

    it('never repeats a password in what it says', async () => {
      const s = await scene();
      const wrong = { ...s, admin: login(s.admin.username, 'wrong-ADMIN-1') };
      const said = JSON.stringify([await set(s.target, wrong, 'n3w-SECRET-2'), await set(s.target, s, 'n3')]);
      expect(said).not.toMatch(/wrong-ADMIN-1|n3w-SECRET-2|"n3"/);
      expect(said).not.toContain(s.account.password);
    });
  });
}
