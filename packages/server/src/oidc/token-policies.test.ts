import type { Client } from '@gatehouse/core';
import { describe, expect, test } from 'vitest';
import { mayIntrospect, mayRevoke } from './token-policies.ts';

const clients = new Map(
  [
    { id: 'app', public: false, trustedPeers: [] },
    { id: 'spa', public: true, trustedPeers: ['app'] },
    { id: 'gateway', public: false, trustedPeers: ['app'] },
  ].map((client) => [client.id, client as unknown as Client]),
);
const forGateway = { clientId: 'app', scope: 'openid audience:server:client_id:gateway' };
const forSpa = { clientId: 'app', scope: 'openid audience:server:client_id:spa' };

describe('introspection', () => {
  test.each([
    ['app', { clientId: 'app', scope: 'openid' }, true],
    ['gateway', { clientId: 'app', scope: 'openid' }, false],
    ['gateway', forGateway, true],
    ['gateway', { ...forGateway, clientId: 'stranger' }, false],
    ['app', { clientId: 'gateway', scope: 'openid audience:server:client_id:app' }, false],
    ['spa', forSpa, false],
    ['spa', { clientId: 'spa' }, false],
    ['nobody', { clientId: 'nobody' }, false],
  ])('by %s of %o: %s', (asking, token, allowed) => {
    expect(mayIntrospect(clients, asking, token)).toBe(allowed);
  });
});

test('a client revokes its own tokens alone', () => {
  expect(mayRevoke('app', { clientId: 'app' })).toBe(true);
  expect(mayRevoke('gateway', forGateway)).toBe(false);
});
