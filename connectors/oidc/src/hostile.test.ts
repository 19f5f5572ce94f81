import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type WayOut, wayOut } from '../../../packages/server/src/testing/way-out.ts';
import { note } from '../../../tests/support/hostile/note.ts';
import { oidcCases } from '../../../tests/support/hostile/oidc-cases.ts';
import { makeKeys, signed, startHostileOidcProvider } from '../../../tests/support/hostile/oidc-provider.ts';
import { clientSecret, openAt, signInAt } from './testing/open-connector.ts';

const upstream = await startHostileOidcProvider();
const ways: WayOut[] = [];
afterAll(async () => {
  await upstream.stop();
  for (const way of ways) await way[Symbol.asyncDispose]();
});
beforeEach(() => upstream.honest());

/** With the broker's own way out, and little patience. */
function signIn(options: object = {}, fresh = false) {
  const way = wayOut(
    { urls: [upstream.issuer] },
    { timeouts: { headers: 1_000, silence: 500, whole: 10_000 } },
  );
  ways.push(way);
  return signInAt(upstream, openAt(upstream, options, way.fetch), { fresh });
}

test('the provider without a lie is taken, fresh or not', async () => {
  const identity = await signIn();
  expect(identity).toMatchObject({ upstreamId: 'u-1', username: 'ada', groups: ['staff'] });
  expect(await signIn({}, true)).toMatchObject({ upstreamId: 'u-1' });
  expect(await signIn({ userinfo: true })).toMatchObject({ upstreamId: 'u-1' });
  expect(await signIn({ trustedAudiences: ['partner'] })).toMatchObject({ upstreamId: 'u-1' });
});

test('a token that is meant for others as well, all of them allowed, is taken if we have asked for it', async () => {
  upstream.lies = {
    claims: (honest) => ({ ...honest, aud: ['gatehouse', 'partner'], azp: 'gatehouse' }),
  };
  expect(await signIn({ trustedAudiences: ['partner'] })).toMatchObject({ upstreamId: 'u-1' });
});

test('an account of the domain, with the level, is taken', async () => {
  upstream.lies = {
    claims: (honest) => ({ ...honest, hd: 'Example.com', acr: 'urn:phishing-resistant' }),
  };
  const options = { preset: 'google', hostedDomains: ['example.com'], acrValues: ['urn:phishing-resistant'] };
  expect(await signIn(options)).toMatchObject({ upstreamId: 'u-1' });
});

test.each(['ES256', 'PS256', 'EdDSA'])(
  'a provider that signs with %s is taken, unless it may not',
  async (alg) => {
    const keys = await makeKeys(alg, 'k-2');
    upstream.lies = { idToken: (claims) => signed(claims, keys), keys: () => ({ keys: [keys.jwk] }) };
    expect(await signIn()).toMatchObject({ upstreamId: 'u-1' });
    await assert.rejects(signIn({ algorithms: ['RS256'] }), /"alg"/);
  },
);

describe('an upstream that lies is refused', () => {
  test.for(oidcCases)('$attack', async ({ attack, lies, config, fresh, refused }, context) => {
    const [code, reason] = refused;
    const row = { peer: 'OpenID', attack, expected: code } as const;
    note(context, row);
    upstream.lies = lies;
    const outcome = await signIn(config, fresh).catch((error: unknown) => error);
    assert.ok(ConnectorError.is(outcome), `it was taken, or died: ${String(outcome)}`);
    note(context, { ...row, seen: outcome.message });
    expect([outcome.code, outcome.message]).toEqual([code, expect.stringMatching(reason)]);
    const written = `${outcome.message} ${String(outcome.cause)}`;
    const sent = upstream.tokenRequests.flatMap((body) => [body.get('code'), body.get('code_verifier')]);
    for (const secret of [clientSecret, ...sent].filter((one) => one !== null)) {
      expect(written).not.toContain(secret);
      expect(written).not.toContain(String(new URLSearchParams({ '': secret })).slice(1));
    }
  });
});
