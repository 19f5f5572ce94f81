import type { Context } from 'koa';
import { expect, test } from 'vitest';
import { readIssuer } from '../http/issuer.ts';
import { browserSecret, ensureBrowserSecret } from './browser-secret.ts';

const secret = 'x'.repeat(43);

/** A browser with these cookies, and those that it is given. */
function browser(cookies: Record<string, string>) {
  const given: { readonly name: string; readonly value: string; readonly path: string }[] = [];
  const jar = {
    get: (name: string) => cookies[name],
    set: (name: string, value: string, { path }: { path: string }) => given.push({ name, value, path }),
  };
  return { given, ctx: { cookies: jar } as unknown as Context };
}

// Attack: a sister domain plants the cookie of a try that somebody else has begun.
test('a cookie that another host can plant is not read, and none such is given', () => {
  const room = { issuer: readIssuer('https://login.example.com/sso') };
  const { ctx, given } = browser({ gatehouse_try: secret });
  expect(browserSecret(ctx, room)).toBeUndefined();
  const fresh = ensureBrowserSecret(ctx, room);
  expect(fresh).not.toBe(secret);
  expect(given).toEqual([{ name: '__Host-gatehouse_try_sso', value: fresh, path: '/' }]);
});

test('one serves all tries of a browser, each for as long as it may take', () => {
  const room = { issuer: readIssuer('http://127.0.0.1:8080/sso') };
  const { ctx, given } = browser({ gatehouse_try: secret });
  expect(ensureBrowserSecret(ctx, room)).toBe(secret);
  expect(given).toEqual([{ name: 'gatehouse_try', value: secret, path: '/sso' }]);
});
