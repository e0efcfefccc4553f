import { isIPv6 } from 'node:net';
import { Problem } from '../platform/problem.ts';

/** What may stand in a resource's URL for something that is filled in when it is opened. */
const placeholders = ['%RESOURCE_NAME%', '%DNS_NAME%', '%ACCOUNT_NAME%', '%PASSWORD%'] as const;
const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'url', message }] });

/** A URL that keeps the rules, in its parts; the placeholders stand where they stood. */
export interface UrlParts {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** `:8443`, or nothing. */
  readonly port: string;
  readonly path: string;
  /** Its parameters in their order, decoded. */
  readonly query: readonly (readonly [string, string])[];
  readonly fragment: string;
}

/** A name or an address as it stands in a URL; an address of IPv6 in brackets. */
const isHost = (text: string): boolean =>
  /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(text) || (/^\[.*\]$/.test(text) && isIPv6(text.slice(1, -1)));
const standsForHost = (text: string): boolean => text === '%DNS_NAME%' || text === '%RESOURCE_NAME%';

/**
 * Reads a resource's URL. Scheme: http or https. Host: as it is, or as a whole the DNS name or the name of the resource.
 * Log-in name and password only as values of the query, which travel in the body of a form and in no address.
 * Throws `input-invalid`.
 */
export function readUrl(text: string): UrlParts {
  const parts = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(text);
  if (!parts) throw wrong('must begin with http:// or https://');
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = parts;
  // The space and what lies outside ASCII belong percent-encoded; quotes and brackets have no business in a URL at all.
  if (/[^\x21-\x7e]|["'<>\\^`{|}]/.test(text)) throw wrong('has a character that must be written as %XX');
  if (authority.includes('@')) throw wrong('cannot carry a user name before the host: use %ACCOUNT_NAME% in the query');
  const [, host = '', port = ''] = /^(.*?)(:\d{1,5})?$/s.exec(authority) ?? [];
  const sample = standsForHost(host) ? 'host' : host;
  if (!isHost(sample) || Number(port.slice(1)) > 65_535 || !URL.canParse(`${scheme}://${sample}${port}`))
    throw wrong('needs a host: a name, an address, %DNS_NAME% or %RESOURCE_NAME%');
  for (const [where, part] of [
    ['the path', path],
    ['the part after #', fragment],
  ] as const)
    if (/%(PASSWORD|ACCOUNT_NAME)%/i.test(part))
      throw wrong(
        `has a log-in name or password in ${where}: only values of the query may, such as ?user=%ACCOUNT_NAME%`,
      );
  const pairs = query === '' ? [] : query.split('&').map(pairOf);
  for (const [name] of pairs)
    if (placeholders.some((one) => name.includes(one))) throw wrong('has a placeholder as the name of a parameter');
  return { scheme: scheme.toLowerCase() as 'http' | 'https', host, port, path, query: pairs, fragment };
}

/** Throws `input-invalid` for a URL that cannot be opened; empty is none. */
export function requireUrl(text: string): void {
  if (text !== '') readUrl(text);
}

const token = new RegExp(placeholders.join('|'), 'g');

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [decode(text), ''] : [decode(text.slice(0, at)), decode(text.slice(at + 1))];
}
/** Decodes as a form is decoded, and leaves placeholders, whose percent signs are none of the encoding's. */
function decode(text: string): string {
  const pieces: string[] = [];
  let last = 0;
  const plain = (piece: string): string => {
    try {
      return decodeURIComponent(piece.replaceAll('+', ' '));
    } catch {
      throw wrong('has a percent sign that begins no %XX and no placeholder');
    }
  };
  for (const match of text.matchAll(token)) {
    pieces.push(plain(text.slice(last, match.index)), match[0]);
    last = match.index + match[0].length;
  }
  return pieces.join('') + plain(text.slice(last));
}

/** What the placeholders stand for. The password is asked for only where the URL has its placeholder. */
export interface Filling {
  readonly resourceName: string;
  readonly dnsName: string;
  readonly accountName: string;
}
/** Where a URL leads: an address that holds no log-in name and no password, and what a form sends there. */
export interface Opened {
  readonly address: string;
  /** For the policy of the page that sends the form. */
  readonly origin: string;
  /** Null when there is nothing to send: the address is simply opened. */
  readonly form: readonly (readonly [string, string])[] | null;
}

/** True when opening the URL takes the password. */
export const takesPassword = (url: UrlParts): boolean => url.query.some(([, value]) => value.includes('%PASSWORD%'));

/**
 * Fills a URL in. A log-in name or password makes a form of the whole query; without them the query stays in the address.
 * Throws `not-that-state` when the name or DNS name cannot be a host.
 */
export function fillUrl(url: UrlParts, filling: Filling, password: string): Opened {
  const host =
    url.host === '%DNS_NAME%' ? filling.dnsName : url.host === '%RESOURCE_NAME%' ? filling.resourceName : url.host;
  const bare = isIPv6(host) ? `[${host}]` : host;
  if (!isHost(bare) || !URL.canParse(`${url.scheme}://${bare}${url.port}`))
    throw new Problem('not-that-state', {
      detail:
        host === '' ? 'The resource has no DNS name to open.' : 'The name of the resource cannot be a host in a URL.',
    });
  // What is filled in is taken as it stands: a placeholder inside a name or a password is not filled in again.
  const fill = (text: string, as: (value: string) => string): string =>
    text.replace(token, (one) =>
      as(
        one === '%RESOURCE_NAME%'
          ? filling.resourceName
          : one === '%DNS_NAME%'
            ? filling.dnsName
            : one === '%ACCOUNT_NAME%'
              ? filling.accountName
              : password,
      ),
    );
  const origin = `${url.scheme}://${bare}${url.port}`;
  const path = fill(url.path, encodeURIComponent);
  const fragment = url.fragment === '' ? '' : `#${fill(url.fragment, encodeURIComponent)}`;
  const pairs = url.query.map(([name, value]) => [name, fill(value, (text) => text)] as const);
  const secret = url.query.some(([, value]) => /%(PASSWORD|ACCOUNT_NAME)%/.test(value));
  const query =
    secret || pairs.length === 0
      ? ''
      : `?${new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString()}`;
  return { address: `${origin}${path}${query}${fragment}`, origin, form: secret ? pairs : null };
}
