import { describe, expect, test } from 'vitest';
import { readIssuer } from '../http/issuer.ts';
import { CookieKeys, cookieNames, cookieOptions } from './cookies.ts';

const [older, newer] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

describe('cookie names', () => {
  test.each([
    ['https://login.example.com', '__Host-gatehouse_session', '/'],
    ['https://login.example.com/sso', '__Secure-gatehouse_session', '/sso'],
    ['http://127.0.0.1:5556', 'gatehouse_session', '/'],
  ])('of %s', (issuer, session, path) => {
    expect(cookieNames(readIssuer(issuer)).session).toBe(session);
    const { long } = cookieOptions(readIssuer(issuer));
    expect(long).toMatchObject({ path, secure: issuer.startsWith('https'), httpOnly: true, sameSite: 'lax' });
  });

  test('a cookie that is bound to a path never says it belongs to the host alone: browsers would drop it', () => {
    const { interaction, resume } = cookieNames(readIssuer('https://login.example.com'));
    expect([interaction, resume].every((name) => name.startsWith('__Secure-'))).toBe(true);
  });
});

describe('CookieKeys', () => {
  test('signs with the newest key and accepts the older one', () => {
    const before = new CookieKeys([older]).sign('name=value');
    const keys = new CookieKeys([newer, older]);
    expect(keys.index('name=value', before)).toBe(1);
    expect(keys.index('name=value', keys.sign('name=value'))).toBe(0);
  });

  test.each([
    ['another value', 'name=other', undefined],
    ['no signature', 'name=value', ''],
    ['a signature of another length', 'name=value', 'abc'],
    ['text that is no signature', 'name=value', '\u{1F600}'.repeat(11)],
  ])('refuses %s', (_what, value, digest) => {
    const keys = new CookieKeys([newer]);
    expect(keys.verify(value, digest ?? keys.sign('name=value'))).toBe(false);
  });

  test('cannot be made without a key', () => {
    expect(() => new CookieKeys([])).toThrow('there is no cookie key');
  });
});
