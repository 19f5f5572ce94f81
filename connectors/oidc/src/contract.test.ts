import type { Arrival, Departure } from '@gatehouse/connector-kit';
import { contractCases, type UpstreamControls } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { startOpenIdProvider } from '../../../tests/support/openid-provider.ts';
import oidc from './index.ts';

const callback = 'http://127.0.0.1:5556/callback';
const clientSecret = 'a secret that nobody may see, 0123456789';
const clientId = 'gatehouse';
const groups = ['engineers', 'admins', 'system:masters'];
const ada = {
  sub: 'u-1815',
  claims: {
    preferred_username: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    email_verified: true,
    groups,
  },
};

const provider = await startOpenIdProvider({
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  people: [ada],
});
afterAll(() => provider.stop());

const upstream: UpstreamControls = {
  reset: () => provider.order({ mode: 'well', people: [ada], signsIn: ada.sub }),
  takeDown: () => provider.order({ mode: 'down' }),
  hang: () => provider.order({ mode: 'hang' }),
  overload: () => provider.order({ mode: 'overloaded' }),
  rotatesState: true,
  loseSomeGroups: () => provider.order({ mode: 'no userinfo' }),
  removePerson: () => provider.order({ people: [] }),
  async changeGroups() {
    await provider.order({ people: [{ ...ada, claims: { ...ada.claims, groups: ['writers'] } }] });
    return ['writers'];
  },
};

async function visit({ url }: Departure): Promise<Arrival> {
  const { searchParams: params } = await provider.visit(url, callback);
  return { method: 'GET', params, headers: {} };
}

describe('the connector contract, at a real provider', () => {
  const cases = contractCases({
    definition: oidc,
    config: {
      issuer: provider.issuer,
      clientId,
      clientSecret,
      userinfo: true,
      claims: { groups: 'groups' },
    },
    host: { now: new Date() },
    groups,
    secrets: () => [clientSecret],
    upstream,
    login: {
      kind: 'redirect',
      answer: visit,
      async decline(departure) {
        await provider.order({ signsIn: null });
        return visit(departure);
      },
      asksForFreshSignIn: ({ url }) =>
        url.searchParams.get('prompt') === 'login' && url.searchParams.get('max_age') === '0',
    },
  });
  for (const { name, run } of cases) test(name, run);
});
