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
      'An account of the resource whose user name is the application (client) ID of an app registration, and whose password is its client secret.',
  }),
  tenant: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.-]{0,253}$/)
    .default('')
    .meta({
      title: 'Tenant',
      description: 'Its ID or a domain name of it. Left empty: the domain in the user’s name.',
    }),
  loginEndpoint: addressSetting(
    'Address for signing in',
    'https://login.microsoftonline.com',
    'US Government: https://login.microsoftonline.us. China: https://login.chinacloudapi.cn.',
  ),
  endpoint: addressSetting(
    'Address of Microsoft Graph',
    'https://graph.microsoft.com',
    'US Government: https://graph.microsoft.us. China: https://microsoftgraph.chinacloudapi.cn.',
  ),
  timeoutSeconds: serviceTimeLimit,
});
type Settings = z.infer<typeof settings>;

/** 8 to 256 characters: letters, digits, symbols and spaces, no others. Source: Microsoft Entra password policies. */
const limits: Limits = { maxLength: 256, forbidden: '', asciiOnly: true };

/**
 * Passwords of Microsoft Entra (Azure AD) users, by Microsoft Graph. An app registration signs in with its client secret
 * (OAuth 2.0, RFC 6749 section 4.4); it needs the permission User-PasswordProfile.ReadWrite.All and the role User
 * Administrator, for administrators' passwords Privileged Authentication Administrator. The user need not change the
 * password at the next log-in. Not for users whose password lives in a directory of their own (federated, synchronised).
 * Proves nothing: the one sign-in that programs could try (RFC 6749 section 4.3) Microsoft refuses wherever a second
 * factor is asked for, and tells users apart by it only with error codes that it says not to rely on.
 * Source: Microsoft Graph v1.0, Update user; Microsoft identity platform, client credentials flow.
 */
export const microsoftEntra = defineDriver<Settings>({
  type: 'microsoft-entra',
  title: 'Microsoft Entra ID (Azure)',
  proof: 'none',
  addressed: false,
  settings,
  limits,

  verify: () => Promise.resolve('unreachable'),

  reset(target, admin, account, next) {
    const { username } = account;
    const { endpoint, loginEndpoint } = target.settings;
    const secrets = secretsOf(admin, account.current, next);
    return resetBy(secrets, async () => {
      const domain = /^[^@\s\p{Cc}]+@([A-Za-z0-9.-]+)$/u.exec(username)?.[1];
      const byId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(username);
      // A name that starts with $ would be taken for a function of OData.
      if ((domain === undefined && !byId) || username.startsWith('$'))
        return { is: 'refused', why: 'this is neither a user principal name nor an object ID' };
      const tenant = target.settings.tenant === '' ? domain : target.settings.tenant;
      if (tenant === undefined)
        return { is: 'refused', why: 'the tenant is said neither in the settings nor in the name' };
      if (!fits(limits, next.expose())) return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.web(async (web) => {
        const granted = await asking(web, {
          method: 'POST',
          url: `${loginEndpoint}/${tenant}/oauth2/v2.0/token`,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: admin.username,
            client_secret: admin.password?.expose() ?? '',
            scope: `${endpoint}/.default`,
          }).toString(),
        });
        const token = textIn(granted, 'access_token');
        if (granted.status !== 200 || token === undefined)
          return notLetIn(granted, textIn(granted, 'error_description'));
        secrets.push(token);
        const reply = await web.send({
          method: 'PATCH',
          url: `${endpoint}/v1.0/users/${encodeURIComponent(username)}`,
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: JSON.stringify({
            passwordProfile: { password: next.expose(), forceChangePasswordNextSignIn: false },
          }),
        });
        return setByReply(reply, textIn(reply, 'error', 'message'));
      });
    });
  },
});
