import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../platform/problem.ts';
import { fillUrl, readUrl, requireUrl, takesPassword } from './url.ts';

const names = { resourceName: 'abc', dnsName: 'db.example.org', accountName: 'alice' };
const open = (url: string, more: Partial<typeof names> = {}, password = 'p/w&1') =>
  fillUrl(readUrl(url), { ...names, ...more }, password);

describe('a resource’s URL', () => {
  it('is filled in as the manual’s three examples say', () => {
    expect(open('http://%RESOURCE_NAME%')).toEqual({ address: 'http://abc', origin: 'http://abc', form: null });
    expect(open('https://%DNS_NAME%:7272')).toEqual({
      address: 'https://db.example.org:7272',
      origin: 'https://db.example.org:7272',
      form: null,
    });
    expect(
      open('https://%DNS_NAME%:7272/j_security_check?j_username=%ACCOUNT_NAME%&j_password=%PASSWORD%&domainName=LOCAL'),
    ).toEqual({
      address: 'https://db.example.org:7272/j_security_check',
      origin: 'https://db.example.org:7272',
      form: [
        ['j_username', 'alice'],
        ['j_password', 'p/w&1'],
        ['domainName', 'LOCAL'],
      ],
    });
  });

  it.each([
    ['javascript:alert(1)'],
    ['JavaScript://%DNS_NAME%/%0aalert(1)'],
    ['data:text/html,x'],
    ['file:///etc/passwd'],
    ['//evil.example'],
    ['https:/one.example'],
    ['https://'],
    ['%DNS_NAME%'],
    ['%RESOURCE_NAME%://x'],
    ['https://%DNS_NAME%.evil.example/?p=%PASSWORD%'],
    ['https://evil.example%DNS_NAME%'],
    ['https://%PASSWORD%.evil.example/'],
    ['https://%ACCOUNT_NAME%/'],
    ['https://%ACCOUNT_NAME%:%PASSWORD%@db.example.org/'],
    ['https://user@db.example.org/'],
    ['https://db.example.org\\@evil.example/'],
    ['https://db.example.org/%PASSWORD%'],
    ['https://db.example.org/#%PASSWORD%'],
    ['https://db.example.org/#%ACCOUNT_NAME%'],
    ['https://db.example.org/?%PASSWORD%=x'],
    ['https://db.example.org/?p=%password%'],
    ['https://db.example.org/?p=%zz'],
    ['https://db.example.org:99999/'],
    ['https://[::1'],
    ['https://[db]/'],
    ['https://999.1.1.1/'],
    ['https://db.example.org/\r\nset-cookie: a=b'],
    ['https://db.example.org/"><script>'],
    ['https://db.example.org/ a'],
    ['https://dbé.example.org/'],
  ])('is refused: %s', (url) => {
    expect(() => requireUrl(url)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('takes addresses of both kinds, and puts the brackets round one of IPv6', () => {
    expect(open('https://%DNS_NAME%:8443/a', { dnsName: '2001:db8::7' }).address).toBe('https://[2001:db8::7]:8443/a');
    expect(open('https://[2001:db8::7]/').origin).toBe('https://[2001:db8::7]');
    expect(open('https://192.0.2.1/').origin).toBe('https://192.0.2.1');
  });

  it.each([
    [''],
    ['evil.example/'],
    ['evil.example@x'],
    ['a b'],
    ['10.0.0.1:8080'],
    ['x\r\ny'],
    ['"><script>'],
    ['%PASSWORD%'],
  ])('opens nothing where the DNS name is ‘%s’', (dnsName) => {
    expect(() => open('https://%DNS_NAME%/', { dnsName })).toThrow(expect.objectContaining({ code: 'not-that-state' }));
  });

  it('never has a password or log-in name in the address, whatever the names, the password and the URL are', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    const piece = fc.constantFrom(
      '%PASSWORD%',
      '%ACCOUNT_NAME%',
      '%RESOURCE_NAME%',
      '%DNS_NAME%',
      'a',
      'x%20y',
      '+',
      '',
    );
    const pair = fc.tuple(fc.constantFrom('u', 'p', 'submit', 'a%26b'), fc.array(piece, { maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.record({
          host: fc.constantFrom('%DNS_NAME%', '%RESOURCE_NAME%', 'fixed.example'),
          path: fc.constantFrom('', '/', '/a/%RESOURCE_NAME%', '/%DNS_NAME%/x'),
          query: fc.array(pair, { maxLength: 4 }),
          resourceName: fc.oneof(fc.constant('plain'), fc.constant('%PASSWORD%'), text),
          accountName: fc.oneof(fc.constant('%PASSWORD%'), text),
        }),
        ({ host, path, query, resourceName, accountName }) => {
          const url = readUrl(
            `https://${host}${path}${query.length > 0 ? `?${query.map(([n, v]) => `${n}=${v.join('')}`).join('&')}` : ''}`,
          );
          const secret = 'SECRET-7f3a9';
          let opened;
          try {
            opened = fillUrl(url, { resourceName, dnsName: 'db.example.org', accountName }, secret);
          } catch (error) {
            // Only a host that is none may stand in the way.
            expect(error).toBeInstanceOf(Problem);
            expect(host).toBe('%RESOURCE_NAME%');
            return;
          }
          expect(opened.address).not.toContain(secret);
          const parsed = new URL(opened.address);
          expect(parsed.protocol).toBe('https:');
          expect(parsed.username + parsed.password).toBe('');
          expect(parsed.origin).toBe(new URL(opened.origin).origin);
          const asked = query.some(([, v]) => v.includes('%PASSWORD%') || v.includes('%ACCOUNT_NAME%'));
          expect(opened.form === null).toBe(!asked);
          expect(takesPassword(url)).toBe(query.some(([, v]) => v.includes('%PASSWORD%')));
          // A name that looks like a placeholder stays a name.
          const values = (opened.form ?? []).map(([, value]) => value);
          const times = query.flatMap(([, v]) => v).filter((v) => v === '%PASSWORD%').length;
          expect(values.join('|').split(secret).length - 1).toBe(times);
        },
      ),
      { numRuns: 500 },
    );
  });
});
