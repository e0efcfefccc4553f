import {
  addressSetting,
  defineDriver,
  fits,
  resetBy,
  secretsOf,
  serviceTimeLimit,
  setByReply,
  signAws,
  type Limits,
  type Login,
  type Web,
  type WebReply,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  loginWith: z.enum(['another account']).default('another account').meta({
    title: 'Log in with',
    description: 'An account of the resource whose user name is an access key’s id, and whose password is its secret.',
  }),
  whereNoPassword: z.enum(['refuse', 'give one']).default('refuse').meta({
    title: 'For a user without a console password',
    description: 'Giving one lets the user sign in to the console who could not before.',
  }),
  endpoint: addressSetting(
    'Address of IAM',
    'https://iam.amazonaws.com',
    'China: https://iam.cn-north-1.amazonaws.com.cn. GovCloud: https://iam.us-gov.amazonaws.com.',
  ),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('us-east-1')
    .meta({ title: 'Region', description: 'Requests are signed for it: us-east-1, cn-north-1 or us-gov-west-1.' }),
  timeoutSeconds: serviceTimeLimit,
});
type Settings = z.infer<typeof settings>;

/** The Password parameter takes up to 128 characters, U+0020 to U+00FF among them; the account's policy wants printable ASCII. */
const limits: Limits = { maxLength: 128, forbidden: '', asciiOnly: true };

/** Calls an action of the Query protocol. Names and passwords are form fields, encoded as such. */
function call(
  web: Web,
  { endpoint, region }: Settings,
  key: Login,
  parameters: Record<string, string>,
): Promise<WebReply> {
  const body = new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString();
  const request = {
    method: 'POST',
    url: `${endpoint}/`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  } as const;
  const headers = signAws({
    ...request,
    region,
    service: 'iam',
    accessKeyId: key.username,
    secretAccessKey: key.password?.expose() ?? '',
    at: new Date(),
  });
  return web.send({ ...request, headers });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The text of the first element of this name, which in an ErrorResponse holds no other elements. */
function textOf(body: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => entities[entity] ?? whole);
}

/**
 * Console passwords of AWS IAM users. An access key of an administrator (iam:UpdateLoginProfile, and
 * iam:CreateLoginProfile where users are to be given one) signs the request; the user need not change it at the next
 * log-in. AWS lets no program try a console password, so nothing is proven. The secrets of access keys are drawn by AWS
 * and shown once: they cannot be stored before they exist, and so are not rotated.
 * Source: IAM API Reference, UpdateLoginProfile, CreateLoginProfile and Common Errors.
 */
export const awsIam = defineDriver<Settings>({
  type: 'aws-iam',
  title: 'AWS IAM',
  proof: 'none',
  addressed: false,
  settings,
  limits,

  verify: () => Promise.resolve('unreachable'),

  reset(target, admin, account, next) {
    const { username } = account;
    return resetBy(secretsOf(admin, account.current, next), async () => {
      // IAM API Reference, UpdateLoginProfile, UserName.
      if (!/^[\w+=,.@-]{1,64}$/.test(username)) return { is: 'refused', why: 'this is no name of an IAM user' };
      if (!/^\w{16,128}$/.test(admin.username) || admin.username === username)
        return { is: 'refused', why: 'the login account’s name is not the id of an access key' };
      if (!fits(limits, next.expose())) return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.web(async (web) => {
        const set = (action: string): Promise<WebReply> =>
          call(web, target.settings, admin, {
            Action: action,
            UserName: username,
            Password: next.expose(),
            PasswordResetRequired: 'false',
          });
        let reply = await set('UpdateLoginProfile');
        // It means both that the user and that the password is not there; the next call tells which.
        if (textOf(reply.body, 'Code') === 'NoSuchEntity' && target.settings.whereNoPassword === 'give one')
          reply = await set('CreateLoginProfile');
        const code = textOf(reply.body, 'Code');
        return setByReply(reply, code === undefined ? undefined : `${code}: ${textOf(reply.body, 'Message') ?? ''}`);
      });
    });
  },
});
