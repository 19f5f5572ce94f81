import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractCases, type UpstreamControls } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { createMockConnector } from './index.ts';
import { follow, forgetBehaviour, writeBehaviour } from './testing/played-broker.ts';

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-mock-'));
afterAll(() => rm(folder, { recursive: true }));

const behaviourFile = join(folder, 'behaviour.json');
const definition = createMockConnector({ issuer: 'http://127.0.0.1:5556' });
const ada = { id: 'u-1', username: 'ada', groups: ['engineers', 'system:masters'], password: 'open sesame' };
const groups = [...ada.groups, 'generated-00001', 'generated-00002'];
const config = { people: [{ ...ada, generatedGroups: 2 }], behaviourFile };

const upstream: UpstreamControls = {
  reset: () => forgetBehaviour(behaviourFile),
  takeDown: () => writeBehaviour(behaviourFile, { upstream: 'unavailable' }),
  hang: () => writeBehaviour(behaviourFile, { upstream: 'slow' }),
  loseSomeGroups: () => writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour: 'partialGroups' } } }),
  removePerson: () => writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour: 'gone' } } }),
  async changeGroups() {
    await writeBehaviour(behaviourFile, { people: { 'u-1': { groups: ['writers'], generatedGroups: 0 } } });
    return ['writers'];
  },
};

describe('the connector contract, as a redirect connector', () => {
  const cases = contractCases({
    definition,
    config,
    groups,
    upstream,
    login: {
      kind: 'redirect',
      answer: (departure, connector) => follow(departure, connector, 'person-u-1'),
      decline: (departure, connector) => follow(departure, connector, 'decline'),
      asksForFreshSignIn: ({ url }) => url.searchParams.get('prompt') === 'login',
    },
  });
  for (const { name, run } of cases) test(name, run);
});

describe('the connector contract, as a password connector', () => {
  const { username, password } = ada;
  const cases = contractCases({
    definition,
    config: { ...config, kind: 'password' },
    groups,
    upstream,
    login: { kind: 'password', username, password, wrongPassword: 'open barley!', nobody: 'eve' },
  });
  for (const { name, run } of cases) test(name, run);
});
