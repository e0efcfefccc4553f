import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changePassword,
  createResource,
  listAccounts,
  revealAccount,
  revealFormer,
  updateSettings,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letter } from '../../../../tools/lib/letters.ts';
import { world, type World } from '../../test/world.ts';
import { Secret } from '../platform/secret.ts';
import { keyVersionOf, openBytes, sealBytes } from './cipher.ts';
import {
  checkMasterKey,
  copyMasterKey,
  createMasterKey,
  createVault,
  readMasterKey,
  secretColumns,
  WrongKey,
} from './index.ts';
import vectors from './vectors.json' with { type: 'json' };

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const bindings = fc.array(fc.oneof(fc.string({ unit: letter }), fc.nat()), { maxLength: 5 });
const bytes = (most: number) => fc.uint8Array({ maxLength: most }).map((array) => Buffer.from(array));

describe('the sealed format', () => {
  it.each(vectors.map((vector) => [vector.what, vector] as const))('is as the vectors say: %s', (_what, v) => {
    const sealed = sealBytes(hex(v.key), v.keyVersion, hex(v.plain), v.binding, hex(v.nonce));
    expect(sealed.toString('hex')).toBe(v.sealed);
    expect(openBytes(hex(v.key), hex(v.sealed), v.binding).toString('hex')).toBe(v.plain);
    expect(keyVersionOf(hex(v.sealed))).toBe(v.keyVersion);
  });

  it('opens to what was sealed, whatever it was, and is never the same twice', () => {
    fc.assert(
      fc.property(bytes(300), fc.integer({ min: 1, max: 2 ** 32 - 1 }), bindings, (plain, version, binding) => {
        const key = randomBytes(32);
        const sealed = sealBytes(key, version, plain, binding);
        expect(openBytes(key, sealed, binding).equals(plain)).toBe(true);
        expect(keyVersionOf(sealed)).toBe(version);
        expect(sealBytes(key, version, plain, binding).equals(sealed)).toBe(false);
        expect(sealed.length).toBe(plain.length + 33);
      }),
    );
  });

  it('does not open when any one bit of it, of the key or of the place differs', () => {
    fc.assert(
      fc.property(bytes(60), bindings, bindings, fc.nat(), fc.nat(), (plain, binding, other, flip, keyFlip) => {
        const key = randomBytes(32);
        const sealed = sealBytes(key, 1, plain, binding);
        const flipped = Buffer.from(sealed);
        const bit = flip % (sealed.length * 8);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => openBytes(key, flipped, binding)).toThrow();
        const wrong = Buffer.from(key);
        wrong.writeUInt8(wrong.readUInt8((keyFlip >> 3) % 32) ^ (1 << (keyFlip & 7)), (keyFlip >> 3) % 32);
        expect(() => openBytes(wrong, sealed, binding)).toThrow();
        fc.pre(JSON.stringify(other) !== JSON.stringify(binding));
        expect(() => openBytes(key, sealed, other)).toThrow();
        expect(() => openBytes(key, sealed.subarray(0, -1), binding)).toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sealed value in the database [KEY-01]', () => {
  let w: World;
  let here: { id: string; username: string }[];
  beforeAll(async () => {
    w = await world();
    for (const [who, name] of [
      ['keeper', 'here'],
      ['foreign', 'there'],
    ] as const) {
      const actor = await w.people[who].actor();
      await w.invoke(createResource, actor, {
        name,
        type: 'Linux',
        accounts: [
          { username: 'root', password: `${name}-root` },
          { username: 'alice', password: `${name}-alice` },
        ],
      });
    }
    here = (await w.invoke(listAccounts, await w.people.keeper.actor(), {})).items;
    await w.invoke(changePassword, await w.people.keeper.actor(), {
      accountId: idOf('root') as never,
      password: 'Second-Password-22-!!',
    });
    await w.invoke(updateSettings, await w.people.admin.actor(), {
      mail: {
        host: 'smtp.invalid',
        port: 25,
        security: 'none',
        from: 'a@example.org',
        username: 'u',
        password: 'mail-password',
      },
    });
  });
  afterAll(() => w.close());
  const idOf = (username: string): string => here.find((account) => account.username === username)?.id ?? '';
  const reveal = async (username: string) =>
    w.invoke(revealAccount, await w.people.keeper.actor(), { accountId: idOf(username) as never });
  const sealedOf = async (accountId: string, version: number): Promise<Buffer> =>
    (
      await w.sql<{ sealed: Buffer }>('select sealed from strongroom.secret where account_id = $1 and version = $2', [
        accountId,
        version,
      ])
    )[0]?.sealed ?? Buffer.alloc(0);
  const put = (accountId: string, version: number, sealed: Buffer) =>
    w.sql('update strongroom.secret set sealed = $3 where account_id = $1 and version = $2', [
      accountId,
      version,
      sealed,
    ]);

  it('opens where it lies and nowhere else: not in another row, version, column or organisation', async () => {
    expect((await reveal('root')).password).toBe('Second-Password-22-!!');
    const root = await sealedOf(idOf('root'), 2);
    const [mail] = await w.sql<{ id: string; sealed: Buffer }>('select id, sealed from strongroom.setting_secret');
    const [foreign] = await w.sql<{ sealed: Buffer }>(
      `select s.sealed from strongroom.secret s where s.organisation_id = $1 limit 1`,
      [w.otherOrganisationId],
    );
    const [dataKey] = await w.sql<{ wrapped: Buffer }>(
      'select wrapped from strongroom.data_key where organisation_id = $1',
      [w.organisationId],
    );
    const moved = {
      'another account of the same resource': await sealedOf(idOf('alice'), 1),
      'another version of the same account': await sealedOf(idOf('root'), 1),
      'another column': mail?.sealed ?? Buffer.alloc(0),
      'another organisation': foreign?.sealed ?? Buffer.alloc(0),
      'the data key itself': dataKey?.wrapped ?? Buffer.alloc(0),
    };
    for (const [from, sealed] of Object.entries(moved)) {
      expect([from, sealed.length > 33]).toEqual([from, true]);
      await put(idOf('root'), 2, sealed);
      await expect(reveal('root'), from).rejects.toThrow();
      expect((await w.audit('account.reveal')).at(-1)).toMatchObject({ outcome: 'failed' });
    }
    await put(idOf('root'), 2, root);
    expect((await reveal('root')).password).toBe('Second-Password-22-!!');
    // A row that was moved whole, to another organisation, does not open there either.
    const [stranger] = await w.sql<{ id: string }>(
      'select id from strongroom.account where organisation_id = $1 limit 1',
      [w.otherOrganisationId],
    );
    await put(stranger?.id ?? '', 1, root);
    await expect(
      w.invoke(revealAccount, await w.people.foreign.actor(), { accountId: stranger?.id as never }),
    ).rejects.toThrow();
    // Every secret column is on one list, which a test of the catalogue holds against the database.
    expect(secretColumns).toEqual(
      expect.arrayContaining(['secret.sealed', 'setting_secret.sealed', 'data_key.wrapped']),
    );
  });

  it('is AES-256-GCM under the data key of its organisation, with a nonce of its own, and the data key under the master key', async () => {
    const [row] = await w.sql<{ wrapped: Buffer; master_key_id: string }>(
      'select wrapped, master_key_id from strongroom.data_key where organisation_id = $1',
      [w.organisationId],
    );
    expect(row?.master_key_id).toBe(w.key.id);
    const dataKey = openBytes(w.key.bytes, row?.wrapped ?? Buffer.alloc(0), [
      w.organisationId,
      'data_key.wrapped',
      w.organisationId,
      1,
    ]);
    expect(dataKey).toHaveLength(32);
    const sealed = await w.sql<{ account_id: string; version: number; sealed: Buffer }>(
      'select account_id, version, sealed from strongroom.secret where organisation_id = $1',
      [w.organisationId],
    );
    expect(sealed.length).toBe(3);
    const nonces = new Set(sealed.map((one) => one.sealed.subarray(5, 17).toString('hex')));
    expect(nonces.size).toBe(sealed.length);
    const opened = sealed.map((one) =>
      openBytes(dataKey, one.sealed, [w.organisationId, 'secret.sealed', one.account_id, one.version]).toString(),
    );
    expect(opened.sort()).toEqual(['Second-Password-22-!!', 'here-alice', 'here-root']);
  });

  it('fails loudly when it was altered in place, and tells nobody what was in it', async () => {
    const sealed = await sealedOf(idOf('alice'), 1);
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(40) ^ 1, 40);
    await put(idOf('alice'), 1, altered);
    const error: unknown = await reveal('alice').catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain('here-alice');
    await put(idOf('alice'), 1, sealed);
    const former = await w.invoke(revealFormer, await w.people.keeper.actor(), {
      accountId: idOf('root') as never,
      version: 1,
    });
    expect(former.password).toBe('here-root');
  });

  it('does not open under another master key: a copy of the database without the key file is worth nothing', async () => {
    const other = createVault({ id: w.key.id, bytes: randomBytes(32) });
    const ask = { actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: idOf('alice') } as const;
    const sealed = await sealedOf(idOf('alice'), 1);
    const opening = w.perform(ask, (grant) =>
      other.open(grant, sealed, { column: 'secret.sealed', rowId: idOf('alice'), version: 1 }),
    );
    await expect(opening).rejects.toThrow();
  });

  it('is refused at start with a key of another database, naming both keys and changing nothing', async () => {
    const before = createHash('sha256')
      .update(JSON.stringify(await w.sql('select * from strongroom.data_key order by organisation_id')))
      .digest('hex');
    const organisations = [w.organisationId, w.otherOrganisationId];
    await checkMasterKey(w.database, w.key, organisations);
    const stranger = { id: 'ffffffffffffffff', bytes: randomBytes(32) };
    const refused: unknown = await checkMasterKey(w.database, stranger, organisations).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WrongKey);
    expect(String(refused)).toContain(w.key.id);
    expect(String(refused)).toContain('nothing was changed');
    // A key that lies about its name does not get past the data keys.
    await expect(checkMasterKey(w.database, { ...stranger, id: w.key.id }, organisations)).rejects.toThrow();
    const after = createHash('sha256')
      .update(JSON.stringify(await w.sql('select * from strongroom.data_key order by organisation_id')))
      .digest('hex');
    expect(after).toBe(before);
  });

  it('seals any text a person may type, back to the same text', async () => {
    const ask = { actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: idOf('alice') } as const;
    const place = { column: 'secret.sealed', rowId: idOf('alice'), version: 9 } as const;
    await w.perform(ask, (grant) =>
      fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
          const sealed = await w.vault.seal(grant, new Secret(text), place);
          expect((await w.vault.open(grant, sealed, place)).expose()).toBe(text);
        }),
      ),
    );
  });
});

describe('the master key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sr-key-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made once, for its owner only, and is read back as the same key', () => {
    const file = join(folder, 'deep', 'master.key');
    const key = createMasterKey(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
    expect(readMasterKey(file).bytes.equals(key.bytes)).toBe(true);
    expect(readMasterKey(file).id).toBe(key.id);
    expect(() => createMasterKey(file)).toThrow('EEXIST');
    copyMasterKey(key, join(folder, 'copy', 'k'));
    expect(readMasterKey(join(folder, 'copy', 'k')).id).toBe(key.id);
    expect(() => {
      copyMasterKey(key, join(folder, 'copy', 'k'));
    }).toThrow('EEXIST');
    // The name gives nothing of the key away.
    expect(readFileSync(file, 'utf8')).not.toContain(key.id);
    expect(key.bytes.toString('hex')).not.toContain(key.id);
  });

  it('is refused with a sentence that names the file, and never with what is in it', () => {
    const file = join(folder, 'odd.key');
    expect(() => readMasterKey(join(folder, 'none.key'))).toThrow(/none\.key cannot be read \(ENOENT\)/);
    for (const text of [
      '',
      'x',
      'strongroom-master-key-1:',
      `strongroom-master-key-1:${randomBytes(31).toString('base64url')}`,
      `strongroom-audit-signing-key-1:${randomBytes(32).toString('base64url')}`,
      randomBytes(32).toString('base64url'),
    ]) {
      writeFileSync(file, `${text}\n`);
      let said = '';
      try {
        readMasterKey(file);
      } catch (error) {
        said = String(error);
      }
      expect(said).toContain('odd.key is not a Strongroom key file');
      const inside = text.split(':').at(-1) ?? '';
      if (inside.length > 8) expect(said).not.toContain(inside);
    }
  });
});
