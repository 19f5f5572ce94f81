import { expect, test } from 'vitest';
import { BrowserMark, type Jar } from './browser-mark.ts';

interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly options: object;
}

function jar(content: Record<string, string> = {}) {
  const set: SetCookie[] = [];
  const cookies: Jar = {
    get: (name) => content[name],
    set: (name, value, options) => {
      content[name] = value;
      set.push({ name, value, options });
    },
  };
  return { cookies, set };
}

// Attack: a neighbour on a sister domain plants a cookie; the prefix keeps it out (RFC 6265bis, section 4.1.3.2).
test.each([
  [{ secure: true, base: '' }, '__Host-gatehouse_browser', '/'],
  [{ secure: true, base: '/sso/a' }, '__Host-gatehouse_browser_sso_a', '/'],
  [{ secure: false, base: '' }, 'gatehouse_browser', '/'],
  [{ secure: false, base: '/sso' }, 'gatehouse_browser', '/sso'],
])('for %o the cookie is %s for %s', (issuer, name, path) => {
  const { cookies, set } = jar();
  new BrowserMark(issuer).markOf(cookies);
  const options = { httpOnly: true, sameSite: 'lax', signed: true, secure: issuer.secure, path };
  expect(set).toMatchObject([{ name, options }]);
});

test('a browser keeps its mark, and another has another', () => {
  const mark = new BrowserMark({ secure: true, base: '' });
  const [mine, other] = [jar(), jar()];
  const browser = mark.markOf(mine.cookies);
  expect(mark.markOf(mine.cookies)).toBe(browser);
  expect(mine.set).toHaveLength(1);
  expect(mark.isOf(mine.cookies, { browser })).toBe(true);
  expect(mark.isOf(other.cookies, { browser })).toBe(false);
  mark.markOf(other.cookies);
  expect(mark.isOf(other.cookies, { browser })).toBe(false);
});

test('what is stored does not open anything, and nothing fits a sign-in without a mark', () => {
  const mark = new BrowserMark({ secure: true, base: '' });
  const { cookies, set } = jar();
  const browser = mark.markOf(cookies);
  expect(set[0]?.value).not.toBe(browser);
  for (const stored of [{}, { browser: '' }, { browser: 'short' }])
    expect(mark.isOf(cookies, stored)).toBe(false);
});
