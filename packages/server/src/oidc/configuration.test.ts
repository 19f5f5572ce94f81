import type { Config } from '@gatehouse/config';
import { generateSigningKey } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { readIssuer } from '../http/issuer.ts';
import { configuration } from './configuration.ts';
import { CookieKeys } from './cookies.ts';

type Settings = Record<string, unknown>;

/** The library's own defaults, which have no types. */
async function libraryDefaults(): Promise<Settings> {
  const path = 'oidc-provider/lib/helpers/defaults.js';
  return ((await import(path)) as { defaults: Settings }).defaults;
}

async function ours(): Promise<Settings> {
  const now = new Date();
  const keys = [await generateSigningKey('RS256', now, now), await generateSigningKey('ES256', now, now)];
  const tokens = { idToken: 600, accessToken: 600, code: 60, refreshMax: 60 };
  const sessions = { idle: 1, max: 1, remember: 1 };
  return configuration({
    config: {
      issuer: 'https://login.example.com',
      tokens,
      sessions,
      allowedOrigins: [],
    } as unknown as Config,
    issuer: readIssuer('https://login.example.com'),
    ...{ keys, clients: new Map(), entries: new Map(), now: () => now },
    ...{ cookieKeys: new CookieKeys([new Uint8Array(32)]), refreshKeys: [] },
    checkIdentity: async (stored) => ({ status: 'current', stored }),
    pages: { error() {}, confirmLogout() {}, signedOut() {} },
  }) as unknown as Settings;
}

test.each([
  ['setting', (settings: Settings) => settings],
  ['feature', (settings: Settings) => settings.features],
  ['route', (settings: Settings) => settings.routes],
  ['lifetime', (settings: Settings) => settings.ttl],
  ['cookie', (settings: Settings) => (settings.cookies as Settings).names],
  ['algorithm list', (settings: Settings) => settings.enabledJWA],
])(
  'no %s of the library is left to its default: an upgrade that adds one fails here',
  async (_what, part) => {
    const [library, own] = [part(await libraryDefaults()), part(await ours())];
    expect(Object.keys(own as Settings)).toEqual(expect.arrayContaining(Object.keys(library as Settings)));
  },
);

test('nothing is fetched on anybody’s behalf', async () => {
  const { fetch } = (await ours()) as { fetch: () => unknown };
  expect(fetch).toThrow('switched off');
});
