import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type WayOut, wayOut } from '../../../packages/server/src/testing/way-out.ts';
import { oidcCases } from '../../../tests/support/hostile/oidc-cases.ts';
import { startHostileOidcProvider } from '../../../tests/support/hostile/oidc-provider.ts';
import { configSchema, httpNeeds } from './config.ts';
import oidc from './index.ts';

const callbackUrl = new URL('https://login.example.com/callback/partner');
const clientSecret = 'a secret that nobody may see, 0123456789';
const upstream = await startHostileOidcProvider();
const ways: WayOut[] = [];
afterAll(async () => {
  await upstream.stop();
  for (const way of ways) await way[Symbol.asyncDispose]();
});
beforeEach(() => upstream.honest());

function open(options: object = {}) {
  const config = configSchema.parse({
    issuer: upstream.issuer,
    clientId: 'gatehouse',
    clientSecret,
    claims: { groups: 'groups' },
    ...options,
  });
  const way = wayOut(httpNeeds(config), { timeouts: { headers: 300, silence: 300, whole: 600 } });
  ways.push(way);
  const host = testHost({ now: new Date(), fetch: way.fetch });
  return oidc.open(config, host);
}

async function signIn(connector = open(), fresh = false) {
  assert.ok(connector.login.kind === 'redirect');
  const call = testCall();
  const { departure, memo } = await connector.login.begin(
    { token: 'our-token', callbackUrl, wish: { fresh } },
    call,
  );
  const params = upstream.visit(departure.url);
  const arrival = { method: 'GET', params, headers: {} } as const;
  return await connector.login.finish({ arrival, memo, callbackUrl }, call);
}

test('the provider without a lie is taken, fresh or not', async () => {
  const identity = await signIn();
  expect(identity).toMatchObject({ upstreamId: 'u-1', username: 'ada', groups: ['staff'] });
  expect(identity.email).toEqual({ address: 'ada@example.com', verified: false });
  expect(await signIn(open(), true)).toMatchObject({ upstreamId: 'u-1' });
  expect(await signIn(open({ userinfo: true }))).toMatchObject({ upstreamId: 'u-1' });
});

describe('an upstream that lies is refused', () => {
  test.each(oidcCases)('$attack', async ({ lies, config, fresh, refused: [code, reason] }) => {
    upstream.lies = lies;
    const outcome = await signIn(open(config), fresh).catch((error: unknown) => error);
    assert.ok(ConnectorError.is(outcome), `it was taken, or died: ${String(outcome)}`);
    expect([outcome.code, outcome.message]).toEqual([code, expect.stringMatching(reason)]);
    expect(JSON.stringify([outcome.message, String(outcome.cause)])).not.toContain(clientSecret);
  });
});
