import { inspectDatabase } from '../platform/database-report.ts';
import { migrate } from '../platform/migrate.ts';
import { command } from './command.ts';
import { settingsOrRefuse, withAddress } from './installation.ts';

/** `strongroom db migrate`: what every start does first, for who wants it done apart from a start. */
export const databaseMigrate = command(
  { words: 'db migrate', says: 'brings the database to this release' },
  async () => {
    const config = settingsOrRefuse();
    return withAddress(config, async ({ url }) => {
      const { missing } = await inspectDatabase(url);
      await migrate(url);
      const { applied, version } = await inspectDatabase(url);
      const now = `The database (PostgreSQL ${version}) is at ${applied.at(-1) ?? 'nothing'}`;
      return {
        ok: true,
        lines: [missing.length === 0 ? `${now}: nothing to do.` : `Applied ${missing.join(', ')}. ${now}.`],
        facts: { applied: missing, at: applied.at(-1) ?? null },
      };
    });
  },
);
