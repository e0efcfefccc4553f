import { randomBytes } from 'node:crypto';
import type { Answer, Caller } from '../lib/client.ts';

/** What the product has promised: everything here was acknowledged. */
export interface Promised {
  /** Passwords that an account may have: the last acknowledged one, and those sent since whose answer never came. */
  readonly accounts: Map<string, Set<string>>;
  readonly resources: Set<string>;
  /** Request ids of acknowledged reveals and changes, with the action that the trail must show. */
  readonly events: Map<string, string>;
}

/** Programs that write and read through the API as fast as it answers. */
export interface Load {
  readonly promised: Promised;
  /** Every answer that is neither a success nor a well-formed 503, and every reveal that showed a password never set. */
  readonly wrong: string[];
  /** Well-formed 503 so far; calls without any answer; acknowledged calls. */
  readonly counts: { unavailable: number; unanswered: number; acknowledged: number };
  /** While true a call without an answer is a fault of the server. */
  mustAnswer: boolean;
  /** Settles when `more` calls were acknowledged from now on. */
  acknowledged(more: number): Promise<void>;
  stop(): Promise<void>;
}

const newPassword = (): string => `Aa1!${randomBytes(12).toString('hex')}-Zz9$`;

/** Starts `writers` programs, whose resources begin with `name`; each creates a resource now and then, and changes and reveals the passwords of its own. */
export function startLoad(api: Caller, writers: number, name: string): Load {
  const promised: Promised = { accounts: new Map(), resources: new Set(), events: new Map() };
  const wrong: string[] = [];
  const counts = { unavailable: 0, unanswered: 0, acknowledged: 0 };
  let stopped = false;
  let waiting: { at: number; done: () => void }[] = [];

  /** The answer when it is a success; undefined when the call was refused or lost, which the caller must reckon with. */
  async function attempt(load: Load, method: string, path: string, body: unknown): Promise<Answer | undefined> {
    let answer: Answer;
    const must = load.mustAnswer;
    try {
      answer = await api.ask(method, path, body);
    } catch (error) {
      counts.unanswered += 1;
      if (must && load.mustAnswer)
        wrong.push(`${method} ${path}: ${error instanceof Error ? error.message : 'no answer'}`);
      // A server that is gone refuses at once: let others run before the next try.
      await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    }
    if (answer.status >= 200 && answer.status < 300) {
      counts.acknowledged += 1;
      for (const one of waiting) if (counts.acknowledged >= one.at) one.done();
      waiting = waiting.filter(({ at }) => counts.acknowledged < at);
      return answer;
    }
    const { code, requestId } = answer.body as { code?: string; requestId?: string };
    const wellFormed = answer.type.startsWith('application/problem+json') && requestId === answer.requestId;
    if (answer.status === 503 && code === 'unavailable' && wellFormed) counts.unavailable += 1;
    else wrong.push(`${method} ${path}: ${String(answer.status)} ${answer.type} ${JSON.stringify(answer.body)}`);
    return undefined;
  }

  async function write(load: Load, name: string): Promise<void> {
    const own: string[] = [];
    for (let n = 0; !stopped; n += 1) {
      const password = newPassword();
      if (own.length === 0 || n % 10 === 0) {
        const resource = `${name}-${String(n)}`;
        const answer = await attempt(load, 'POST', '/resources', {
          name: resource,
          type: 'Website Accounts',
          accounts: [{ username: 'key', password }],
        });
        if (answer === undefined) continue;
        promised.resources.add(resource);
        const { id } = answer.body as { id: string };
        const read = await attempt(load, 'GET', `/accounts?resourceId=${id}`, undefined);
        const account = (read?.body as { items: { id: string }[] } | undefined)?.items[0]?.id;
        if (account === undefined) continue;
        own.push(account);
        promised.accounts.set(account, new Set([password]));
        continue;
      }
      const account = own[n % own.length] ?? '';
      const may = promised.accounts.get(account) ?? new Set<string>();
      if (n % 2 === 0) {
        may.add(password);
        const answer = await attempt(load, 'POST', `/accounts/${account}/password`, { password, where: 'local' });
        if (answer === undefined) continue;
        promised.accounts.set(account, new Set([password]));
        promised.events.set(answer.requestId, 'account.change-password');
      } else {
        const answer = await attempt(load, 'POST', `/accounts/${account}/reveal`, { reason: 'load' });
        if (answer === undefined) continue;
        promised.events.set(answer.requestId, 'account.reveal');
        const shown = (answer.body as { password: string }).password;
        if (!may.has(shown)) wrong.push(`${account} showed a password that it cannot have`);
        // What it shows is committed: changes whose answer was lost are decided now.
        promised.accounts.set(account, new Set([shown]));
      }
    }
  }

  const load: Load = {
    promised,
    wrong,
    counts,
    mustAnswer: true,
    acknowledged: (more) =>
      new Promise((done) => {
        waiting.push({ at: counts.acknowledged + more, done });
      }),
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
  const working = Array.from({ length: writers }, (_, i) => write(load, `${name}-${String(i)}`));
  return load;
}
