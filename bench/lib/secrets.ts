import { drawPassword, type Rules } from '../../packages/password-policy/src/index.ts';
import { performer, system } from '../../apps/server/src/authorise/index.ts';
import { connect } from '../../apps/server/src/platform/db.ts';
import { Secret } from '../../apps/server/src/platform/secret.ts';
import { createVault, readMasterKey } from '../../apps/server/src/vault/index.ts';
import type { Estate } from './estate.ts';
import type { Product } from './product.ts';

const atOnce = 5_000;

/** Gives every account of an estate a sealed password that keeps the rules: as the product seals them, with its own key. */
export async function sealSecrets(product: Product, estate: Estate, rules: Rules): Promise<number> {
  const database = connect(product.adminUrl.replace('/postgres?', '/strongroom?'), { max: 2 });
  const vault = createVault(readMasterKey(product.keyFile));
  const { organisationId } = estate;
  const ask = { actor: system(organisationId), action: 'policy.evaluate', objectId: organisationId } as const;
  let sealed = 0;
  try {
    for (let last = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await estate.sql<{ id: string }>(
        `select id from strongroom.account where id > $1 order by id limit ${String(atOnce)}`,
        [last],
      );
      const end = rows.at(-1);
      if (!end) return sealed;
      last = end.id;
      const secrets = await performer(database)(ask, async (grant) => {
        grant.nothingDone();
        const texts: string[] = [];
        for (const { id } of rows) {
          const password = new Secret(drawPassword(rules, { length: 20 }).password);
          const bytes = await vault.seal(grant, password, { column: 'secret.sealed', rowId: id, version: 1 });
          texts.push(`\\x${bytes.toString('hex')}`);
        }
        return texts;
      });
      await estate.sql(
        `insert into strongroom.secret (organisation_id, account_id, version, state, sealed, origin, changed_by)
         select $1, x.id, 1, 'current', x.sealed::bytea, 'created', 'bench' from unnest($2::uuid[], $3::text[]) x(id, sealed)`,
        [organisationId, rows.map((row) => row.id), secrets],
      );
      sealed += rows.length;
    }
  } finally {
    await database.close();
  }
}
