import type { Client } from '@gatehouse/core';
import { errors } from 'oidc-provider';
import { describe, expect, test } from 'vitest';
import { scopesFor } from './scopes.ts';

const clients = new Map(
  [
    { id: 'app', trustedPeers: [], refreshTokens: 'requested' },
    { id: 'always', trustedPeers: [], refreshTokens: 'always' },
    { id: 'never', trustedPeers: [], refreshTokens: 'never' },
    { id: 'cluster', trustedPeers: ['app'], refreshTokens: 'never' },
  ].map((client) => [client.id, client as unknown as Client]),
);

function scopes(requested: string, id = 'app'): readonly string[] {
  return scopesFor(requested, clients.get(id) as Client, clients);
}

function refusal(requested: string): unknown {
  try {
    return scopes(requested);
  } catch (error) {
    return error instanceof errors.InvalidScope && 'scope' in error ? error.scope : error;
  }
}

describe('scopesFor', () => {
  test('keeps the known ones in their order, each once', () => {
    expect(scopes('groups openid  groups email')).toEqual(['groups', 'openid', 'email']);
  });

  test('follows the refresh policy of the client', () => {
    expect(scopes('openid')).toEqual(['openid']);
    expect(scopes('openid offline_access')).toContain('offline_access');
    expect(scopes('openid', 'always')).toContain('offline_access');
    expect(scopes('openid offline_access', 'never')).toEqual(['openid']);
  });

  test('refuses what it does not know, by name', () => {
    expect(refusal('openid gruops')).toBe('gruops');
    expect(refusal('openid OPENID')).toBe('OPENID');
  });

  test('refuses a request without openid', () => {
    expect(refusal('')).toBe('openid');
    expect(refusal('email')).toBe('openid');
  });

  test('refuses an audience that does not exist like one that does not trust the client', () => {
    const peers = ['never', 'nobody', '__proto__'].map((id) => `audience:server:client_id:${id}`);
    for (const peer of peers) expect(refusal(`openid ${peer}`)).toBe(peer);
    expect(scopes('openid audience:server:client_id:cluster')).toContain('audience:server:client_id:cluster');
  });

  test('repeats nothing that an answer may not have in it, and not without end', () => {
    // Attack: a scope that breaks out of the header or the page it is shown in.
    expect(refusal('openid a"b\\c\r\nd\u{1F600}')).toMatch(/^a\?b\?c[?\s]+d\?+$/);
    expect(String(refusal(`openid ${'x'.repeat(5000)}`)).length).toBe(200);
  });
});
