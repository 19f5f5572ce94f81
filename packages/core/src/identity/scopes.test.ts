import { describe, expect, test } from 'vitest';
import type { Client } from '../clients/client.ts';
import { sampleClient } from '../testing/samples.ts';
import { AudienceRefused, audiencesOf, parseScopes } from './scopes.ts';

describe('scopes', () => {
  test('are known or unknown, each once', () => {
    expect(parseScopes('openid groups  audience:server:client_id:argo groups address')).toEqual({
      known: ['openid', 'groups', 'audience:server:client_id:argo'],
      unknown: ['address'],
    });
  });

  test.each(['OpenID', 'audience:server:client_id:', 'audience:server:client_id', 'openid\tgroups', 'phone'])(
    '%j is unknown',
    (scope) => {
      expect(parseScopes(scope)).toEqual({ known: [], unknown: [scope] });
    },
  );

  test('may be none', () => {
    expect(parseScopes('')).toEqual({ known: [], unknown: [] });
  });
});

describe('the audience', () => {
  const cli = sampleClient({ id: 'cli' });
  const argo = sampleClient({ id: 'argo', trustedPeers: ['cli'] });
  const vault = sampleClient({ id: 'vault', trustedPeers: ['cli'] });
  const other = sampleClient({ id: 'other' });

  test('is the client itself where no other is asked for', () => {
    expect(audiences(['openid', 'groups'])).toEqual(['cli']);
  });

  test('has the peers in the order of the request, then the client', () => {
    expect(audiences(['openid', peer('vault'), 'email', peer('argo'), peer('vault')])).toEqual([
      'vault',
      'argo',
      'cli',
    ]);
  });

  test('keeps the place at which the client asked for itself', () => {
    expect(audiences([peer('cli'), peer('argo')])).toEqual(['cli', 'argo']);
  });

  // The attack: a client asks for a token that another client's server takes for its own.
  test.each(['other', 'nobody', '', '__proto__'])('never has %j, which does not trust the client', (id) => {
    expect(() => audiences([peer('argo'), peer(id)])).toThrow(new AudienceRefused(peer(id)));
  });

  test('trust goes one way', () => {
    expect(() => audiencesOf([peer('cli')], argo, clientOf)).toThrow(AudienceRefused);
  });

  function audiences(scopes: readonly string[]) {
    return audiencesOf(scopes, cli, clientOf);
  }

  function clientOf(id: string): Client | undefined {
    return [cli, argo, vault, other].find((client) => client.id === id);
  }

  function peer(id: string): string {
    return `audience:server:client_id:${id}`;
  }
});
