import pg from 'pg';
import type { Product } from './product.ts';

/** A filled product and those who may reveal from it. */
export interface Vault {
  /** The reveal call of each account. */
  readonly paths: readonly string[];
  /** The same passwords in the dialect of the reference's REST API. */
  readonly restPaths: readonly string[];
  /** Header lines of programs, each with a token of its own: what one token may ask in a second is limited. */
  readonly programs: readonly string[];
  /** The same tokens in that dialect's header. */
  readonly restPrograms: readonly string[];
  /** Header lines of console sessions, each of another person: what one person may ask in a second is limited too. */
  readonly consoles: readonly string[];
}

const tokens = 4;
const people = 3;

/** Signs in. A session's headers. */
async function signIn(product: Product, who: Product['admin']): Promise<Record<string, string>> {
  const { body, cookie } = await product.ask('POST', '/session', {}, who);
  return { cookie, 'x-csrf-token': String(body['csrfToken']) };
}

/** Adds a super administrator, who may reveal everything, and signs in as them. */
async function addPerson(
  product: Product,
  by: Record<string, string>,
  username: string,
): Promise<Record<string, string>> {
  const [given, own] = ['given by somebody else', 'chosen by oneself later'];
  await product.ask('POST', '/users', by, {
    username,
    fullName: username,
    email: `${username}@example.org`,
    role: 'privileged-administrator',
    superAdministrator: true,
    password: given,
  });
  const first = await signIn(product, { username, password: given });
  await product.ask('POST', '/me/password', first, { current: given, next: own });
  return signIn(product, { username, password: own });
}

/** Signs in as the administrator and stores `resources` resources with ten accounts each, through the API. */
export async function fill(product: Product, resources: number): Promise<Vault> {
  const session = await signIn(product, product.admin);
  const held: string[] = [];
  for (let n = 0; n < tokens; n++) {
    const { body } = await product.ask('POST', '/me/tokens', session, {
      name: `bench ${String(n)}`,
      scopes: ['read', 'passwords'],
      expiresAt: null,
    });
    held.push(String(body['token']));
  }
  const accounts: Stored[] = [];
  for (let n = 0; n < resources; n += 8) {
    const some = Array.from({ length: Math.min(8, resources - n) }, (_, i) => addResource(product, session, n + i));
    accounts.push(...(await Promise.all(some)).flat());
  }
  const consoles = [session];
  for (let n = 1; n < people; n++) consoles.push(await addPerson(product, session, `person-${String(n)}`));
  await settled(product);
  return {
    paths: accounts.map(({ id }) => `/api/v1/accounts/${id}/reveal`),
    restPaths: accounts.map(
      ({ resourceNumber, number }) =>
        `/restapi/json/v1/resources/${String(resourceNumber)}/accounts/${String(number)}/password`,
    ),
    programs: held.map((token) => `authorization: Bearer ${token}\r\n`),
    restPrograms: held.map((token) => `AUTHTOKEN: ${token}\r\n`),
    consoles: consoles.map((headers) =>
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join(''),
    ),
  };
}

/** Waits until autovacuum has looked at what was filled in, as it has on any vault that is older than some seconds. */
async function settled(product: Product): Promise<void> {
  const client = new pg.Client({ connectionString: product.adminUrl.replace('/postgres?', '/strongroom?') });
  await client.connect();
  try {
    for (let tries = 0; tries < 120; tries++) {
      const { rows } = await client.query<{ known: boolean }>(
        // It comes again once a tenth has changed, and not before.
        `select bool_and(last_autoanalyze is not null and n_mod_since_analyze < 500 + n_live_tup / 10) as known
         from pg_stat_user_tables where schemaname = 'strongroom' and relname in ('account', 'resource', 'secret')`,
      );
      if (rows[0]?.known) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('autovacuum did not come by in a minute');
  } finally {
    await client.end();
  }
}

/** An account, as lists tell it. */
interface Stored {
  readonly id: string;
  readonly number: number;
  readonly resourceNumber: number;
}

async function addResource(product: Product, session: Record<string, string>, number: number): Promise<Stored[]> {
  const name = `server-${String(number).padStart(5, '0')}`;
  const accounts = Array.from({ length: 10 }, (_, n) => ({
    username: `user${String(n)}`,
    password: `Pass-${name}-${String(n)}`,
  }));
  const { body: resource } = await product.ask('POST', '/resources', session, {
    name,
    type: 'linux',
    dnsName: `${name}.example.org`,
    accounts,
  });
  const { body: list } = await product.ask('GET', `/accounts?resourceId=${String(resource['id'])}&limit=10`, session);
  return list['items'] as Stored[];
}
