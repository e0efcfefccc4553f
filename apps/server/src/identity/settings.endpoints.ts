import { readSettings as readSettingsCall, updateSettings } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import type { Vault } from '../vault/index.ts';
import { readSettings, requireMaySet, writeSettings } from './settings.ts';

/** The organisation's settings. `onChange` is for what follows from them, in the transaction that changes them. */
export const settingEndpoints = (
  vault: Vault,
  onChange: (db: OrganisationDb, organisationId: string) => Promise<void>,
): Endpoint[] => [
  endpoint(readSettingsCall, { run: (grant) => readSettings(grant.db) }),
  endpoint(updateSettings, {
    async run(grant, input, facts) {
      await requireMaySet(grant.db, facts, input);
      const settings = await writeSettings(grant, vault, input);
      await onChange(grant.db, grant.actor.organisationId);
      return settings;
    },
  }),
];
