import { contractCases } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { startContractProvider } from '../../../tests/support/openid-provider-contract.ts';
import oauth2 from './index.ts';

const provider = await startContractProvider();
afterAll(() => provider.stop());

describe('the connector contract, at a provider that is asked for OAuth 2.0 alone', () => {
  const cases = contractCases({
    definition: oauth2,
    config: {
      ...provider.client,
      authorizationUrl: `${provider.issuer}/auth`,
      tokenUrl: `${provider.issuer}/token`,
      userinfoUrl: `${provider.issuer}/api/user`,
      scopes: ['profile'],
      claims: { username: 'preferred_username', groups: 'groups' },
    },
    host: { now: new Date() },
    groups: provider.groups,
    secrets: () => [provider.client.clientSecret],
    upstream: provider.upstream,
    login: {
      kind: 'redirect',
      answer: (departure) => provider.answer(departure),
      decline: (departure) => provider.decline(departure),
      asksForFreshSignIn: ({ url }) => url.searchParams.get('prompt') === 'login',
    },
  });
  for (const { name, run } of cases) test(name, run);
});
