/** For the tests of this package: a connector at the provider that can lie, and a sign-in there. */
import assert from 'node:assert/strict';
import type { Connector, Identity, SignInWish } from '@gatehouse/connector-kit';
import { type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import type { HostileOidcProvider } from '../../../../tests/support/hostile/oidc-provider.ts';
import { configSchema } from '../config.ts';
import oidc from '../index.ts';
import type { State } from '../state.ts';

export const callbackUrl = new URL('https://login.example.com/callback/partner');
export const clientSecret = 'a secret that nobody may see, 0123456789';

export interface Opened {
  readonly connector: Connector<State>;
  readonly host: TestHost;
}

export function openAt(
  upstream: HostileOidcProvider,
  options: object = {},
  send: typeof fetch = fetch,
): Opened {
  const written = {
    issuer: upstream.issuer,
    clientId: 'gatehouse',
    clientSecret,
    claims: { groups: 'groups' },
  };
  const host = testHost({ now: new Date(), fetch: send });
  return { connector: oidc.open(configSchema.parse({ ...written, ...options }), host), host };
}

export async function beginAt({ connector }: Opened, wish: SignInWish = { fresh: false }) {
  assert.ok(connector.login.kind === 'redirect');
  return await connector.login.begin({ token: 'our-token', callbackUrl, wish }, testCall());
}

export async function signInAt(
  upstream: HostileOidcProvider,
  opened: Opened,
  wish: SignInWish = { fresh: false },
): Promise<Identity<State>> {
  assert.ok(opened.connector.login.kind === 'redirect');
  const { departure, memo } = await beginAt(opened, wish);
  const arrival = { method: 'GET', params: upstream.visit(departure.url), headers: {} } as const;
  return await opened.connector.login.finish({ arrival, memo, callbackUrl }, testCall());
}
