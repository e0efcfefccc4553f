import { rehearseScript, tryScript, type Script } from '@strongroom/contract';
import { promptEnding, rehearse, scriptFaults, scriptLimits, type Login } from '@strongroom/driver-kit';
import { endpoint, longEndpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { raiseAlarm, routeOf } from './contact.ts';
import { readReach } from './reach.ts';
import type { WorkerParts } from './worker-parts.ts';

const text = (value: string) => ({ expose: () => value });
/** Stand for secrets on paper: nothing real is near. */
const onPaper = {
  new: text('new'),
  current: text('current'),
  adminPassword: text('adminPassword'),
  enable: text('enable'),
};

/** A dialogue tried out: on paper, and on a device up to the change. */
export const scriptEndpoints = (parts: WorkerParts): Endpoint[] => [
  endpoint(rehearseScript, {
    async run(_grant, { script, part, account, said }) {
      const faults = scriptFaults(script);
      if (faults.length > 0)
        throw new Problem('input-invalid', {
          errors: faults.map(({ path, message }) => ({ path: `script.${path}`, message })),
        });
      const steps = partOf(script, part);
      const values = { ...onPaper, account: text(account), admin: text('admin') };
      const { lines, ended, why } = await rehearse(
        { ...steps, prompt: promptEnding(script.login.prompt), values },
        // Where the text ends a device would wait: a prompt often ends in a space that is easily lost in a form.
        said,
      );
      const { maxLength, forbidden, asciiOnly = false } = scriptLimits(script);
      return {
        lines: [...lines],
        ended,
        why,
        limits: { maxLength, forbidden: forbidden.replace(/\p{Cc}/gu, ''), asciiOnly },
      };
    },
  }),
  longEndpoint(tryScript, async (perform, actor, { accountId }) => {
    const ask = { actor, action: 'account.try-script', objectId: accountId } as const;
    const { username, current, reach } = await perform(ask, async (grant) => {
      const account = await grant.db
        .selectFrom('account as a')
        .innerJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
        .select(['a.username', 's.sealed', 's.version'])
        .where('a.id', '=', accountId)
        .executeTakeFirstOrThrow();
      const facts = await readReach(grant, parts.vault, accountId);
      if (facts.driver !== 'own-script')
        throw new Problem('not-that-state', { detail: 'The type of this resource has no dialogue of your own.' });
      const place = { column: 'secret.sealed', rowId: accountId, version: account.version } as const;
      return {
        username: account.username,
        current: await parts.vault.open(grant, account.sealed, place),
        reach: facts,
      };
    });
    const { loginWith } = reach.settings as { loginWith?: unknown };
    const admin: Login = loginWith === 'another account' && reach.admin ? reach.admin : { username, password: current };
    const elevation = reach.elevatesItself ? { username, password: current } : reach.elevation;
    const route = routeOf({ ...parts, perform }, actor.organisationId, reach);
    const { said, offered } = await parts.outpost.rehearse(route, admin, { username, current }, elevation);
    await raiseAlarm({ ...parts, perform }, actor.organisationId, reach, offered);
    return { lines: [...said.lines], ended: said.ended, why: said.why };
  }),
];

/** The steps of one part of a dialogue, and what ends it. Throws `input-invalid` for proving where a log-in is the proof. */
function partOf(script: Script, part: 'reset' | 'verify'): Pick<Script, 'steps' | 'success' | 'refused'> {
  if (part === 'reset') return script;
  if (script.verify) return script.verify;
  throw new Problem('input-invalid', {
    errors: [{ path: 'part', message: 'a log-in is the proof: there are no steps' }],
  });
}
