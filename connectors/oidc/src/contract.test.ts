import { contractCases } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { startContractProvider } from '../../../tests/support/openid-provider-contract.ts';
import oidc from './index.ts';

const provider = await startContractProvider();
afterAll(() => provider.stop());

describe('the connector contract, at a real provider', () => {
  const cases = contractCases({
    definition: oidc,
    config: {
      ...provider.client,
      issuer: provider.issuer,
      userinfo: true,
      claims: { groups: 'groups' },
    },
    host: { now: new Date() },
    groups: provider.groups,
    secrets: () => [provider.client.clientSecret],
    upstream: provider.upstream,
    login: {
      kind: 'redirect',
      answer: (departure) => provider.answer(departure),
      decline: (departure) => provider.decline(departure),
      asksForFreshSignIn: ({ url }) =>
        url.searchParams.get('prompt') === 'login' && url.searchParams.get('max_age') === '0',
    },
  });
  for (const { name, run } of cases) test(name, run);
});
