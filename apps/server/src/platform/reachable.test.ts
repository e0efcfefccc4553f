import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayReach, reachableOnly, requireReachable } from './reachable.ts';

const looked = (host: string, privateNetwork: boolean, all: boolean): Promise<unknown> =>
  new Promise((resolve) => {
    reachableOnly(privateNetwork)(host, { all }, (error, address) => {
      resolve(error ? error.code : address);
    });
  });

describe('what calls may reach', () => {
  it('is the internet, and private networks only where that was allowed', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1', '::ffff:8.8.8.8'])
      expect([address, mayReach(address, false)]).toEqual([address, true]);
    for (const address of [
      ...['10.1.2.3', '127.0.0.1', '127.9.9.9', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
      ...[
        '::1',
        'fc00::1',
        'fd12::1',
        '::ffff:10.0.0.1',
        '::ffff:a00:1',
        '::10.0.0.1',
        '64:ff9b::a00:1',
        '2002:a00:1::',
      ],
    ])
      expect([address, mayReach(address, false), mayReach(address, true)]).toEqual([address, false, true]);
  });

  it('is never the link, where clouds hand out credentials, and never what is no host', () => {
    for (const address of [
      ...['169.254.169.254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '0.0.0.0', '255.255.255.255', '224.0.0.1'],
      ...['fe80::1', 'fe80::1%eth0', 'ff02::1', '::', 'fd00:ec2::254', '100.100.100.200'],
    ])
      expect([address, mayReach(address, false), mayReach(address, true)]).toEqual([address, false, false]);
  });

  it('is the same for an IPv4 address in whatever way it is written as one of IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.boolean(), (address, privateNetwork) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const words = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const way of [`::ffff:${address}`, `::ffff:${words}`, `0:0:0:0:0:FFFF:${words}`])
          expect(mayReach(way, privateNetwork)).toBe(mayReach(address, privateNetwork));
      }),
    );
  });

  it('is asked of names when they are looked up, and of addresses in the URL however they are written', async () => {
    expect(await looked('localhost', false, true)).toBe('EPRIVATE');
    expect(await looked('localhost', false, false)).toBe('EPRIVATE');
    expect(await looked('localhost', true, true)).not.toEqual([]);
    for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '017700000001', '[::1]', '[::ffff:7f00:1]']) {
      expect(() => {
        requireReachable(`https://${host}/hook`, false);
      }).toThrow();
      requireReachable(`https://${host}/hook`, true);
    }
    requireReachable('https://example.com/', false);
  });
});
