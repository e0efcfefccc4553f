import { readSettings as readSettingsCall, updateSettings } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import type { Vault } from '../vault/index.ts';
import { readSettings, requireMaySet, writeSettings } from './settings.ts';

/** The organisation's settings. */
export const settingEndpoints = (vault: Vault): Endpoint[] => [
  endpoint(readSettingsCall, { run: (grant) => readSettings(grant.db) }),
  endpoint(updateSettings, {
    async run(grant, input, facts) {
      await requireMaySet(grant.db, facts, input);
      return writeSettings(grant, vault, input);
    },
  }),
];
