import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { ClientError } from 'openid-client';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { appRedirect, client, openHouse } from '../support/house.ts';
import { decodeHtml } from '../support/http-browser.ts';
import { ada, startOpenIdProvider } from '../support/openid-provider.ts';

const upstreamSecret = 'the secret of Gatehouse at its upstream';
const port = await freePort();
const issuer = `http://127.0.0.1:${port}`;

/** One client for each connector, as an administrator registers them: each has a redirect URI of its own. */
const provider = await startOpenIdProvider({
  people: [ada],
  clients: ['partner', 'second', 'plain'].map((id) => ({
    client_id: `gatehouse-${id}`,
    client_secret: upstreamSecret,
    redirect_uris: [`${issuer}/callback/${id}`],
    grant_types: ['authorization_code', 'refresh_token'],
  })),
});

const connector = (id: string, config: object = {}) => ({
  id,
  type: 'oidc',
  name: `Provider ${id}`,
  config: {
    issuer: provider.issuer,
    clientId: `gatehouse-${id}`,
    clientSecret: { fromEnv: 'UPSTREAM_SECRET' },
    claims: { groups: 'groups' },
    ...config,
  },
});

const house = await openHouse({
  port,
  env: { UPSTREAM_SECRET: upstreamSecret },
  config: {
    tokens: { upstreamCheck: '0s' },
    connectors: [
      connector('partner'),
      connector('second', { acrValues: ['urn:example:gold'] }),
      // Nobody is there, nor was when the house was opened.
      connector('dead', { issuer: `http://127.0.0.1:${await freePort()}` }),
      {
        ...connector('plain'),
        type: 'oauth2',
        config: {
          authorizationUrl: `${provider.issuer}/auth`,
          tokenUrl: `${provider.issuer}/token`,
          userinfoUrl: `${provider.issuer}/api/user`,
          clientId: 'gatehouse-plain',
          clientSecret: { fromEnv: 'UPSTREAM_SECRET' },
          scopes: ['profile'],
          claims: { username: 'preferred_username', groups: 'groups' },
        },
      },
    ],
    clients: [
      client('app', { secrets: [{ fromEnv: 'APP_SECRET' }], connectors: ['partner'] }),
      client('other', { public: true, connectors: ['second'] }),
      client('plain', { public: true, connectors: ['plain'] }),
      client('both', { public: true, connectors: ['partner', 'dead'] }),
    ],
  },
});
afterAll(async () => {
  await house.close();
  await provider.stop();
});
beforeEach(() => provider.order({ mode: 'well', people: [ada], signsIn: ada.sub }));

async function signIn(clientId: string) {
  const party = await house.party(clientId, appRedirect);
  const authorization = await party.authorization();
  const tokens = await party.exchange(authorization, await party.browser.go(authorization.url, appRedirect));
  return { party, tokens, claims: decodeJwt(tokens.id_token ?? '') };
}

describe('a sign-in at another provider', () => {
  test.each(['app', 'plain'])('ends at the client %s in an ID token with its groups', async (clientId) => {
    const { claims } = await signIn(clientId);
    expect(claims).toMatchObject({
      preferred_username: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
    });
    // Nobody else may make somebody a master of a cluster.
    expect(claims.groups).toEqual(['engineers', 'admins']);
  });

  test('makes two people of one by two connectors: identities are never linked', async () => {
    const [one, other] = [await signIn('app'), await signIn('other')];
    assert.notEqual(one.claims.sub, other.claims.sub);
  });

  test('is asked again with the upstream’s refresh token, and what has changed there is in the next token', async () => {
    const { party, tokens } = await signIn('app');
    await provider.order({ people: [{ ...ada, claims: { ...ada.claims, groups: ['writers'] } }] });
    const refreshed = await party.refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.id_token ?? '').groups).toEqual(['writers']);
    const again = await party.refresh(refreshed.refresh_token ?? '');
    expect(decodeJwt(again.id_token ?? '').groups).toEqual(['writers']);
  });

  test('is a fresh one where the client asks for that, and how it was done is passed on', async () => {
    const { party, claims } = await signIn('other');
    const authorization = await party.authorization({ prompt: 'login' });
    const asked = await party.browser.go(authorization.url, provider.issuer);
    expect(Object.fromEntries(asked.location?.searchParams ?? [])).toMatchObject({
      prompt: 'login',
      max_age: '0',
    });
    const end = await party.browser.go(asked.location ?? '', appRedirect);
    const fresh = decodeJwt((await party.exchange(authorization, end)).id_token ?? '');
    expect(fresh).toMatchObject({ sub: claims.sub, acr: 'urn:example:gold' });
    assert.ok(Number(fresh.auth_time) >= Number(claims.auth_time));
  });

  test('waits for somebody whose token is taken no more, and goes on once they have signed in again', async () => {
    const { party, tokens } = await signIn('app');
    await provider.order({ people: [] });
    await assert.rejects(party.refresh(tokens.refresh_token ?? ''), hasStatus(503));
    await provider.order({ people: [ada] });
    await signIn('app');
    const refreshed = await party.refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.id_token ?? '').groups).toEqual(['engineers', 'admins']);
  });

  test('is there for everybody else while one of several providers is dead, from the start', async () => {
    const party = await house.party('both', appRedirect);
    const authorization = await party.authorization();
    const choice = await party.browser.go(authorization.url);
    const linkTo = (id: string) => {
      const [, href = ''] = new RegExp(`href="([^"]*[/=]${id})"`).exec(choice.body) ?? [];
      return new URL(decodeHtml(href), choice.url);
    };
    for (let turn = 0; turn < 2; turn += 1) {
      const page = await party.browser.go(linkTo('dead'));
      assert.equal(page.status, 503, page.body);
    }
    const end = await party.browser.go(linkTo('partner'), appRedirect);
    const { id_token: token = '' } = await party.exchange(authorization, end);
    expect(decodeJwt(token)).toMatchObject({ preferred_username: 'ada' });
  });

  test('is for later while the provider is dead: a page says so, and sessions go on with what was known', async () => {
    const { party, tokens } = await signIn('app');
    await provider.order({ mode: 'down' });
    const refreshed = await party.refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.id_token ?? '').groups).toEqual(['engineers', 'admins']);
    await provider.order({ mode: 'well' });
    const other = await house.party('plain', appRedirect);
    const { url } = await other.authorization();
    const leaving = await other.browser.go(url, provider.issuer);
    const back = await provider.visit(leaving.location ?? url, issuer);
    await provider.order({ mode: 'down' });
    assert.equal((await other.browser.go(back)).status, 503);
  });
});

function hasStatus(status: number) {
  return (error: unknown) =>
    error instanceof ClientError && error.cause instanceof Response && error.cause.status === status;
}

/**
 * Mix-up: one upstream sends the browser, with an answer of its own, to the callback of another one, so that the code
 * goes to the wrong token endpoint. Each connector has a door of its own, and knows only the logins begun there.
 */
test('an answer at the door of another connector is refused', async () => {
  const party = await house.party('app', appRedirect);
  const { url } = await party.authorization();
  const leaving = await party.browser.go(url, provider.issuer);
  assert.ok(leaving.location);
  const back = await provider.visit(leaving.location, issuer);
  back.pathname = '/callback/second';
  const page = await party.browser.go(back);
  assert.equal(page.status, 400);
});

test('connector check finds nothing wrong, and finds a wrong secret', async () => {
  const good = await house.gatehouse.cliBeside(['connector', 'check', 'partner']);
  assert.equal(good.status, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /client authentication/);
  await house.restart({
    connectors: [connector('partner', { clientSecret: { fromEnv: 'APP_SECRET' } })],
    clients: [client('app', { public: true, connectors: ['partner'] })],
  });
  const bad = await house.gatehouse.cliBeside(['connector', 'check', 'partner']);
  assert.notEqual(bad.status, 0);
  assert.match(bad.stdout, /client authentication/);
  assert.ok(!(bad.stdout + bad.stderr).includes(upstreamSecret));
});
