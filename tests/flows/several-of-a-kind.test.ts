/**
 * Several connectors of each kind at once, and one browser with a tab at each of them.
 *
 * Attack (mix-up): one upstream's answer is brought to the door of another one of its kind, so that its code goes to the
 * wrong token endpoint, or its person gets in by the wrong name.
 */
import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startFakeGithub } from '../support/hostile/github/fake-github.ts';
import { readRequest, SamlIdp } from '../support/hostile/saml-idp.ts';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { appRedirect, client, openHouse } from '../support/house.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import type { Authorization, RelyingParty } from '../support/relying-party.ts';

const upstreamSecret = 'the secret of Gatehouse at its upstream';
const port = await freePort();
const issuer = `http://127.0.0.1:${port}`;
const env: Record<string, string> = { UPSTREAM_SECRET: upstreamSecret };
const clientSecret = { fromEnv: 'UPSTREAM_SECRET' };

/** How the upstream answers whom it was sent; in the form in which the browser brings it. */
interface Answer {
  readonly url: URL;
  readonly form?: Readonly<Record<string, string>>;
}
interface Upstream {
  readonly connector: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly kind: string;
  /** The beginning of its addresses. */
  readonly place: string;
  answer(departure: URL): Promise<Answer>;
}

const openIdIds = ['oidc-a', 'oidc-b', 'oauth2-a', 'oauth2-b'];
const provider = await startOpenIdProvider({
  people: [{ sub: 'u-1', claims: { preferred_username: 'ada', groups: ['engineers'] } }],
  clients: openIdIds.map((id) => ({
    client_id: `gatehouse-${id}`,
    client_secret: upstreamSecret,
    redirect_uris: [`${issuer}/callback/${id}`],
    grant_types: ['authorization_code', 'refresh_token'],
  })),
});
const githubs = await Promise.all(['a', 'b'].map(() => startFakeGithub({ app: { callback: issuer } })));

function openId(id: string): Upstream {
  const [kind = ''] = id.split('-');
  const common = { clientId: `gatehouse-${id}`, clientSecret, claims: { groups: 'groups' } };
  const oauth2 = {
    authorizationUrl: `${provider.issuer}/auth`,
    tokenUrl: `${provider.issuer}/token`,
    userinfoUrl: `${provider.issuer}/api/user`,
    scopes: ['profile'],
    claims: { username: 'preferred_username', groups: 'groups' },
  };
  const config = kind === 'oidc' ? { ...common, issuer: provider.issuer } : { ...common, ...oauth2 };
  return {
    ...{ kind, connector: { id, type: kind, name: id, config }, place: provider.issuer },
    answer: async (departure) => ({ url: await provider.visit(departure, issuer) }),
  };
}

function github(fake: (typeof githubs)[number], at: number): Upstream {
  const id = `github-${at}`;
  const octocat = fake.world.account('octocat');
  fake.world.org('acme', [octocat]);
  fake.browserOf = 'octocat';
  env[`GITHUB_SECRET_${at}`] = fake.oauth.app.clientSecret;
  const config = {
    ...fake.config,
    clientSecret: { fromEnv: `GITHUB_SECRET_${at}` },
    orgs: [{ name: 'acme' }],
  };
  return {
    ...{ kind: 'github', connector: { id, type: 'github', name: id, config }, place: fake.origin },
    answer: async (departure) => {
      const { location } = await new HttpBrowser().go(departure, issuer);
      return { url: location ?? assert.fail('GitHub sends nobody back') };
    },
  };
}

function saml(id: string, callback?: 'shared'): Upstream {
  const entityId = `https://${id}.example.com/saml`;
  const idp = new SamlIdp(entityId, () => new Date(), makeSamlKeys(`${id}.example.com`));
  const place = `https://${id}.example.com/sso`;
  const byHand = { entityId, ssoUrl: place, certificates: idp.keys.certificate };
  const attributes = { username: 'uid', groups: 'groups' };
  const config = { idp: byHand, attributes, ...(callback && { callback }) };
  return {
    ...{ kind: callback ? 'saml, shared' : 'saml', connector: { id, type: 'saml', name: id, config }, place },
    answer: async (url) => {
      const request = readRequest({ method: 'GET', url });
      const xml = idp.answer(request, { id: 'ada-1', attributes: { uid: ['ada'], groups: ['engineers'] } });
      const form = {
        SAMLResponse: Buffer.from(xml).toString('base64'),
        RelayState: request.relayState,
      };
      return { url: new URL(request.acs), form };
    },
  };
}

const upstreams: readonly Upstream[] = [
  ...openIdIds.map(openId),
  ...githubs.map(github),
  ...['saml-a', 'saml-b'].map((id) => saml(id)),
  ...['saml-c', 'saml-d'].map((id) => saml(id, 'shared')),
];
const house = await openHouse({
  ...{ port, env },
  config: {
    connectors: upstreams.map(({ connector }) => connector),
    clients: upstreams.map(({ connector: { id } }) => client(id, { public: true, connectors: [id] })),
  },
});
afterAll(async () => {
  await house.close();
  await provider.stop();
  await Promise.all(githubs.map((each) => each.stop()));
});

let browser: HttpBrowser;
beforeEach(() => {
  browser = new HttpBrowser();
});

interface Tab {
  readonly upstream: Upstream;
  readonly party: RelyingParty;
  readonly authorization: Authorization;
  readonly departure: URL;
}

async function openTab(upstream: Upstream): Promise<Tab> {
  const party = await house.party(upstream.connector.id, appRedirect);
  const authorization = await party.authorization({ scope: 'openid profile groups federated:id' });
  const { location } = await browser.go(authorization.url, upstream.place);
  return { upstream, party, authorization, departure: location ?? assert.fail('nobody has left') };
}

async function bring({ url, form }: Answer): Promise<Page & { location?: URL }> {
  if (form === undefined) return await browser.go(url, appRedirect);
  const body = new URLSearchParams(form);
  const landed = await browser.request(url, { method: 'POST', body });
  const location = landed.headers.get('location');
  return location === null ? landed : await browser.go(new URL(location, url), appRedirect);
}

test('a tab at each of them, finished in the opposite order, ends each with the person of that one', async () => {
  const tabs: Tab[] = [];
  for (const upstream of upstreams) tabs.push(await openTab(upstream));
  for (const { upstream, party, authorization, departure } of tabs.toReversed()) {
    const end = await bring(await upstream.answer(departure));
    const claims = decodeJwt((await party.exchange(authorization, end)).id_token ?? '');
    expect(claims.federated_claims).toMatchObject({ connector_id: upstream.connector.id });
    expect(claims.aud).toBe(upstream.connector.id);
  }
});

const kinds = [...new Set(upstreams.map(({ kind }) => kind))];

test.each(kinds)(
  '%s: an answer at the door of the other one lets nobody in, and its own still does',
  async (kind) => {
    const [one, other] = upstreams.filter((upstream) => upstream.kind === kind);
    assert.ok(one !== undefined && other !== undefined);
    const [tab, second] = [await openTab(one), await openTab(other)];
    const [own, strange] = [await one.answer(tab.departure), await other.answer(second.departure)];
    const swapped = { ...strange, url: doorOf(strange.url, one) };
    // Where they share a door, the answer of the one comes with the token of the other.
    const asOwn = own.form && { ...strange.form, RelayState: own.form.RelayState ?? '' };
    const page = await bring(asOwn === undefined ? swapped : { url: swapped.url, form: asOwn });
    expect([page.status >= 400, page.location]).toEqual([true, undefined]);
    const end = await bring(own);
    const claims = decodeJwt((await tab.party.exchange(tab.authorization, end)).id_token ?? '');
    expect(claims.federated_claims).toMatchObject({ connector_id: one.connector.id });
  },
);

function doorOf(url: URL, { connector: { id } }: Upstream): URL {
  const door = new URL(url);
  if (door.pathname !== '/callback') door.pathname = `/callback/${id}`;
  return door;
}
