/**
 * The house rules of Strongroom as an ESLint plugin: what the import rules and the compiler cannot say.
 * The rules know nothing of paths; eslint.config.mjs says where each one holds.
 */
import * as authority from './authority.mjs';
import * as hygiene from './hygiene.mjs';

/** The plugin, under the name `house`. */
const plugin = {
  meta: { name: '@strongroom/house-lint', version: '0.1.0' },
  rules: {
    'env-in-config-only': authority.envInConfigOnly,
    'no-forging-casts': authority.noForgingCasts,
    'expose-at-the-edge': authority.exposeAtTheEdge,
    'no-network-in-perform': authority.noNetworkInPerform,
    'no-raw-sql': authority.noRawSql,
    'no-shell': hygiene.noShell,
    'constant-log-messages': hygiene.constantLogMessages,
    'no-licence-gates': hygiene.noLicenceGates,
    'no-math-random': hygiene.noMathRandom,
    'no-sleep-in-tests': hygiene.noSleepInTests,
  },
};

export default plugin;
