import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import type { Peer } from './peer.ts';
import { json, startHttpsService, type Answer, type Asked } from './https-service.ts';

const administrator = 'admin@lab.example';
const serviceAccount = 'rotator@lab.iam.example';
const scope = 'https://www.googleapis.com/auth/admin.directory.user';

/** What the simulator offers beside the contract of all peers. */
export interface WorkspacePeer extends Peer {
  readonly asked: readonly Asked[];
  /** The key file of a service account that nobody delegated to. */
  readonly strangersKeyFile: string;
  answerWith(answer: Answer | undefined): void;
}

function keyFile(email: string): { text: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  // As the console of Google Cloud writes it; its addresses lead nowhere, for nobody may follow them.
  const content = {
    type: 'service_account',
    client_email: email,
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey,
    auth_uri: 'https://nowhere.invalid/auth',
    token_uri: 'https://nowhere.invalid/token',
  };
  return { text: JSON.stringify(content, null, 2), publicKey };
}

/**
 * A simulator of Google Workspace: tokens for what a service account signed, and users.patch of the Directory API, with
 * the errors of their references. Not Google: what it thinks of a password beyond its length is not shown.
 */
export async function startPeer(): Promise<WorkspacePeer> {
  const file = keyFile(serviceAccount);
  const passwords = new Map<string, string>();
  const tokens = new Set<string>();
  let cutting = false;
  let fixed: Answer | undefined;
  const service = await startHttpsService((asked) =>
    asked.path === '/token' ? grant(asked) : (fixed ?? update(asked)),
  );

  function grant({ method, headers, body }: Asked): Answer {
    const form = new URLSearchParams(body);
    const wrong = (description: string): Answer =>
      json(400, { error: 'invalid_grant', error_description: description });
    if (method !== 'POST' || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return wrong('Unsupported grant type.');
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const read = (part: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (read(head)['alg'] !== 'RS256') return wrong('Invalid JWT: unsupported algorithm.');
    const said = read(claims);
    if (said['iss'] !== serviceAccount) return wrong('Invalid grant: account not found');
    const signed = Buffer.from(`${head}.${claims}`);
    if (!verify('sha256', signed, createPublicKey(file.publicKey), Buffer.from(signature, 'base64url')))
      return wrong('Invalid JWT Signature.');
    const now = Date.now() / 1000;
    const [from, to] = [Number(said['iat']), Number(said['exp'])];
    if (!(from <= now + 60 && to > now && to - from <= 3600))
      return wrong('Invalid JWT: Token must be a short-lived token');
    if (said['aud'] !== `https://${headers['host'] ?? ''}/token` || said['scope'] !== scope)
      return wrong('Invalid JWT: audience or scope');
    if (said['sub'] !== administrator)
      return json(401, {
        error: 'unauthorized_client',
        error_description: 'Client is unauthorized to retrieve access tokens using this method',
      });
    const token = randomBytes(24).toString('base64url');
    tokens.add(token);
    return json(200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
  }

  function update({ method, path, headers, body }: Asked): Answer {
    const fault = (code: number, message: string): Answer => json(code, { error: { code, message } });
    if (!tokens.has(/^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? ''))
      return fault(401, 'Login Required.');
    const [, encoded = ''] = /^\/admin\/directory\/v1\/users\/([^/]+)$/.exec(path) ?? [];
    const user = decodeURIComponent(encoded).toLowerCase();
    if (method !== 'PATCH' || !passwords.has(user)) return fault(404, 'Resource Not Found: userKey');
    const {
      password = '',
      changePasswordAtNextLogin,
      hashFunction,
    } = JSON.parse(body) as Record<string, string | boolean>;
    if (typeof password !== 'string' || password.length < 8 || password.length > 100 || /[^ -~]/.test(password))
      return fault(400, `Invalid Password ${String(password)}`);
    if (changePasswordAtNextLogin !== false || hashFunction !== undefined) return fault(400, 'Invalid Input');
    passwords.set(user, password);
    return cutting ? 'cut' : json(200, { kind: 'admin#directory#user', primaryEmail: user });
  }

  let made = 0;
  return {
    host: '',
    settings: { endpoint: service.address, loginEndpoint: `${service.address}/token` },
    trusted: [service.authority],
    admin: { username: administrator, password: file.text },
    asked: service.asked,
    strangersKeyFile: keyFile(serviceAccount).text,
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          const account = { username: `user/${String(made)}?x@lab.example`, password: `First-Word-${String(made)}` };
          passwords.set(account.username, account.password);
          return account;
        }),
      ),
    isPassword: (username, password) => Promise.resolve(passwords.get(username) === password),
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
