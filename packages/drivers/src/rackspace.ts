import {
  addressSetting,
  asking,
  defineDriver,
  fits,
  notLetIn,
  Rejected,
  resetBy,
  secretsOf,
  serviceTimeLimit,
  setByReply,
  textIn,
  Unreachable,
  verifyBy,
  type Limits,
  type Login,
  type Web,
  type WebReply,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  loginWith: z.enum(['the account itself', 'another account']).default('another account').meta({
    title: 'Log in with',
    description: 'The account whose password is set, or an account administrator that sets it.',
  }),
  endpoint: addressSetting(
    'Address of Cloud Identity',
    'https://identity.api.rackspacecloud.com',
    'UK accounts: https://lon.identity.api.rackspacecloud.com.',
  ),
  timeoutSeconds: serviceTimeLimit,
});
type Settings = z.infer<typeof settings>;

/** Letters, digits and symbols, spaces but not first, 8 at least and no most. Source: Cloud Identity API 2.0, Update user. */
const limits: Limits = { maxLength: 255, forbidden: '', asciiOnly: true };

const json = { 'Content-Type': 'application/json', Accept: 'application/json' };

/** Asks for a token: one attempt to sign in. */
function authenticate(web: Web, endpoint: string, login: Login): Promise<WebReply> {
  const { username } = login;
  return asking(web, {
    method: 'POST',
    url: `${endpoint}/v2.0/tokens`,
    headers: json,
    body: JSON.stringify({ auth: { passwordCredentials: { username, password: login.password?.expose() ?? '' } } }),
  });
}

/** What a fault says of itself: an object of one member, named for its kind. */
function faultOf(reply: WebReply): string | undefined {
  const kinds = ['badRequest', 'unauthorized', 'forbidden', 'itemNotFound', 'identityFault', 'userDisabled'];
  return kinds.map((kind) => textIn(reply, kind, 'message')).find((text) => text !== undefined);
}

/** A second factor is asked for only once the password was right. Source: Cloud Identity API 2.0, multi-factor authentication. */
const asksFactor = (reply: WebReply): boolean => /^OS-MF\b/.test(reply.headers['www-authenticate'] ?? '');

/**
 * Passwords of Rackspace Cloud users. The account itself proves its current password in the request that changes it; an
 * administrator takes a token, looks the user up and updates it. Verified by asking for a token.
 * Source: Cloud Identity API 2.0: Authenticate, List users, Update user information and password, Change password.
 */
export const rackspace = defineDriver<Settings>({
  type: 'rackspace',
  title: 'Rackspace',
  addressed: false,
  settings,
  limits,

  verify: (target, login) =>
    verifyBy(() =>
      target.web(async (web) => {
        const reply = await authenticate(web, target.settings.endpoint, login);
        if (reply.status === 200 || (reply.status === 401 && asksFactor(reply))) return;
        if (reply.status === 401) throw new Rejected('the service rejected the log-in');
        // Disabled, or for now: no word about the password.
        throw new Unreachable('the service would not be asked');
      }),
    ),

  reset(target, admin, account, next) {
    const { username } = account;
    const { endpoint } = target.settings;
    const secrets = secretsOf(admin, account.current, next);
    return resetBy(secrets, async () => {
      const password = next.expose();
      if (!/^[^\s\p{Cc}]+$/u.test(username)) return { is: 'refused', why: 'this is no name of a user' };
      if (!fits(limits, password) || password.startsWith(' '))
        return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.web(async (web) => {
        if (admin.username === username) {
          const current = (admin.password ?? account.current)?.expose() ?? '';
          const reply = await web.send({
            method: 'POST',
            url: `${endpoint}/v2.0/users/RAX-AUTH/change-pwd`,
            headers: json,
            body: JSON.stringify({
              'RAX-AUTH:changePasswordCredentials': { username, password: current, newPassword: password },
            }),
          });
          return setByReply(reply, faultOf(reply));
        }
        const granted = await authenticate(web, endpoint, admin);
        const token = textIn(granted, 'access', 'token', 'id');
        if (granted.status !== 200 || token === undefined) return notLetIn(granted, faultOf(granted));
        secrets.push(token);
        const headers = { ...json, 'X-Auth-Token': token };
        const listed = await asking(web, {
          method: 'GET',
          url: `${endpoint}/v2.0/users?name=${encodeURIComponent(username)}`,
          headers,
        });
        const id = textIn(listed, 'user', 'id');
        // It finds names whatever their case; the one that is meant is the one that is written.
        if (listed.status !== 200 || id === undefined || textIn(listed, 'user', 'username') !== username)
          return { is: 'refused', why: `the login account sees no such user (${String(listed.status)})` };
        const reply = await web.send({
          method: 'POST',
          url: `${endpoint}/v2.0/users/${encodeURIComponent(id)}`,
          headers,
          body: JSON.stringify({ user: { username, 'OS-KSADM:password': password } }),
        });
        return setByReply(reply, faultOf(reply));
      });
    });
  },
});
