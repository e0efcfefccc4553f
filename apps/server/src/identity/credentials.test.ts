import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  createApiUser,
  disableUser,
  listResources,
  listUsers,
  lockUser,
  readUser,
  regenerateApiToken,
  updateUser,
  type Scope,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { origin, world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { findCertificate, findSshKey, type KnownCredential } from './credentials.ts';

let w: World;
let boss: Actor;
beforeAll(async () => {
  w = await world();
  boss = await w.people.boss.actor();
});
afterAll(() => w.close());

const makeKey = (): { line: string; blob: Buffer } => {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(Buffer.from(x, 'base64url'))]);
  return { line: `ssh-ed25519 ${blob.toString('base64')} job`, blob };
};
const sha256 = (pem: string): Buffer =>
  createHash('sha256')
    .update(Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64'))
    .digest();
let n = 0;
const add = async (
  more: { sshKey?: string; certificate?: string; scopes?: Scope[]; expiresAt?: string | null; username?: string } = {},
) => {
  const username = more.username ?? `program-${String(++n)}@host.example`;
  const { user, token } = await w.invoke(createApiUser, boss, {
    username,
    fullName: 'Program',
    role: 'password-user',
    expiresAt: null,
    ...more,
  });
  return { id: user.id, username, user, token };
};
const actorOf = (known: KnownCredential | undefined, kind: 'ssh-key' | 'certificate' = 'ssh-key'): Actor => {
  if (!known) throw new Error('nobody');
  const { id, userId, organisationId, scopes, host } = known;
  return { kind: 'user', organisationId, userId, credential: { id, kind, scopes, host }, origin };
};
const list = (actor: Actor) => w.invoke(listResources, actor, {});

describe('a key or certificate of an API user', () => {
  it('is found by itself and under its user’s name alone, with or without the host', async () => {
    const key = makeKey();
    const made = await makeCertificate({ name: 'Robot' });
    const { id, username } = await add({
      sshKey: key.line,
      certificate: made.cert,
      scopes: ['read'],
      username: 'robot@host.example',
    });
    for (const shown of ['robot', username, 'ROBOT'])
      expect(await findSshKey(w.database, { username: shown, blob: key.blob })).toMatchObject({
        userId: id,
        scopes: ['read'],
        host: 'host.example',
      });
    for (const shown of ['', 'robo', 'host.example', 'robot@other.example'])
      expect(await findSshKey(w.database, { username: shown, blob: key.blob })).toBeUndefined();
    expect(await findSshKey(w.database, { username, blob: makeKey().blob })).toBeUndefined();
    const [{ name: here } = { name: '' }] = await w.sql<{ name: string }>(
      'select name from strongroom.organisation where id = $1',
      [w.organisationId],
    );
    expect(await findSshKey(w.database, { username, blob: key.blob, organisation: here.toUpperCase() })).toMatchObject({
      userId: id,
    });
    expect(await findSshKey(w.database, { username, blob: key.blob, organisation: 'No such' })).toBeUndefined();
    const shown = { commonName: 'Robot', sha256: sha256(made.cert) };
    expect(await findCertificate(w.database, shown)).toMatchObject({ userId: id });
    expect(await findCertificate(w.database, { ...shown, commonName: 'Other' })).toBeUndefined();
    // A certificate is no key, even with the same fingerprint.
    expect(await findSshKey(w.database, { username, blob: Buffer.from(made.x509.rawData) })).toBeUndefined();
  });

  it('ends at the very next call: replaced, taken away, expired, host changed, user locked or disabled', async () => {
    const first = makeKey();
    const { id, username } = await add({ sshKey: first.line });
    const now = async (blob: Buffer) => actorOf(await findSshKey(w.database, { username, blob }));
    const old = await now(first.blob);
    await list(old);
    const second = makeKey();
    await w.invoke(updateUser, boss, { userId: id, sshKey: second.line });
    await expect(list(old)).rejects.toMatchObject({ code: 'signed-out' });
    expect(await findSshKey(w.database, { username, blob: first.blob })).toBeUndefined();
    const fresh = await now(second.blob);
    await list(fresh);
    await w.sql("update strongroom.api_credential set expires_at = now() - interval '1 second' where id = $1", [
      fresh.credential?.id,
    ]);
    await expect(list(fresh)).rejects.toMatchObject({ code: 'signed-out' });
    await w.invoke(updateUser, boss, { userId: id, keysExpireAt: null });
    const again = await now(second.blob);
    await list(again);
    await w.invoke(lockUser, boss, { userId: id });
    await expect(list(again)).rejects.toMatchObject({ code: 'signed-out' });
    await w.sql("update strongroom.app_user set state = 'active' where id = $1", [id]);
    await list(again);
    await expect(
      list({
        ...again,
        credential: { id: again.credential?.id ?? '', kind: 'ssh-key', scopes: ['read'], host: 'elsewhere.example' },
      }),
    ).rejects.toMatchObject({ code: 'signed-out' });
    await w.invoke(disableUser, boss, { userId: id });
    await w.sql("update strongroom.app_user set state = 'active' where id = $1", [id]);
    await expect(list(again)).rejects.toMatchObject({ code: 'signed-out' });
    expect((await w.invoke(readUser, boss, { userId: id })).credentials).toEqual([]);
  });

  it('may do what its scopes say and no more, and is another one with others', async () => {
    const key = makeKey();
    const { id, username } = await add({ sshKey: key.line, scopes: ['read'] });
    const reader = actorOf(await findSshKey(w.database, { username, blob: key.blob }));
    await list(reader);
    await w.invoke(updateUser, boss, { userId: id, keyScopes: ['passwords'] });
    await expect(list(reader)).rejects.toMatchObject({ code: 'signed-out' });
    await expect(list(actorOf(await findSshKey(w.database, { username, blob: key.blob })))).rejects.toMatchObject({
      code: 'scope-missing',
    });
  });

  it('is one user’s alone, of one kind at a time', async () => {
    const key = makeKey();
    await add({ sshKey: key.line });
    await expect(add({ sshKey: key.line })).rejects.toMatchObject({
      code: 'input-invalid',
      errors: [{ path: 'sshKey' }],
    });
    const { id } = await add({ sshKey: makeKey().line });
    await expect(w.invoke(updateUser, boss, { userId: id, sshKey: key.line })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    const person = w.people.nobody.id;
    for (const change of [{ sshKey: key.line }, { keyScopes: ['read'] as Scope[] }, { keysExpireAt: null }])
      await expect(w.invoke(updateUser, boss, { userId: person, ...change })).rejects.toMatchObject({
        code: 'input-invalid',
      });
  });

  it('never outlives its certificate, and takes an end of its own before that', async () => {
    const made = await makeCertificate({ name: 'short', to: 20 });
    const end = new Date(made.x509.notAfter).toISOString();
    const { id, user } = await add({ certificate: made.cert, username: 'short' });
    expect(user.credentials.find(({ kind }) => kind === 'certificate')?.expiresAt).toBe(end);
    expect(user.firstExpiryAt).toBe(end);
    const sooner = new Date(Date.now() + 86_400_000).toISOString();
    const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
    expect((await w.invoke(updateUser, boss, { userId: id, keysExpireAt: sooner })).firstExpiryAt).toBe(sooner);
    expect((await w.invoke(updateUser, boss, { userId: id, keysExpireAt: later })).firstExpiryAt).toBe(end);
    await expect(
      w.invoke(updateUser, boss, { userId: id, keysExpireAt: '2020-01-01T00:00:00.000Z' }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    const { items } = await w.invoke(listUsers, boss, { kind: 'api', search: 'short' });
    expect(items[0]?.firstExpiryAt).toBe(end);
  });

  it('is shown with what it may do, and a token that is made anew may be given other scopes', async () => {
    const key = makeKey();
    const { id, token } = await add({ sshKey: key.line, scopes: ['read', 'passwords'] });
    await w.invoke(regenerateApiToken, boss, { userId: id, expiresAt: null, scopes: ['read'] });
    const { credentials, version } = await w.invoke(readUser, boss, { userId: id });
    expect(credentials.map(({ kind, scopes }) => [kind, scopes])).toEqual([
      ['token', ['read']],
      ['ssh-key', ['read', 'passwords']],
    ]);
    expect(credentials[1]?.shows).toMatch(/^SHA256:/);
    expect(JSON.stringify(credentials)).not.toContain(token.slice(0, 20));
    // What is given as it is changes nothing, and leaves what is open.
    await w.invoke(updateUser, boss, { userId: id, sshKey: key.line });
    const after = await w.invoke(readUser, boss, { userId: id });
    expect(after.credentials).toEqual(credentials);
    expect(after.version).toBe(version);
  });
});
