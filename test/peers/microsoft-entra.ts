import { randomBytes } from 'node:crypto';
import type { Peer } from './peer.ts';
import { json, startHttpsService, type Answer, type Asked } from './https-service.ts';

const app = { id: '11111111-2222-3333-4444-555555555555', secret: 'lab~Client.Secret-0' };
const domain = 'lab.example';

/** What the simulator offers beside the contract of all peers. */
export interface GraphPeer extends Peer {
  readonly asked: readonly Asked[];
  /** Every change of a user is answered with this from now on; undefined ends that. */
  answerWith(answer: Answer | undefined): void;
}

/**
 * A simulator of a tenant of Microsoft Entra: tokens by client credentials, and the update of a user by Microsoft Graph
 * v1.0, with the errors of their references. Not Microsoft: its policies are not shown. It wants three of four kinds of
 * characters and eight characters, as the documentation of its password policy says.
 */
export async function startPeer(): Promise<GraphPeer> {
  const passwords = new Map<string, string>();
  const tokens = new Set<string>();
  let cutting = false;
  let fixed: Answer | undefined;
  const service = await startHttpsService((asked) =>
    asked.path.endsWith('/token') ? grant(asked) : (fixed ?? update(asked)),
  );

  function grant({ method, path, headers, body }: Asked): Answer {
    const form = new URLSearchParams(body);
    const wrong = (code: string, description: string): Answer =>
      json(code === 'invalid_client' ? 401 : 400, { error: code, error_description: description });
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
      return wrong('invalid_request', 'AADSTS900144: The request body must contain the following parameter');
    if (path !== `/${domain}/oauth2/v2.0/token`) return wrong('invalid_request', 'AADSTS90002: Tenant not found.');
    if (form.get('grant_type') !== 'client_credentials') return wrong('unsupported_grant_type', 'AADSTS70003');
    if (form.get('scope') !== `https://${headers['host'] ?? ''}/.default`) return wrong('invalid_scope', 'AADSTS70011');
    if (form.get('client_id') !== app.id) return wrong('unauthorized_client', 'AADSTS700016: Application not found.');
    if (form.get('client_secret') !== app.secret)
      return wrong('invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    const token = randomBytes(24).toString('base64url');
    tokens.add(token);
    return json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token });
  }

  function update({ method, path, headers, body }: Asked): Answer {
    const fault = (status: number, code: string, message: string): Answer => json(status, { error: { code, message } });
    if (!tokens.has(/^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? ''))
      return fault(401, 'InvalidAuthenticationToken', 'Access token is empty.');
    const [, encoded = ''] = /^\/v1\.0\/users\/([^/]+)$/.exec(path) ?? [];
    if (method !== 'PATCH' || headers['content-type'] !== 'application/json')
      return fault(405, 'Request_BadRequest', 'No.');
    const user = decodeURIComponent(encoded).toLowerCase();
    if (!passwords.has(user))
      return fault(
        404,
        'Request_ResourceNotFound',
        `Resource '${user}' does not exist or one of its queried reference-property objects are not present.`,
      );
    const { passwordProfile } = JSON.parse(body) as {
      passwordProfile?: { password?: string; forceChangePasswordNextSignIn?: boolean };
    };
    const password = passwordProfile?.password ?? '';
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
    if (password.length < 8 || password.length > 256 || kinds < 3 || /[^ -~]/.test(password))
      return fault(
        400,
        'Request_BadRequest',
        `The specified password ${password} does not comply with password complexity requirements.`,
      );
    if (passwordProfile?.forceChangePasswordNextSignIn !== false)
      return fault(400, 'Request_BadRequest', 'It would have to be changed.');
    passwords.set(user, password);
    return cutting ? 'cut' : { status: 204 };
  }

  let made = 0;
  return {
    host: '',
    settings: { endpoint: service.address, loginEndpoint: service.address },
    trusted: [service.authority],
    admin: { username: app.id, password: app.secret },
    asked: service.asked,
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const account = {
            username: `o'user${String(made)}_x#EXT#@${domain}`,
            password: `First-Word-${String(made)}`,
          };
          passwords.set(account.username.toLowerCase(), account.password);
          return account;
        }),
      ),
    isPassword: (username, password) => Promise.resolve(passwords.get(username.toLowerCase()) === password),
    failures: () => Promise.resolve(undefined),
    cutAfterSetting: (on) => {
      cutting = on;
    },
    answerWith: (answer) => {
      fixed = answer;
    },
    stop: () => service.stop(),
  };
}
