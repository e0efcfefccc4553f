import { fault } from '../key-files.ts';
import { readMasterKey } from '../vault/index.ts';
import { command } from './command.ts';
import { settingsOrRefuse, withDatabase } from './installation.ts';

/** `strongroom key status`: which master key the file holds and which the database needs. Ids only, which give nothing away. */
export const keyStatus = command(
  { words: 'key status', says: 'shows which master key the file holds and which the database needs' },
  async () => {
    const config = settingsOrRefuse();
    const inFile = fault(() => readMasterKey(config.keyFile)).id;
    return withDatabase(config, async ({ database, organisations }) => {
      const rows = [];
      for (const { id, name } of organisations) {
        const versions = await database.asOrganisation(id, (db) =>
          db
            .selectFrom('dataKey')
            .select(['version', 'masterKeyId', 'createdAt', 'retiredAt'])
            .orderBy('version')
            .execute(),
        );
        rows.push({ id, name, versions });
      }
      const needed = [...new Set(rows.flatMap(({ versions }) => versions.map(({ masterKeyId }) => masterKeyId)))];
      const fits = needed.every((id) => id === inFile);
      return {
        ok: fits,
        lines: [
          `Key file ${config.keyFile} holds master key ${inFile}.`,
          needed.length === 0
            ? 'The database needs no key yet: nothing is set up.'
            : `The database needs ${needed.join(', ')}: ${fits ? 'it fits' : 'it does not fit; put the right key file in place'}.`,
          ...rows.map(
            ({ name, versions }) =>
              `${name}: ${versions.map((key) => `data key ${key.version} of ${key.createdAt.toISOString().slice(0, 10)}${key.retiredAt ? ', retired' : ''}`).join('; ')}`,
          ),
        ],
        facts: { keyFile: config.keyFile, keyId: inFile, needed, fits, organisations: rows },
      };
    });
  },
);
