import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testHost } from '@gatehouse/connector-kit/testing';
import { describe, test } from 'vitest';
import { mockConfig } from './config.ts';
import { createMockConnector } from './index.ts';

const people = [{ id: 'u-1', username: 'ada' }];

async function problems(issuer: string, config: unknown): Promise<readonly string[]> {
  const { issues = [] } = await createMockConnector({ issuer }).config['~standard'].validate(config);
  return issues.map(({ message }) => message);
}

// Whoever reaches this connector is whoever they like.
describe('a broker that others can reach has no mock connector', () => {
  const open = [
    'https://login.example.com',
    'http://10.0.0.1:5556',
    'http://0.0.0.0:5556',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://example.com/?localhost',
    'http://localhost@example.com',
    'not an address',
  ];
  test.each(open)('%s', async (issuer) => {
    assert.match((await problems(issuer, { people })).join(), /needs an issuer on a loopback address/);
    const definition = createMockConnector({ issuer });
    assert.throws(() => definition.open(mockConfig.parse({ people }), testHost()), ConnectorError);
  });

  test.each(['http://127.0.0.1:5556', 'http://127.8.0.1', 'http://[::1]:5556', 'https://localhost/sso'])(
    'and %s is this machine',
    async (issuer) => assert.deepEqual(await problems(issuer, { people }), []),
  );
});

describe('the configuration of a mock connector', () => {
  test('needs a password for each person who shall type one', async () => {
    const found = await problems('http://127.0.0.1', { kind: 'password', people });
    assert.match(found.join(), /each person needs a password/);
  });

  test('refuses two people with one id', async () => {
    const twice = [...people, { id: 'u-1', username: 'eve' }];
    assert.match((await problems('http://127.0.0.1', { people: twice })).join(), /this id is taken/);
  });

  test('needs somebody', async () => {
    assert.equal((await problems('http://127.0.0.1', { people: [] })).length, 1);
  });
});
