import { driverFor } from '@strongroom/drivers';
import { hasEnded } from '../lib/rotating.ts';
import type { TestServer } from '../lib/server.ts';
import { until } from '../lib/until.ts';
import type { Talk } from './driver-steps.ts';
import type { Gates } from './gates.ts';
import { kinds } from './kinds.ts';
import type { Peers, Place } from './peers.ts';

/** An account in the product, and its place among the peers. */
export interface Account {
  readonly place: Place;
  readonly driver: string;
  readonly label: string;
  readonly provable: boolean;
  readonly accountId: string;
  talk: Talk;
}

/** For targets that count eight characters, which no policy that the product comes with can do strongly. */
const shortPasswords = {
  ...{ name: 'Short', minLength: 8, maxLength: 20, mixedCase: true, digits: 1, specials: 0, specialCharacters: '' },
  ...{ startsWithLetter: true, loginNameAllowed: true, dictionaryWordsAllowed: true, words: 0 },
  ...{ historyDepth: 0, maxAgeDays: 0 },
};

/** Enters every place as a resource of its own, and trusts whom their servers' certificates are from. */
export async function enterAll(server: TestServer, places: readonly Place[]): Promise<Account[]> {
  const trusted = [...new Set(places.flatMap((place) => place.trusted))];
  if (trusted.length > 0) await server.call('POST', '/trusted-certificates', { pem: trusted.join('\n') });
  const short = await server.call<{ id: string }>('POST', '/policies', shortPasswords);
  for (const { type, script } of kinds)
    if (script) await server.call('POST', '/resource-types', { name: type, script });
  return Promise.all(places.map((place) => enter(server, place, short.id)));
}

async function enter(server: TestServer, place: Place, shortPolicy: string): Promise<Account> {
  const kind = kinds[place.kind];
  if (kind === undefined) throw new Error('no such kind');
  const { account, admin, elevation } = place;
  const { id } = await server.call<{ id: string }>('POST', '/resources', {
    name: `${kind.driver} ${String(place.id)}`,
    type: kind.type,
    ...(place.host === '' ? {} : { dnsName: place.host }),
    ...((driverFor(kind.driver)?.limits.maxLength ?? 0) < 14 ? { policyId: shortPolicy } : {}),
    accounts: [account, ...(admin ? [admin] : []), ...(elevation ? [elevation] : [])],
    reset: {
      settings: place.settings,
      adminUsername: admin?.username ?? null,
      elevationUsername: elevation?.username ?? null,
    },
  });
  const { items } = await server.call<{ items: { id: string; username: string }[] }>(
    'GET',
    `/accounts?resourceId=${id}`,
  );
  const mine = items.find(({ username }) => username === account.username);
  if (mine === undefined) throw new Error(`no account of ${kind.driver}`);
  return {
    place,
    driver: kind.driver,
    label: `${kind.driver} by ${kind.by} (place ${String(place.id)})`,
    provable: driverFor(kind.driver)?.proof !== 'none',
    accountId: mine.id,
    talk: { reset: [], probe: [] },
  };
}

/** Rotates each account once, undisturbed. Connections that came before the answer was noted set the password, those after it asked. */
export async function learn(server: TestServer, gates: Gates, peers: Peers, accounts: Account[]): Promise<void> {
  await peers.trap(accounts.map(({ place }) => ({ id: place.id, point: null })));
  const failed: string[] = [];
  await Promise.all(
    accounts.map(async (account) => {
      const { accountId, place, label, provable } = account;
      const { attemptId } = await server.call<{ attemptId: string }>('POST', `/accounts/${accountId}/rotate`, {});
      const { state, why } = await until(server, accountId, attemptId, hasEnded, 120);
      if (state !== 'promoted') {
        failed.push(`${label}: ${state} ${why ?? ''}`);
        return;
      }
      const [row] = await gates.query<{ at: Date }>(
        'select applied_at as at from strongroom.rotation_attempt where id = $1',
        [attemptId],
      );
      const talk = await peers.talk(place.id);
      const turns = (of: typeof talk): number[] => of.map((one) => one.turns);
      account.talk = {
        reset: turns(talk.filter(({ at }) => at <= (row?.at.getTime() ?? 0))),
        probe: turns(talk.filter(({ at }) => at > (row?.at.getTime() ?? 0))),
      };
      if (account.talk.reset.length === 0 || (provable && account.talk.probe.length === 0))
        failed.push(`${label}: its talk is not ${JSON.stringify(account.talk)}`);
    }),
  );
  if (failed.length > 0) throw new Error(`undisturbed:\n${failed.join('\n')}`);
}
