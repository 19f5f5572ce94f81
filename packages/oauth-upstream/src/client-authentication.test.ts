import assert from 'node:assert/strict';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { decodeJwt, exportPKCS8, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { openClient } from './open-client.ts';

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = { clientKey: await exportPKCS8(privateKey), clientKeyAlgorithm: 'ES256' };
const partner = 'https://partner.example.com/token';
const evil = 'https://evil.example.com/token';

/** To whom the assertion went, and for whom it is good. */
async function assertionOf(metadata: object, more: object = {}) {
  const sent: { to: string; body: URLSearchParams }[] = [];
  const host = testHost({
    now: new Date(),
    fetch: async (to, init) => {
      sent.push({ to: String(to), body: new URLSearchParams(String(init?.body)) });
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    },
  });
  const opened = await openClient({
    host,
    call: testCall(),
    metadata: { issuer: 'https://evil.example.com', ...metadata },
    clientId: 'gatehouse',
    credentials: { ...key, ...more },
    clockTolerance: 0,
    plainHttp: false,
  });
  await assert.rejects(client.refreshTokenGrant(opened, 'a-refresh-token'));
  const [only] = sent;
  assert.ok(only && sent.length === 1);
  return { to: only.to, aud: decodeJwt(only.body.get('client_assertion') ?? '').aud };
}

describe('a client assertion', () => {
  test('is good at the token endpoint', async () => {
    expect(await assertionOf({ token_endpoint: partner })).toEqual({ to: partner, aud: partner });
  });

  // Attack: two upstreams know us by one key, and one of them wants to be us at the other.
  test.each([
    [{ tlsCertificate: '-----BEGIN CERTIFICATE-----' }, evil],
    [{}, partner],
  ])('is good nowhere but where it goes: %j', async (more, place) => {
    const metadata = { token_endpoint: partner, mtls_endpoint_aliases: { token_endpoint: evil } };
    expect(await assertionOf(metadata, more)).toEqual({ to: place, aud: place });
  });
});
