import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import {
  addressSetting,
  asking,
  defineDriver,
  fits,
  notLetIn,
  resetBy,
  secretsOf,
  serviceTimeLimit,
  setByReply,
  textIn,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  loginWith: z.enum(['another account']).default('another account').meta({
    title: 'Log in with',
    description:
      'An account of the resource whose user name is the e-mail address of an administrator, and whose password is the key file (JSON) of a service account that may act for that administrator.',
  }),
  loginEndpoint: addressSetting(
    'Address for signing in',
    'https://oauth2.googleapis.com/token',
    'Where tokens are issued.',
  ),
  endpoint: addressSetting('Address of the Directory API', 'https://admin.googleapis.com', 'Of the Admin SDK.'),
  timeoutSeconds: serviceTimeLimit,
});
type Settings = z.infer<typeof settings>;

/** 8 to 100 ASCII characters. Source: Admin SDK Directory API, users, password. */
const limits: Limits = { maxLength: 100, forbidden: '', asciiOnly: true };

const keyFile = z.object({ type: z.literal('service_account'), client_email: z.string(), private_key: z.string() });

/** Who signs, and with what; undefined when it is no key file. What else the file says, addresses above all, is not followed. */
function readKeyFile(text: string): { email: string; key: KeyObject } | undefined {
  try {
    const { client_email: email, private_key: pem } = keyFile.parse(JSON.parse(text));
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? { email, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Signs what a service account claims. Source: RFC 7515, RFC 7523 section 3; RS256 of RFC 7518 section 3.3. */
function assertion(key: KeyObject, claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/**
 * Passwords of Google Workspace users, by the Directory API of the Admin SDK. A service account with domain-wide
 * delegation for the scope admin.directory.user acts for an administrator. The password goes out as it is, over verified
 * TLS, so that Google judges it: a hash it would take unjudged. The user need not change it at the next log-in.
 * Google lets no program try a password, so nothing is proven.
 * Source: Admin SDK Directory API, users.patch; Using OAuth 2.0 for Server to Server Applications.
 */
export const googleWorkspace = defineDriver<Settings>({
  type: 'google-workspace',
  title: 'Google Workspace',
  proof: 'none',
  addressed: false,
  settings,
  limits,

  verify: () => Promise.resolve('unreachable'),

  reset(target, admin, account, next) {
    const { username } = account;
    const { endpoint, loginEndpoint } = target.settings;
    const signer = readKeyFile(admin.password?.expose() ?? '');
    const secrets = secretsOf(admin, account.current, next);
    return resetBy(secrets, async () => {
      if (!/^[^@\s\p{Cc}]+@[A-Za-z0-9.-]+$/u.test(username) && !/^\d+$/.test(username))
        return { is: 'refused', why: 'this is neither the e-mail address nor the ID of a user' };
      if (signer === undefined)
        return { is: 'refused', why: 'the login account’s password is not the key file of a service account' };
      if (!fits(limits, next.expose())) return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.web(async (web) => {
        const now = Math.floor(Date.now() / 1000);
        const signed = assertion(signer.key, {
          iss: signer.email,
          sub: admin.username,
          scope: 'https://www.googleapis.com/auth/admin.directory.user',
          aud: loginEndpoint,
          iat: now,
          exp: now + 300,
        });
        secrets.push(signed);
        const granted = await asking(web, {
          method: 'POST',
          url: loginEndpoint,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            assertion: signed,
          }).toString(),
        });
        const token = textIn(granted, 'access_token');
        if (granted.status !== 200 || token === undefined)
          return notLetIn(granted, textIn(granted, 'error_description'));
        secrets.push(token);
        const reply = await web.send({
          method: 'PATCH',
          url: `${endpoint}/admin/directory/v1/users/${encodeURIComponent(username)}`,
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: JSON.stringify({ password: next.expose(), changePasswordAtNextLogin: false }),
        });
        return setByReply(reply, textIn(reply, 'error', 'message'));
      });
    });
  },
});
