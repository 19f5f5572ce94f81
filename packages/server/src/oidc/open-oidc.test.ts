import type { Config } from '@gatehouse/config';
import { type Client, generateSigningKey } from '@gatehouse/core';
import { sampleClient } from '@gatehouse/core/testing';
import { expect, test } from 'vitest';
import { type OidcDeps, openOidc } from './open-oidc.ts';

const now = new Date();

const web = sampleClient({ id: 'web', native: false, redirectUris: ['https://app.example.com/callback'] });

async function depsWith(client: Partial<Client>): Promise<OidcDeps> {
  const keys = [await generateSigningKey('RS256', now, now), await generateSigningKey('ES256', now, now)];
  const config = {
    issuer: 'https://login.example.com',
    clients: [{ ...web, ...client }],
    connectors: [],
    allowedOrigins: [],
    tokens: { idToken: 600, accessToken: 600, code: 60, refreshIdle: 1, refreshMax: 1, refreshGrace: 1 },
    sessions: { idle: 1, max: 1, remember: 1 },
  } as unknown as Config;
  return {
    ...{ config, keys, now: () => now, pages: { error() {}, confirmLogout() {}, signedOut() {} } },
    secrets: { cookieKeys: [new Uint8Array(32)], refreshKeys: [new Uint8Array(32)] },
    checkIdentity: async (stored) => ({ status: 'current', stored }),
  };
}

test('opens with clients that the protocol allows, and one that is an audience only', async () => {
  for (const client of [{}, { redirectUris: [] }, { native: true, redirectUris: ['com.example.app:/cb'] }]) {
    expect(openOidc(await depsWith(client))).toHaveProperty('middleware');
  }
});

test.each([
  ['a private scheme without native', { redirectUris: ['com.example.app:/cb'] }],
  ['a native client on plain http elsewhere', { native: true, redirectUris: ['http://app.example.com/cb'] }],
  ['a fragment', { redirectUris: ['https://app.example.com/#cb'] }],
  ['an address that is none', { redirectUris: ['/callback'] }],
])('%s stops the start with the name of the client', async (_what, client) => {
  const deps = await depsWith(client);
  expect(() => openOidc(deps)).toThrow(/^client "web" cannot be served: .*redirect_uris/);
});

test('an algorithm without a key stops the start', async () => {
  const deps = await depsWith({});
  const [rsa] = deps.keys;
  if (rsa === undefined) throw new Error('no key was made');
  expect(() => openOidc({ ...deps, keys: [rsa] })).toThrow('there is no ES256 key that may sign');
});
