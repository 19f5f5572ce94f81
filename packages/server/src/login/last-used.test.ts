import type { Connector, Json } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetLastUsed, lastUsed, rememberLastUsed } from '../http/last-used.ts';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp, testClient } from '../testing/sign-in-app.ts';

const directory: Connector<Json> = {
  login: {
    kind: 'password',
    usernameLabel: 'Name',
    verify: async ({ password }) =>
      password === 'right' ? { upstreamId: '1', username: 'alice', groups: [], state: null } : null,
  },
  check: async () => [],
};

let app: SignInApp;
beforeEach(async () => {
  app = await startSignInApp({ corp: directory, partner: directory, guests: directory });
});
afterEach(() => app.close());

const page = '/login/alice-1';
const typed = { login: 'alice', password: 'right' };
const waysOn = (text: string) => [...text.matchAll(/href="[^"]*\/with\/([^"/]+)"/g)].map(([, id]) => id);

async function pageWith(cookie: string): Promise<string> {
  const alice = new Browser(app, 'alice-1');
  return (await alice.get(page, { cookie: `sign-in=alice-1; ${cookie}` })).text;
}

describe('the way that was used last', () => {
  it('is remembered by its id alone after a sign-in', async () => {
    const form = `${page}/with/partner`;
    const { headers } = await new Browser(app, 'alice-1').submit(form, form, typed);
    const cookie = headers.getSetCookie().find((each) => each.startsWith('gatehouse_last_used='));
    expect(cookie).toMatch(
      /^gatehouse_last_used=partner; path=\/sso; expires=[^;]+; samesite=lax; httponly$/i,
    );
  });

  it('comes first, and says so', async () => {
    const text = await pageWith('gatehouse_last_used=partner');
    expect(waysOn(text)).toEqual(['partner', 'corp', 'guests']);
    expect(text.match(/Last used/g)).toHaveLength(1);
  });

  it.each(['nobody', '', '"><script>', '__proto__', 'x'.repeat(3000)])(
    'is none where the cookie has something else: %s',
    async (value) => {
      const text = await pageWith(`gatehouse_last_used=${value}`);
      expect(waysOn(text)).toEqual(['corp', 'partner', 'guests']);
      expect(text).not.toContain('Last used');
    },
  );

  it('is not remembered by a wrong password, nor where there was no choice', async () => {
    const form = `${page}/with/partner`;
    const wrong = await new Browser(app, 'alice-1').submit(form, form, { ...typed, password: 'wrong' });
    const client = { ...testClient, connectors: ['partner'] };
    const only = await new Browser(app, 'alice-1', { client }).submit(form, form, typed);
    expect(only.status).toBe(303);
    for (const { headers } of [wrong, only]) expect(headers.getSetCookie().join()).not.toContain('last_used');
  });

  it('is no way in: the client’s own list decides', async () => {
    const client = { ...testClient, connectors: ['corp', 'guests'] };
    const alice = new Browser(app, 'alice-1', { client });
    const { text } = await alice.get(page, { cookie: 'sign-in=alice-1; gatehouse_last_used=partner' });
    expect(waysOn(text)).toEqual(['corp', 'guests']);
  });
});

describe('its cookie', () => {
  type Set = readonly [name: string, value: string | null, options: object];

  function jar(content: Readonly<Record<string, string>> = {}) {
    const set: Set[] = [];
    const cookies = {
      get: (name: string) => content[name],
      set: (...each: Set) => set.push(each),
    };
    return { jar: { cookies } as unknown as Parameters<typeof lastUsed>[0], set };
  }

  // Attack: a neighbour on a sister domain plants one, and the first button is of the neighbour's choice.
  it.each([
    [{ secure: true, base: '' }, '__Host-gatehouse_last_used', '/'],
    [{ secure: true, base: '/sso/a' }, '__Host-gatehouse_last_used_sso_a', '/'],
    [{ secure: false, base: '/sso' }, 'gatehouse_last_used', '/sso'],
  ])('is for %o called %s and sent to %s', (place, name, path) => {
    const { jar: mine, set } = jar();
    rememberLastUsed(mine, place, 'corp');
    expect(set).toEqual([
      [
        name,
        'corp',
        expect.objectContaining({ path, secure: place.secure, httpOnly: true, sameSite: 'lax' }),
      ],
    ]);
    expect(lastUsed(jar({ [name]: 'corp' }).jar, place)).toBe('corp');
  });

  it('is taken back where there is one', () => {
    const place = { secure: true, base: '' };
    const [with_, without] = [jar({ '__Host-gatehouse_last_used': 'corp' }), jar()];
    forgetLastUsed(with_.jar, place);
    forgetLastUsed(without.jar, place);
    expect(with_.set).toEqual([
      ['__Host-gatehouse_last_used', null, expect.objectContaining({ path: '/', secure: true })],
    ]);
    expect(without.set).toEqual([]);
  });
});
