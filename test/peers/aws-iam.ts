import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Peer } from './peer.ts';
import { startHttpsService, type Answer, type Asked } from './https-service.ts';

const key = { id: 'AKIALABLABLABLAB0001', secret: 'lab/Secret+Key/0000000000000000000000000' };

/** What the simulator offers beside the contract of all peers. */
export interface IamPeer extends Peer {
  readonly asked: readonly Asked[];
  /** Makes a user who has no console password. */
  withoutPassword(): string;
  /** Every call is answered with this from now on; undefined ends that. */
  answerWith(answer: Answer | undefined): void;
}

/**
 * A simulator of AWS IAM: the two actions of console passwords, in the Query protocol, with the errors of the API
 * reference, and Signature Version 4 checked as the documentation lays it out, from what came over the wire. Not AWS: what
 * its real policy engine or edge would say is not shown. Its password policy wants eight characters.
 */
export async function startPeer(): Promise<IamPeer> {
  const passwords = new Map<string, string | undefined>();
  let cutting = false;
  let fixed: Answer | undefined;
  const service = await startHttpsService((asked) => fixed ?? act(asked));

  function act(asked: Asked): Answer {
    const refused = wrongSignature(asked);
    if (refused !== undefined) return fault(403, refused);
    const form = new URLSearchParams(asked.body);
    const [action = '', user = '', password = ''] = ['Action', 'UserName', 'Password'].map(
      (name) => form.get(name) ?? '',
    );
    if (form.get('Version') !== '2010-05-08') return fault(400, 'InvalidAction');
    if (!passwords.has(user)) return fault(404, 'NoSuchEntity', `The user with name ${user} cannot be found.`);
    const known = passwords.get(user);
    if (action === 'UpdateLoginProfile' && known === undefined)
      return fault(404, 'NoSuchEntity', `Login Profile for User ${user} cannot be found.`);
    if (action === 'CreateLoginProfile' && known !== undefined) return fault(409, 'EntityAlreadyExists');
    if (!['UpdateLoginProfile', 'CreateLoginProfile'].includes(action)) return fault(400, 'InvalidAction');
    if (form.get('PasswordResetRequired') !== 'false') return fault(400, 'ValidationError');
    if (password.length < 8)
      return fault(400, 'PasswordPolicyViolation', `Password "${password}" should have a minimum length of 8`);
    passwords.set(user, password);
    if (cutting) return 'cut';
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
    };
  }

  let made = 0;
  const name = (): string => {
    made += 1;
    return `user.${String(made)}+x=y@lab-1`;
  };
  return {
    host: '',
    settings: { endpoint: service.address },
    trusted: [service.authority],
    admin: { username: key.id, password: key.secret },
    asked: service.asked,
    accounts: (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => {
          const account = { username: name(), password: `First-${randomBytes(6).toString('hex')}` };
          passwords.set(account.username, account.password);
          return account;
        }),
      ),
    isPassword: (username, password) => Promise.resolve(passwords.get(username) === password),
    failures: () => Promise.resolve(undefined),
    cutAfterSetting: (on) => {
      cutting = on;
    },
    withoutPassword() {
      const username = name();
      passwords.set(username, undefined);
      return username;
    },
    answerWith: (answer) => {
      fixed = answer;
    },
    stop: () => service.stop(),
  };
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);

function fault(status: number, code: string, message = code): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}

/**
 * The error of a request whose signature does not fit what came; undefined when it does. It follows the four tasks of the
 * documentation one by one and takes the list of signed headers from the request, as AWS does.
 */
function wrongSignature({ method, path, query, headers, body }: Asked): string | undefined {
  const words =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers['authorization'] ?? '',
    );
  if (words === null) return 'MissingAuthenticationToken';
  const [, id = '', day = '', region = '', service = '', signed = '', signature = ''] = words;
  if (id !== key.id) return 'InvalidClientTokenId';
  const stamp = headers['x-amz-date'] ?? '';
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 15 * 60_000) || !stamp.startsWith(day)) return 'RequestExpired';
  const names = signed.split(';');
  // Host and every header of AWS's own must be signed, and IAM is one service of one region.
  if (!names.includes('host') || !names.includes('x-amz-date') || service !== 'iam' || region !== 'us-east-1')
    return 'SignatureDoesNotMatch';
  const hash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
  let canonical = `${method}\n${path}\n${query.size === 0 ? '' : 'unexpected'}\n`;
  for (const one of names) canonical += `${one}:${(headers[one] ?? '').trim()}\n`;
  canonical += `\n${signed}\n${hash(body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${day}/${region}/${service}/aws4_request\n${hash(canonical)}`;
  let derived: Buffer = Buffer.from(`AWS4${key.secret}`, 'utf8');
  for (const step of [day, region, service, 'aws4_request'])
    derived = createHmac('sha256', derived).update(step).digest();
  return createHmac('sha256', derived).update(toSign).digest('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}
