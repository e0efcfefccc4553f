import { changeMyPassword, readMe, signIn, updateSettings } from '@strongroom/contract';
import { isCommon } from '@strongroom/password-policy';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { loginPassword, world, type World } from '../../test/world.ts';
import { Secret } from '../platform/secret.ts';
import { createPasswordHasher } from './index.ts';

let w: World;
let app: FastifyInstance;
let last = 0;
/** An address that nobody used before. */
const address = (): string => `198.51.${(++last >> 8) & 255}.${last & 255}`;
const attempt = (username: string, password: string, from = address()) =>
  client(app, from).send(signIn, { username, password });

beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
  for (const username of ['disabled', 'invited']) await w.add({ username });
  await w.sql(`update strongroom.app_user set state = 'disabled' where username = 'disabled'`);
  await w.sql(`update strongroom.app_user set state = 'invited', password_hash = null where username = 'invited'`);
  const program = await w.add({ username: 'program', kind: 'api' });
  // Even with a password in its row an API user does not sign in.
  await w.sql(
    `update strongroom.app_user set password_hash = (select password_hash from strongroom.app_user where username = 'keeper') where id = $1`,
    [program.id],
  );
});
afterAll(() => w.close());

describe('signing in with a name and a password [AUT-01]', () => {
  describe('sign-in', () => {
    it('lets a person in with name, in any case, and password, and says who they are', async () => {
      for (const username of ['keeper', 'KEEPER', ' keeper ']) {
        const { status, body } = await attempt(username, loginPassword);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          user: { username: 'keeper' },
          organisation: { id: w.organisationId, name: 'Here' },
        });
      }
      expect((await w.audit('identity.sign-in')).at(-1)).toMatchObject({ outcome: 'done', actor_name: 'keeper' });
    });

    it('finds a name whose capitals fold in their own way [G-7]', async () => {
      await w.add({ username: 'ΝΙΚΟΣ' });
      await w.add({ username: 'İlker' });
      for (const username of ['ΝΙΚΟΣ', 'İlker']) expect((await attempt(username, loginPassword)).status).toBe(200);
    });

    it('gives the same answer to a wrong password, an unknown name, a disabled, an invited and an API user', async () => {
      const wrong = await attempt('keeper', 'not-the-password-9');
      expect(wrong).toMatchObject({
        status: 401,
        body: { code: 'sign-in-failed', title: 'The user name or the password is wrong.' },
      });
      const same = { ...wrong.body, requestId: undefined };
      for (const [username, password] of [
        ['who-is-that', loginPassword],
        ['disabled', loginPassword],
        ['invited', loginPassword],
        ['program', loginPassword],
        ['foreign', loginPassword],
        ["keeper' or '1'='1", loginPassword],
      ] as const) {
        const { status, body, headers } = await attempt(username, password);
        expect([username, status, { ...body, requestId: undefined }]).toEqual([username, 401, same]);
        expect(Object.keys(headers).sort()).toEqual(Object.keys(wrong.headers).sort());
      }
    });

    it('takes the same time whether or not somebody has the name, may sign in, or is right', async () => {
      const kinds: Record<string, readonly [string, string]> = {
        wrong: ['keeper', 'not-the-password-9'],
        unknown: ['who-is-that', 'not-the-password-9'],
        disabled: ['disabled', loginPassword],
        invited: ['invited', 'not-the-password-9'],
      };
      const times = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
      for (let i = 0; i < 24; i++) {
        for (const [kind, [username, password]] of Object.entries(kinds)) {
          const from = performance.now();
          await attempt(username, password);
          times.get(kind)?.push(performance.now() - from);
        }
      }
      const median = (kind: string): number => (times.get(kind) ?? []).sort((a, b) => a - b)[12] ?? 0;
      for (const kind of Object.keys(kinds)) {
        const ratio = median(kind) / median('wrong');
        expect([kind, ratio > 0.5 && ratio < 2]).toEqual([kind, true]);
      }
    });

    it('stores passwords as Argon2id at the cost that OWASP asks for', async () => {
      const [row] = await w.sql<{ hash: string }>(
        `select password_hash as hash from strongroom.app_user where username = 'keeper'`,
      );
      const [, m, t, p] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(row?.hash ?? '') ?? [];
      expect(Number(m)).toBeGreaterThanOrEqual(19_456);
      expect(Number(t)).toBeGreaterThanOrEqual(2);
      expect(Number(p)).toBe(1);
    });
  });

  describe('lockout', () => {
    it('makes who guesses wait, twice as long each time, and nobody at another address', async () => {
      const guesser = address();
      for (let i = 0; i < 5; i++)
        expect((await attempt('auditor', `wrong-guess-number-${i}`, guesser)).status).toBe(401);
      const refused = await attempt('auditor', loginPassword, guesser);
      expect(refused).toMatchObject({ status: 429, body: { code: 'locked-out' } });
      const first = Number(refused.headers['retry-after']);
      expect(first).toBeGreaterThan(25);
      expect(first).toBeLessThanOrEqual(30);
      // The person whose name it is comes from elsewhere and is not kept out; nor is anybody else at the guesser's address.
      expect((await attempt('auditor', loginPassword)).status).toBe(200);
      expect((await attempt('keeper', loginPassword, guesser)).status).toBe(200);

      const waits: number[] = [first];
      for (let i = 0; i < 7; i++) {
        await w.sql(
          `update strongroom_local.sign_in_throttle set locked_until = now() - interval '1 second' where username = encode(sha256('auditor'), 'hex') and address = $1`,
          [guesser],
        );
        expect((await attempt('auditor', 'still-a-wrong-guess', guesser)).status).toBe(401);
        waits.push(Number((await attempt('auditor', loginPassword, guesser)).headers['retry-after']));
      }
      expect(waits.map((seconds) => Math.round(seconds / 30) * 30)).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
      // The right password, once the wait is over, ends the counting.
      await w.sql(
        `update strongroom_local.sign_in_throttle set locked_until = now() - interval '1 second' where username = encode(sha256('auditor'), 'hex')`,
      );
      expect((await attempt('auditor', loginPassword, guesser)).status).toBe(200);
      expect((await attempt('auditor', 'one-more-wrong-guess', guesser)).status).toBe(401);
      expect((await attempt('auditor', loginPassword, guesser)).status).toBe(200);
    });

    it('answers for a name that nobody has as for one that somebody has', async () => {
      const [known, unknown] = [address(), address()];
      const answers = { known: [] as unknown[], unknown: [] as unknown[] };
      for (let i = 0; i < 7; i++) {
        const one = await attempt('nobody', `wrong-guess-number-${i}`, known);
        const two = await attempt('no-such-name', `wrong-guess-number-${i}`, unknown);
        answers.known.push([one.status, one.body['code']]);
        answers.unknown.push([two.status, two.body['code']]);
      }
      expect(answers.unknown).toEqual(answers.known);
      expect(answers.known.at(-1)).toEqual([429, 'locked-out']);
    });

    it('is not got around by sending many guesses at once', async () => {
      const guesser = address();
      // Everybody gets past the first look, because nothing has been counted yet; the right one comes last.
      const guesses = [...Array.from({ length: 24 }, (_, i) => `parallel-wrong-guess-${i}`), loginPassword];
      const answers = await Promise.all(guesses.map((password) => attempt('privileged', password, guesser)));
      expect(answers.at(-1)?.body['code']).toBe('locked-out');
      expect(answers.filter((answer) => answer.status === 401).length).toBeLessThan(10);
    });

    it('counts names together when one address tries many, and lets other addresses in', async () => {
      const sprayer = address();
      for (let i = 0; i < 50; i++) expect((await attempt(`sprayed-${i}`, 'Summer-of-2026!', sprayer)).status).toBe(401);
      expect((await attempt('a-name-not-tried-yet', loginPassword, sprayer)).status).toBe(429);
      expect((await attempt('keeper', loginPassword)).status).toBe(200);
    });

    it('holds for guessing the present password in an open session too', async () => {
      const thief = client(app, address());
      await thief.send(signIn, { username: 'boss', password: loginPassword });
      const guess = (current: string) => thief.send(changeMyPassword, { current, next: 'a-password-of-the-thief' });
      for (let i = 0; i < 5; i++) expect((await guess(`wrong-guess-${i}`)).body['code']).toBe('sign-in-failed');
      expect((await guess(loginPassword)).body['code']).toBe('locked-out');
    });
  });

  describe('the slow hash', () => {
    it('is done for a bounded line only: the rest is told to come back, and a refused reader is not in the line', async () => {
      const hasher = createPasswordHasher({ atOnce: 1, waiting: 3 });
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => hasher.verify(null, new Secret('x'))));
      const busy = results.filter((result) => result.status === 'rejected');
      expect(busy).toHaveLength(8);
      for (const result of busy) expect(result.reason).toMatchObject({ code: 'busy', retryAfter: 3 });
      expect(hasher.load()).toBe(0);
      await hasher.verify(null, new Secret('x'));
    });

    it('answers 503 with Retry-After when the line is full, and goes on serving who is signed in', async () => {
      const small = await world({ hashesInLine: 1 });
      try {
        const door = small.app();
        const person = client(door, '192.0.2.200');
        expect((await person.send(signIn, { username: 'keeper', password: loginPassword })).status).toBe(200);
        const flood = Array.from({ length: 12 }, (_, i) =>
          client(door, `192.0.2.${i + 1}`).send(signIn, { username: `n${i}`, password: 'wrong-password-1' }),
        );
        expect((await person.send(readMe)).status).toBe(200);
        const answers = await Promise.all(flood);
        const busy = answers.filter((answer) => answer.status === 503);
        expect(busy.length).toBeGreaterThan(0);
        for (const answer of busy) {
          expect(answer.body['code']).toBe('busy');
          expect(answer.headers['retry-after']).toBe('3');
        }
      } finally {
        await small.close();
      }
    });
  });

  describe('a new log-in password', () => {
    it('is long, is none of the common leaked ones, leaves the name out, and is none of the last five', async () => {
      const user = await w.add({ username: 'changer' });
      const browser = client(app, address());
      await browser.send(signIn, { username: 'changer', password: loginPassword });
      const change = (current: string, next: string) => browser.send(changeMyPassword, { current, next });
      for (const weak of ['short-one-1', 'changer-is-my-name', '1234567890123', 'passwordpassword'].filter(
        (text) => text.length < 12 || text.includes('changer') || isCommon(text),
      ))
        expect([weak, (await change(loginPassword, weak)).body['code']]).toEqual([weak, 'password-weak']);
      expect(['1234567890123', 'passwordpassword', 'unbelievable'].some(isCommon)).toBe(true);

      const used = [loginPassword, ...Array.from({ length: 5 }, (_, i) => `rolling-password-${i}-x`)];
      for (const [i, next] of used.slice(1).entries()) expect((await change(used[i] ?? '', next)).status).toBe(200);
      const present = used.at(-1) ?? '';
      for (const former of used.slice(1))
        expect([former, (await change(present, former)).body['code']]).toEqual([former, 'password-reused']);
      // The sixth back may come again.
      expect((await change(present, loginPassword)).status).toBe(200);
      const trail = (await w.audit('me.change-password')).filter((row) => row.object_id === user.id);
      expect(trail.filter((row) => row.outcome === 'done')).toHaveLength(6);
      expect(JSON.stringify(trail)).not.toMatch(/rolling-password|quiet-harbour/);
    });

    it('follows rules of its own, apart from those of stored passwords, and ages only where an administrator says so', async () => {
      const user = await w.add({ username: 'ruled' });
      const browser = client(app, address());
      await browser.send(signIn, { username: 'ruled', password: loginPassword });
      const change = async (next: string) => {
        const { body } = await browser.send(changeMyPassword, { current: loginPassword, next });
        return (
          (body['errors'] as { message: string }[] | undefined)?.map((one) => one.message) ?? body['code'] ?? 'changed'
        );
      };
      const privileged = await w.people.privileged.actor();
      await expect(
        w.invoke(updateSettings, await w.people.admin.actor(), { loginMinLength: 20 }),
      ).rejects.toMatchObject({ code: 'not-your-role' });
      for (const loginMaxAgeDays of [1, 29, 3651])
        await expect(w.invoke(updateSettings, privileged, { loginMaxAgeDays })).rejects.toMatchObject({
          code: 'input-invalid',
        });
      await w.invoke(updateSettings, privileged, {
        loginMinLength: 24,
        loginMixed: true,
        loginBlockedWords: 'Acme\nlighthouse of',
      });
      expect(await change('lower-acme-case')).toEqual([
        'Use at least 24 characters.',
        'Use both small and capital letters.',
        'Use at least 1 digit.',
        'Leave out the words that your organisation blocks.',
      ]);
      // The default policy of stored passwords would take this one, and the other way about.
      expect(await change('Ab12!#Quite-Mixed-')).toEqual(['Use at least 24 characters.']);
      // Not old: nobody is asked. Then it ages, and what is new counts anew.
      const signedIn = async () => {
        const again = client(app, address());
        return (await again.send(signIn, { username: 'ruled', password: loginPassword })).body['user'] as Record<
          string,
          unknown
        >;
      };
      const aged = (days: number) =>
        w.sql('update strongroom.app_user set password_set_at = now() - make_interval(days => $2::int) where id = $1', [
          user.id,
          days,
        ]);
      const must = async () =>
        (
          await w.sql<{ it: boolean }>('select must_change_password as it from strongroom.app_user where id = $1', [
            user.id,
          ])
        )[0]?.it;
      await aged(2000);
      await signedIn();
      expect(await must()).toBe(false);
      await w.invoke(updateSettings, privileged, { loginMaxAgeDays: 30 });
      await aged(29);
      await signedIn();
      expect(await must()).toBe(false);
      await aged(31);
      await signedIn();
      expect(await must()).toBe(true);
      expect(await change('A-Good-Deal-Longer-Than-24')).toBe('changed');
      expect(await must()).toBe(false);
      await w.sql('delete from strongroom.setting where organisation_id = $1', [w.organisationId]);
    });
  });
});
