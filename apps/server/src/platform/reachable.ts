import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A list of addresses from subnets such as `10.0.0.0/8`. */
function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits] = subnet.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * Addresses that no call goes to, whoever allows it: the link's own, where clouds hand machines their credentials, and those that are no host.
 * Source: RFC 6890.
 */
const never = listOf([
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '192.0.0.192/32', '100.100.100.200/32'],
  ...['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128'],
]);
/** Addresses that the internet does not lead to: this machine and private networks; and those that other ones hide in. Source: RFC 6890, RFC 6052, RFC 3056. */
const inside = listOf([
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '192.0.0.0/24', '198.18.0.0/15'],
  ...['::1/128', 'fc00::/7', 'fec0::/10', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
]);

/** The IPv4 address that an IPv6 one stands for, where it does. Source: RFC 4291 section 2.5.5. */
function plain(address: string): string {
  if (!address.includes(':')) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]/`);
  const mapped = /^\[::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (!mapped) return hostname.slice(1, -1);
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether a call may go to an IP address; to private networks and this machine only with `privateNetwork`. */
export function mayReach(address: string, privateNetwork: boolean): boolean {
  const to = plain(address);
  const family = to.includes(':') ? 'ipv6' : 'ipv4';
  return !never.check(to, family) && (privateNetwork || !inside.check(to, family));
}

/** Thrown where a host has no address that may be called. */
class Unreachable extends Error {
  readonly code = 'EPRIVATE';
}

/**
 * A look-up of names that gives only addresses that may be called. The connection goes to what was looked at here, so that a name that
 * is another address a moment later leads nowhere else.
 */
export const reachableOnly =
  (privateNetwork: boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const fit = error ? [] : addresses.filter(({ address }) => mayReach(address, privateNetwork));
      const [first] = fit;
      if (error) callback(error, []);
      else if (first === undefined) callback(new Unreachable('no address that may be called'), []);
      else if (options.all === true) callback(null, fit);
      else callback(null, first.address, first.family);
    });
  };

/** Refuses a host that is written as an address that may not be called: no look-up is made for such. Throws `Unreachable`. */
export function requireReachable(url: string, privateNetwork: boolean): void {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !mayReach(host, privateNetwork)) throw new Unreachable('no address that may be called');
}
