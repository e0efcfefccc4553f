import { completeSetup, inspectSetup, readSetup } from '@strongroom/contract';
import { longEndpoint, type Endpoint, type Perform } from '../authorise/index.ts';
import type { PasswordHasher } from '../identity/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { organisations, setUp, setupTokenHolds } from './setup.ts';

export interface SetupParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly vault: Vault;
  readonly hasher: PasswordHasher;
  readonly version: string;
  /** Where the master key lies. */
  keyFile(): string;
  /** Moves the master key's file; the setting follows it. Throws a Problem when it cannot be there. */
  moveKeyFile(to: string): void;
  readonly host: string;
  /** Told once, with the new organisation's id. */
  onSetUp(organisationId: string): void;
}

/** First run: there is no default password, only a link that the server printed. */
export const setupEndpoints = (parts: SetupParts): Endpoint[] => [
  longEndpoint(readSetup, async () => ({
    needed: (await organisations(parts.database)).length === 0,
    product: 'Strongroom',
    version: parts.version,
  })),
  longEndpoint(inspectSetup, async (_perform, _actor, input) => {
    if (!(await setupTokenHolds(parts.database, input.token))) throw new Problem('setup-closed');
    return { keyFile: parts.keyFile(), host: parts.host };
  }),
  longEndpoint(completeSetup, async (_perform, actor, input) => {
    const { token, keyFile, password, ...rest } = input;
    if (!(await setupTokenHolds(parts.database, token))) throw new Problem('setup-closed');
    if (keyFile !== null && keyFile !== parts.keyFile()) parts.moveKeyFile(keyFile);
    const made = await setUp(parts, token, { ...rest, password: new Secret(password) }, actor.origin, () =>
      Promise.resolve(),
    );
    parts.onSetUp(made.organisationId);
    return { username: input.username, keyFile: parts.keyFile() };
  }),
];
