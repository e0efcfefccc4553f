import { createHash, createHmac } from 'node:crypto';

/** A request as it will be sent, and who signs it. */
export interface AwsRequest {
  readonly method: string;
  /** Absolute; its query is signed too. */
  readonly url: string;
  /** All that is to be signed, `host` left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly at: Date;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
/** Every byte but the unreserved ones of RFC 3986 as %XY, in upper case. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const inOrder = ([a, x]: readonly [string, string], [b, y]: readonly [string, string]): number =>
  a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1;

/**
 * Signs a request: gives back the headers to send, the given ones included, without `host`.
 * Source: AWS IAM User Guide, "Create a signed AWS API request" (Signature Version 4), for services whose paths need no
 * second encoding. The secret key goes into the signature's key alone.
 */
export function signAws(request: AwsRequest): Record<string, string> {
  const { host, pathname, searchParams } = new URL(request.url);
  const stamp = request.at.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const lower = Object.entries({ ...request.headers, host, 'X-Amz-Date': stamp })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .sort(inOrder);
  const names = lower.map(([name]) => name).join(';');
  const query = [...searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(inOrder)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const canonical = [
    request.method,
    pathname,
    query,
    ...lower.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body),
  ].join('\n');
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const key = [request.region, request.service, 'aws4_request'].reduce(
    hmac,
    hmac(`AWS4${request.secretAccessKey}`, day),
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex');
  return {
    ...request.headers,
    'X-Amz-Date': stamp,
    Authorization: `AWS4-HMAC-SHA256 Credential=${request.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}
