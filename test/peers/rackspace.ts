import { randomBytes } from 'node:crypto';
import type { Peer } from './peer.ts';
import { json, startHttpsService, type Answer, type Asked } from './https-service.ts';

/** What the simulator offers beside the contract of all peers. */
export interface IdentityPeer extends Peer {
  readonly asked: readonly Asked[];
  /** The user wants a second factor from now on. */
  wantsFactor(username: string): void;
  disable(username: string): void;
}

interface User {
  readonly id: string;
  readonly username: string;
  password: string;
  failures: number;
  factor: boolean;
  disabled: boolean;
}

/**
 * A simulator of Rackspace Cloud Identity 2.0: tokens, the user of a name, the update of a user and the change of one's
 * own password, with the statuses and faults of its reference. Not Rackspace: it counts failed log-ins and locks nobody.
 */
export async function startPeer(): Promise<IdentityPeer> {
  const users = new Map<string, User>();
  const tokens = new Map<string, User>();
  let cutting = false;
  const make = (username: string, password: string): User => {
    const user = {
      id: randomBytes(8).toString('hex'),
      username,
      password,
      failures: 0,
      factor: false,
      disabled: false,
    };
    users.set(username.toLowerCase(), user);
    return user;
  };
  const admin = make('labadmin', 'Admin-Word-0');
  const service = await startHttpsService(act);

  const fault = (code: number, kind: string, message: string, headers = {}): Answer =>
    json(code, { [kind]: { code, message } }, headers);
  const done = (answer: Answer): Answer => (cutting ? 'cut' : answer);
  const weak = (password: string): boolean =>
    password.length < 8 || password.startsWith(' ') || /[^ -~]/.test(password);
  const tooWeak = (): Answer =>
    fault(400, 'badRequest', 'Password must be at least 8 characters in length and cannot begin with a space.');

  function act({ method, path, query, headers, body }: Asked): Answer {
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, Record<string, unknown>>);
    if (method === 'POST' && headers['content-type'] !== 'application/json') return fault(415, 'badMediaType', 'No.');
    if (method === 'POST' && path === '/v2.0/tokens') return authenticate(given);
    if (method === 'POST' && path === '/v2.0/users/RAX-AUTH/change-pwd') return change(given);
    const caller = tokens.get(headers['x-auth-token'] ?? '');
    if (caller === undefined) return fault(401, 'unauthorized', 'No valid token provided.');
    if (method === 'GET' && path === '/v2.0/users') {
      const found = users.get((query.get('name') ?? '').toLowerCase());
      if (found === undefined || (caller !== admin && caller !== found))
        return fault(404, 'itemNotFound', `User not found`);
      return json(200, { user: { id: found.id, username: found.username, enabled: !found.disabled } });
    }
    const found = [...users.values()].find(({ id }) => path === `/v2.0/users/${id}`);
    if (method !== 'POST' || found === undefined) return fault(404, 'itemNotFound', 'User not found');
    if (caller !== admin) return fault(403, 'forbidden', 'Not Authorized');
    const password = String(given['user']?.['OS-KSADM:password'] ?? '');
    if (given['user']?.['username'] !== found.username) return fault(400, 'badRequest', 'Bad name');
    if (weak(password)) return tooWeak();
    found.password = password;
    return done(json(200, { user: { id: found.id, username: found.username } }));
  }

  function authenticate(given: Record<string, Record<string, unknown>>): Answer {
    const credentials = given['auth']?.['passwordCredentials'] as Record<string, unknown> | undefined;
    const user = users.get(String(credentials?.['username']).toLowerCase());
    if (user?.password !== credentials?.['password'] || user === undefined) {
      if (user) user.failures += 1;
      return fault(401, 'unauthorized', 'Unable to authenticate user with credentials provided.');
    }
    if (user.disabled) return fault(403, 'userDisabled', `User '${user.username}' is disabled.`);
    if (user.factor)
      return fault(401, 'unauthorized', 'Additional authentication credentials required', {
        'www-authenticate': "OS-MF sessionId='lab', factor='PASSCODE'",
      });
    const id = randomBytes(16).toString('hex');
    tokens.set(id, user);
    return json(200, { access: { token: { id }, user: { id: user.id, name: user.username } } });
  }

  function change(given: Record<string, Record<string, unknown>>): Answer {
    const { username, password, newPassword } = given['RAX-AUTH:changePasswordCredentials'] ?? {};
    const user = users.get(String(username).toLowerCase());
    if (user === undefined || user.password !== password)
      return fault(401, 'unauthorized', 'Unable to authenticate user.');
    if (weak(String(newPassword))) return tooWeak();
    user.password = String(newPassword);
    return done({ status: 204 });
  }

  let made = 0;
  const known = (username: string): User => {
    const user = users.get(username.toLowerCase());
    if (user === undefined) throw new Error('no such user');
    return user;
  };
  return {
    host: '',
    settings: { endpoint: service.address },
    trusted: [service.authority],
    admin: { username: admin.username, password: admin.password },
    asked: service.asked,
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const { username, password } = make(`Demo.user+${String(made)}&x`, `First-Word-${String(made)}`);
          return { username, password };
        }),
      ),
    isPassword: (username, password) => Promise.resolve(known(username).password === password),
    failures: (username) => Promise.resolve(known(username).failures),
    cutAfterSetting: (on) => {
      cutting = on;
    },
    wantsFactor: (username) => {
      known(username).factor = true;
    },
    disable: (username) => {
      known(username).disabled = true;
    },
    stop: () => service.stop(),
  };
}
