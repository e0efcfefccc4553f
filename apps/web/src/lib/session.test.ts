import { expect, it, vi } from 'vitest';

vi.stubGlobal('location', { origin: 'https://vault.example', pathname: '/home', search: '', hash: '#token' });
vi.stubGlobal('document', { documentElement: { lang: 'en' } });
const { carriedHash, loginAddress, nextAddress } = await import('./session.tsx');

it('returns to where one was, and only to this console', () => {
  expect(nextAddress('/resources/1?tab=x')).toBe('/resources/1?tab=x');
  for (const elsewhere of [
    'https://evil.example/',
    '//evil.example/x',
    '/\\evil.example',
    'javascript:alert(1)',
    7,
    undefined,
  ]) {
    expect(nextAddress(elsewhere)).toBe('/home');
  }
});

it('carries the page along to the sign-in page, without naming Home', () => {
  expect(loginAddress('/home')).toBe('/login');
  expect(loginAddress('/audit/users?outcome=refused')).toBe('/login?next=%2Faudit%2Fusers%3Foutcome%3Drefused');
  expect(loginAddress('/login?next=/x')).toBe('/login');
});

it('carries what stands behind the # along for links in mails alone', () => {
  expect(carriedHash('/requests/approve')).toBe('#token');
  for (const other of ['/home', '/setup', '/requests', '/requests/approve/x']) expect(carriedHash(other)).toBe('');
});
